"""What ships to Lambda and what a first answer imports."""

import json
import os
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

from bizassist.deployment.lambda_archives import build_function

ROOT = Path(__file__).parents[2]
MEGABYTE = 1_000_000

CALL = """
import contextlib, io, json, sys
from types import SimpleNamespace
from gateway_tools.handler import handler
custom = {"bedrockAgentCoreToolName": sys.argv[1]}
context = SimpleNamespace(client_context=SimpleNamespace(custom=custom))
with contextlib.redirect_stdout(io.StringIO()):
    answer = handler(json.loads(sys.argv[2]), context)
print(json.dumps({"answer": answer, "modules": sorted(sys.modules)}))
"""


@pytest.fixture(scope="module")
def task(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The function's archive, unpacked as Lambda unpacks it."""
    folder = tmp_path_factory.mktemp("lambda")
    archive = build_function(folder / "function.zip")
    with zipfile.ZipFile(archive) as content:
        content.extractall(folder / "task")
    return folder / "task"


def imported(task: Path, tool: str, arguments: dict[str, str], **settings: str) -> set[str]:
    """The packages and modules that a process has after its first call of a tool."""
    kept = {key: value for key, value in os.environ.items() if not key.startswith("AWS_")}
    unreachable = {
        "AWS_ENDPOINT_URL": "http://127.0.0.1:9",
        "AWS_DEFAULT_REGION": "us-east-1",
        "AWS_ACCESS_KEY_ID": "local",
        "AWS_SECRET_ACCESS_KEY": "local",
        "WARRANTY_TABLE": "table",
        "WEB_SEARCH_ADDRESS": "http://127.0.0.1:9",
    }
    out = subprocess.run(
        [sys.executable, "-B", "-c", CALL, tool, json.dumps(arguments)],
        cwd=task,
        env={**kept, **unreachable, **settings},
        check=True,
        capture_output=True,
        text=True,
    ).stdout
    said = json.loads(out)
    assert said["answer"]["error"]["code"] == "unavailable"  # it went as far as the network
    return set(said["modules"])


def test_a_warranty_needs_nothing_of_the_search(task: Path) -> None:
    modules = imported(
        task, "warranty___check_warranty_status", {"serial_number": "LAPTOP-2024-001"}
    )
    assert "boto3" in modules
    assert not modules & {"ddgs", "primp", "lxml", "click", "gateway_tools.search"}
    # boto3's own layer over DynamoDB costs more than the whole tool.
    assert "boto3.dynamodb" not in modules


def test_a_search_needs_nothing_of_aws(task: Path) -> None:
    modules = imported(task, "search___web_search", {"query": "python"})
    assert "ddgs.engines.duckduckgo" in modules
    assert not modules & {"boto3", "botocore", "gateway_tools.warranty_table"}


@pytest.mark.parametrize("provider", ["agentcore", "searxng"])
def test_another_provider_needs_nothing_of_duckduckgo(task: Path, provider: str) -> None:
    modules = imported(
        task, "search___web_search", {"query": "python"}, WEB_SEARCH_PROVIDER=provider
    )
    assert not modules & {"ddgs", "lxml", "boto3.dynamodb", "gateway_tools.warranty_table"}
    assert ("boto3" in modules) == (provider == "agentcore")


def test_the_functions_archive_is_small_and_holds_only_our_code(tmp_path: Path) -> None:
    archive = build_function(tmp_path / "function.zip")
    assert archive.stat().st_size <= MEGABYTE
    with zipfile.ZipFile(archive) as content:
        names = content.namelist()
        assert content.testzip() is None
        modes = {entry.external_attr >> 16 for entry in content.infolist()}
    ours = {
        str(path.relative_to(ROOT))
        for path in (ROOT / "gateway_tools").rglob("*")
        if path.suffix in {".py", ".json"}
    }
    assert set(names) == ours
    assert modes == {0o644}


def test_the_same_code_gives_the_same_archive(tmp_path: Path) -> None:
    first, second = (build_function(tmp_path / name) for name in ("a.zip", "b.zip"))
    assert first.read_bytes() == second.read_bytes()


def test_a_first_answer_costs_little_more_than_boto3_itself() -> None:
    measured = subprocess.run(
        [sys.executable, "benchmarks/gateway_tools.py", "--rounds", "5"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    assert measured.returncode == 0, measured.stdout + measured.stderr
