"""``bizassist deploy``: what it would run, what it runs, and where it stops."""

import io
import json
import os
import re
import shlex
import stat
from pathlib import Path
from typing import Any

import hcl2
import pytest

from bizassist.__main__ import main
from bizassist.deployment.deploy import DRY_RUN_OUTPUTS, PLAN_FILE, TOOLS
from bizassist.settings.platform_secrets import SECRETS
from tests.conftest import ROOT
from tests.some import some

# Stands for each tool: notes how it was called, answers what a step reads, fails where told.
TOOL = """#!/bin/sh
echo "$(basename "$0") $*" >> "$CALLS"
case "$(basename "$0") $*" in
  *failing*) exit 3 ;;
  *porcelain*) cat "$CALLS.changed" ;;
  *rev-parse*) echo 0123456789ab ;;
  *describe-services*) echo arn:of:the:revision ;;
  *describe-task-definition*) cat "$CALLS.running" ;;
  *"output -json repository_urls"*) cat "$CALLS.repositories" ;;
  *-target=*) cp "$CALLS.made" "$CALLS.repositories" ;;
  *get-login-password*) echo the-registry-password ;;
  *docker*login*) cat > "$CALLS.login" ;;
  *imageTag=pushed*) exit 0 ;;
  *describe-images*) exit 254 ;;
  *output*) cat "$CALLS.outputs" ;;
esac
"""
BOTS = ("modules", "bots")
REGISTRY = "1.dkr.ecr.eu-west-1.amazonaws.com"
REPOSITORIES = {name: f"{REGISTRY}/acme/{name}" for name in ("bots", "agent")}
OUTPUTS = {
    "region": {"value": "eu-west-1"},
    "parameter_prefix": {"value": "/app/acme"},
    "repository_urls": {"value": REPOSITORIES},
    "cluster_name": {"value": "bizassist"},
    "ecs_service_name": {"value": "bizassist-chat"},
    "service_url": {"value": "https://assistant.example.com"},
    "agent_log_groups": {"value": [f"/aws/bedrock-agentcore/runtimes/a-{at}" for at in ("1", "2")]},
    "log_retention_days": {"value": 90},
    "kms_key_arn": {"value": "arn:aws:kms:eu-west-1:1:key/k"},
}


