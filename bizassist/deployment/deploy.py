"""The commands of a deployment, in order; docs/operations.md shows and explains the same."""

import json
import os
import shutil
import sys
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

from bizassist.deployment.command_runner import CommandRunner
from bizassist.errors import CommandError

PLATFORM = "linux/arm64"
LAMBDA_FOLDER = "build/lambda"
# Beside what else is made, where git doesn't look: a plan holds secrets.
PLAN_FILE = Path("build/deploy.tfplan")
TOOLS = ("git", "terraform", "docker", "aws")
PREFLIGHT = "bizassist.deployment.preflight"
RUNTIME_PLATFORM = "bizassist.deployment.runtime_platform"
REGISTRY = "ACCOUNT.dkr.ecr.REGION.amazonaws.com"
# What a dry run says where Terraform would answer.
DRY_RUN_OUTPUTS: dict[str, Any] = {
    "repository_urls": {name: f"{REGISTRY}/NAME/{name}" for name in ("bots", "agent")},
    "region": "REGION",
    "cluster_name": "CLUSTER",
    "ecs_service_name": "SERVICE",
    "parameter_prefix": "/app/NAME",
    "service_url": "https://DOMAIN",
    "agent_log_groups": ["/aws/bedrock-agentcore/runtimes/RUNTIME-DEFAULT"],
    "log_retention_days": "DAYS",
    "kms_key_arn": "KEY",
}


@dataclass(frozen=True, slots=True)
class Deployment:
    """What is deployed.

    :param directory: the Terraform root.
    :param variables: its file of variables.
    :param tag: of both images; None for the commit that is checked out.
    """

    directory: Path
    variables: Path
    tag: str | None = None

    def terraform(self, *words: str) -> tuple[str, ...]:
        """A command of Terraform in this root."""
        return ("terraform", f"-chdir={self.directory}", *words)

    def from_root(self, path: Path) -> str:
        """A path as Terraform sees it from there."""
        return os.path.relpath(path, self.directory)


def deploy(
    deployment: Deployment, runner: CommandRunner, confirmed: Callable[[], bool] | Literal[True]
) -> None:
    """From the checked-out source to a deployment that answers.

    :param confirmed: asks the person whether the plan may be applied.
    :raises CommandError: when a command fails, a tool is missing, or the person says no.
    """
    if not runner.dry_run:
        _check_place()
    tag = _version(deployment, runner)
    terraform, plan = deployment.terraform, deployment.from_root(PLAN_FILE)
    variables = f"-var-file={deployment.from_root(deployment.variables)}", f"-var=image_tag={tag}"

    runner.heading("What Lambda is given")
    runner.run(sys.executable, "-m", "bizassist.deployment.lambda_archives", LAMBDA_FOLDER)
    _make_repositories(deployment, runner, variables)
    try:
        runner.heading("What would change")
        runner.run(*terraform("plan", "-input=false", f"-out={plan}", *variables))
        if not runner.dry_run and confirmed is not True and not confirmed():
            raise CommandError("nothing was applied")
        runner.heading("What AWS would only tell in the middle: the model, and a failed runtime")
        shown = terraform("show", "-json", plan)
        runner.pipe(shown, (sys.executable, "-m", PREFLIGHT))
        _push_images(deployment, tag, runner)
        runner.heading("Change it")
        runner.run(*terraform("apply", "-input=false", plan))
    finally:
        PLAN_FILE.unlink(missing_ok=True)
    known = {name: one["value"] for name, one in _output(deployment, runner).items()}
    _keep_agent_logs(known, runner)
    runner.heading("The agent's sessions begin from a snapshot, which Terraform can't say")
    runner.run("env", *_place(known), sys.executable, "-m", RUNTIME_PLATFORM)
    runner.heading("The index by which policies are searched, where they have changed")
    runner.run(
        "env", *_place(known), sys.executable, "-m", "bizassist", "policies", "index", "--aws"
    )
    _smoke_test(known, tag, runner)


def _version(deployment: Deployment, runner: CommandRunner) -> str:
    runner.heading("Which version this is; what isn't committed has none")
    changed = runner.read("git", "status", "--porcelain", "--untracked-files=no", instead="")
    if changed and not deployment.tag:
        raise CommandError("there are changes that aren't committed: commit them, or give --tag")
    commit = runner.read("git", "rev-parse", "--short=12", "HEAD", instead="COMMIT")
    return deployment.tag or commit


def _make_repositories(
    deployment: Deployment, runner: CommandRunner, variables: tuple[str, ...]
) -> None:
    runner.heading("Where the images are kept; the first time it is made before all else")
    runner.run(*deployment.terraform("init", "-input=false"))
    if runner.succeeds(*deployment.terraform("output", "-json", "repository_urls")):
        return
    target = "-target=module.bots.aws_ecr_repository.this"
    runner.run(*deployment.terraform("apply", "-input=false", "-auto-approve", target, *variables))


def _push_images(deployment: Deployment, tag: str, runner: CommandRunner) -> None:
    runner.heading("The images, unless this version has been pushed before")
    repositories: dict[str, str] = _output(deployment, runner, "repository_urls")
    registry = repositories["bots"].partition("/")[0]
    region = ("--region", registry.split(".")[3])
    runner.pipe(
        ("aws", "ecr", "get-login-password", *region),
        ("docker", "login", "--username", "AWS", "--password-stdin", registry),
    )
    for image, repository in repositories.items():
        name = repository.partition("/")[2]
        if runner.succeeds(
            *("aws", "ecr", "describe-images", *region),
            *("--repository-name", name, "--image-ids", f"imageTag={tag}"),
        ):
            continue
        runner.run(
            *("docker", "buildx", "build", "--platform", PLATFORM, "--target", image),
            *("--tag", f"{repository}:{tag}", "--push", "."),
        )


def _keep_agent_logs(known: Mapping[str, Any], runner: CommandRunner) -> None:
    """Give the log groups that AgentCore makes our retention and key; twice is the same.

    Terraform can't: a group of that name is there by the time that it would be made
    (hashicorp/terraform-provider-aws#47629).
    """
    runner.heading("What AgentCore's own log groups keep, and under which key")
    for group in known["agent_log_groups"]:
        logs, name = ("aws", "logs", "--region", known["region"]), ("--log-group-name", group)
        days = ("--retention-in-days", str(known["log_retention_days"]))
        kept = runner.succeeds(*logs, "put-retention-policy", *name, *days)
        key = ("--kms-key-id", known["kms_key_arn"])
        if not (runner.succeeds(*logs, "associate-kms-key", *name, *key) and kept):
            runner.note(f"{group} isn't there yet: deploy again after the first question")


def _place(known: Mapping[str, Any]) -> tuple[str, str]:
    """The environment by which a command finds this deployment."""
    return (
        f"AWS_DEFAULT_REGION={known['region']}",
        f"BIZASSIST_SSM_PREFIX={known['parameter_prefix']}",
    )


def _smoke_test(known: Mapping[str, Any], tag: str, runner: CommandRunner) -> None:
    runner.heading("Wait until the new tasks have taken over, then ask every part")
    ecs = ("aws", "ecs", "--region", known["region"])
    service = ("--cluster", known["cluster_name"], "--services", known["ecs_service_name"])
    runner.run(*ecs, "wait", "services-stable", *service)
    _check_version(f"{known['repository_urls']['bots']}:{tag}", ecs, service, runner)
    doctor = (sys.executable, "-m", "bizassist", "doctor", "--url", known["service_url"])
    runner.run("env", *_place(known), *doctor)


def _check_version(
    image: str, ecs: tuple[str, ...], service: tuple[str, ...], runner: CommandRunner
) -> None:
    """ECS is at rest as well when it has given up on new tasks and gone back to the old ones."""
    text = ("--output", "text", "--query")
    revision = runner.read(
        *(*ecs, "describe-services", *service, *text, "services[0].taskDefinition"),
        instead="REVISION",
    )
    described = (*ecs, "describe-task-definition", "--task-definition", revision)
    running = runner.read(
        *described, *text, "taskDefinition.containerDefinitions[].image", instead=image
    )
    images = running.split()
    if image not in images:
        raise CommandError(
            f"the new tasks didn't become healthy, and ECS went back to {', '.join(images)}: the "
            "service's log and docs/runbooks/unhealthy.md say more"
        )


def _output(deployment: Deployment, runner: CommandRunner, *name: str) -> Any:
    """One of Terraform's outputs by its name, or all of them."""
    dry_run_output = (
        DRY_RUN_OUTPUTS[name[0]]
        if name
        else {key: {"value": DRY_RUN_OUTPUTS[key]} for key in DRY_RUN_OUTPUTS}
    )
    said = runner.read(
        *deployment.terraform("output", "-json", *name), instead=json.dumps(dry_run_output)
    )
    return json.loads(said)


def _check_place() -> None:
    if not Path("Dockerfile").is_file():
        raise CommandError("run this in the root of a checkout: there is no Dockerfile here")
    missing = [tool for tool in TOOLS if shutil.which(tool) is None]
    if missing:
        raise CommandError(f"needed and not found: {', '.join(missing)}")