@pytest.fixture
def calls(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Where the tools note their calls."""
    noted = tmp_path / "calls"
    noted.touch()
    noted.with_name("calls.changed").touch()
    noted.with_name("calls.running").write_text(f"{REPOSITORIES['bots']}:0123456789ab\n")
    noted.with_name("calls.outputs").write_text(json.dumps(OUTPUTS))
    noted.with_name("calls.made").write_text(json.dumps(REPOSITORIES))
    for name in ("git", "terraform", "docker", "aws", "python"):
        tool = tmp_path / "bin" / name
        tool.parent.mkdir(exist_ok=True)
        tool.write_text(TOOL)
        tool.chmod(tool.stat().st_mode | stat.S_IXUSR)
    monkeypatch.setenv("PATH", f"{tmp_path / 'bin'}:{os.environ['PATH']}")
    monkeypatch.setenv("CALLS", str(noted))
    monkeypatch.setattr("sys.executable", str(tmp_path / "bin" / "python"))
    monkeypatch.chdir(tmp_path)
    (tmp_path / "Dockerfile").touch()
    return noted


@pytest.fixture
def variables(tmp_path: Path) -> str:
    file = tmp_path / "production.tfvars"
    file.write_text('domain_name = "assistant.example.com"\n')
    return file.name


def test_a_dry_run_prints_every_command_and_runs_none(
    calls: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["deploy", "--dry-run", "--var-file", "my.tfvars"]) == 0

    said = capsys.readouterr().out
    commands = [shlex.split(line[2:]) for line in said.splitlines() if line.startswith("$ ")]
    assert {command[0] for command in commands} == {*TOOLS, "python", "env"}
    assert "--platform linux/arm64 --target agent" in said
    assert "-var=image_tag=COMMIT" in said
    assert said.endswith("Nothing was run.\n")
    assert calls.read_text() == ""


def test_it_runs_what_it_prints_in_that_order(
    calls: Path, variables: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["deploy", "--yes", "--var-file", variables]) == 0

    ran = calls.read_text().splitlines()
    printed = capsys.readouterr().out
    for line in some(ran):
        tool, _, rest = line.partition(" ")
        assert any(
            tool in shown and " ".join(shlex.split(shown)).count(rest)
            for shown in printed.replace(" | ", "\n$ ").splitlines()
            if shown.startswith("$ ")
        ), line
    order = [
        "porcelain",
        "lambda_archives",
        "init",
        "-target=",
        "plan",
        "get-login",
        "buildx",
        f"apply -input=false ../{PLAN_FILE}",
        "put-retention-policy --log-group-name /aws/bedrock-agentcore/runtimes/a-1 --retention-in",
        "associate-kms-key --log-group-name /aws/bedrock-agentcore/runtimes/a-2 --kms-key-id arn",
        "runtime_platform",
        "policies index --aws",
        "ecs --region eu-west-1 wait services-stable --cluster bizassist --services bizassist-chat",
        "--task-definition arn:of:the:revision",
        "doctor",
    ]
    places = [next(at for at, line in enumerate(ran) if word in line) for word in order]
    assert places == sorted(places)
    assert f"-var-file=../{variables} -var=image_tag=0123456789ab" in calls.read_text()
    assert f"--target agent --tag {REGISTRY}/acme/agent:0123456789ab --push ." in calls.read_text()
    assert "doctor --url https://assistant.example.com" in ran[-1]
    assert "env AWS_DEFAULT_REGION=eu-west-1 BIZASSIST_SSM_PREFIX=/app/acme python" in printed
    assert calls.with_name("calls.login").read_text() == "the-registry-password\n"
    assert "the-registry-password" not in printed


def test_a_log_group_that_agentcore_has_not_made_yet_is_named_and_ends_nothing(
    calls: Path, variables: str, capsys: pytest.CaptureFixture[str]
) -> None:
    outputs = OUTPUTS | {"agent_log_groups": {"value": ["failing-group"]}}
    calls.with_name("calls.outputs").write_text(json.dumps(outputs))
    assert main(["deploy", "--yes", "--var-file", variables]) == 0

    assert "NOT YET: failing-group isn't there yet" in capsys.readouterr().out
    assert "doctor" in calls.read_text()


def test_repositories_that_are_there_are_left_alone(calls: Path, variables: str) -> None:
    calls.with_name("calls.repositories").write_text(json.dumps(REPOSITORIES))
    assert main(["deploy", "--yes", "--var-file", variables]) == 0

    assert "-target=" not in calls.read_text()
    assert "buildx" in calls.read_text()


def test_what_is_not_committed_is_not_deployed_under_a_commits_name(
    calls: Path, variables: str, capsys: pytest.CaptureFixture[str]
) -> None:
    calls.with_name("calls.changed").write_text(" M bots/turn/handler.py\n")
    assert main(["deploy", "--yes", "--var-file", variables]) == 1
    assert "aren't committed" in capsys.readouterr().err
    assert "terraform" not in calls.read_text()

    calls.with_name("calls.running").write_text(f"{REPOSITORIES['bots']}:try\n")
    assert main(["deploy", "--yes", "--tag", "try", "--var-file", variables]) == 0
    assert "-var=image_tag=try" in calls.read_text()


def test_a_version_that_was_pushed_is_not_built_again(calls: Path, variables: str) -> None:
    calls.with_name("calls.running").write_text(f"{REPOSITORIES['bots']}:pushed\n")
    assert main(["deploy", "--yes", "--tag", "pushed", "--var-file", variables]) == 0

    assert "buildx" not in calls.read_text()
    assert f"apply -input=false ../{PLAN_FILE}" in calls.read_text()


def test_tasks_that_ecs_took_back_are_not_a_success(
    calls: Path, variables: str, capsys: pytest.CaptureFixture[str]
) -> None:
    calls.with_name("calls.running").write_text(f"{REPOSITORIES['bots']}:before\n")
    assert main(["deploy", "--yes", "--var-file", variables]) == 1

    assert f"ECS went back to {REPOSITORIES['bots']}:before" in capsys.readouterr().err
    assert "doctor" not in calls.read_text()


def test_whoever_does_not_agree_gets_nothing_applied(
    calls: Path,
    variables: str,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.setattr("sys.stdin", io.StringIO("y\n"))
    assert main(["deploy", "--var-file", variables]) == 1

    assert "nothing was applied" in capsys.readouterr().err
    ran = calls.read_text()
    assert "plan" in ran
    assert "buildx" not in ran
    assert f"apply -input=false ../{PLAN_FILE}" not in ran


@pytest.mark.parametrize(
    "failing", ["*plan*", "*buildx*", "*get-login-password*", "*docker*login*"]
)
def test_the_first_failure_ends_it(
    calls: Path,
    variables: str,
    failing: str,
    capsys: pytest.CaptureFixture[str],
) -> None:
    for tool in (calls.parent / "bin").iterdir():
        tool.write_text(TOOL.replace("*failing*", failing))
    assert main(["deploy", "--yes", "--var-file", variables]) == 1

    assert "run the same again" in capsys.readouterr().err
    assert f"apply -input=false ../{PLAN_FILE}" not in calls.read_text()


def test_a_tool_that_is_missing_is_named_before_anything_runs(
    calls: Path,
    variables: str,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    (calls.parent / "bin" / "aws").unlink()
    monkeypatch.setenv("PATH", str(calls.parent / "bin"))
    assert main(["deploy", "--yes", "--var-file", variables]) == 1

    assert "not found: aws" in capsys.readouterr().err
    assert calls.read_text() == ""


def test_elsewhere_than_in_a_checkout_nothing_runs(
    calls: Path, variables: str, capsys: pytest.CaptureFixture[str]
) -> None:
    Path("Dockerfile").unlink()
    assert main(["deploy", "--yes", "--var-file", variables]) == 1

    assert "root of a checkout" in capsys.readouterr().err
    assert calls.read_text() == ""


def test_a_plan_does_not_stay(calls: Path, variables: str) -> None:
    plan = calls.parent / PLAN_FILE
    plan.parent.mkdir()
    plan.touch()
    assert main(["deploy", "--yes", "--var-file", variables]) == 0
    assert not plan.exists()


def test_the_variables_must_be_there(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["deploy", "--var-file", "nowhere.tfvars"]) == 1
    assert "nowhere.tfvars" in capsys.readouterr().err


def terraforms(*path: str) -> Any:
    """A file of Terraform's, without the quotes that hcl2 keeps."""
    text = (ROOT / "terraform").joinpath(*path).read_text("utf-8")
    return json.loads(json.dumps(hcl2.loads(text)).replace('\\"', ""))


def test_what_it_reads_and_makes_first_is_in_terraform() -> None:
    outputs = {name for one in terraforms("outputs.tf")["output"] for name in one}
    assert set(some(DRY_RUN_OUTPUTS)) <= outputs
    made = [one.get("aws_ecr_repository", {}) for one in terraforms(*BOTS, "main.tf")["resource"]]
    assert any("this" in one for one in made)


def test_the_doctor_knows_the_secrets_that_terraform_keeps() -> None:
    (known,) = (one for one in terraforms(*BOTS, "main.tf")["locals"] if "secret_keys" in one)
    kept = {
        platform: {key: variable for variable, key in _secret_keys(keys)}
        for platform, keys in known["secret_keys"].items()
        if platform != "__is_block__"
    }
    assert kept == SECRETS


def _secret_keys(said: dict[str, str] | str) -> list[tuple[str, str]]:
    """Variables with their keys, in whichever way Terraform chooses among them."""
    if isinstance(said, str):
        return re.findall(r"(\w+) = (\w+)", said)
    return [(variable, key) for variable, key in said.items() if variable != "__is_block__"]
