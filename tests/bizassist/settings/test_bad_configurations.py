"""Every way to configure the chat service wrongly, and the sentence that its operator reads.

A file of ``tests/data/config`` is one configuration: ``bad-*.env`` an environment, ``bad-*.json``
what differs from the parameters of ``good.json`` (null: it is missing). Each has the expectation in
itself, under *reads*.
"""

import json
import os
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from threading import Thread
from typing import Any

import pytest

from bizassist.__main__ import main
from bizassist.settings.deployment import checked
from bizassist.settings.parameters import Parameters
from bizassist.settings.process import Process

CONFIG = Path(__file__).parents[2] / "data" / "config"
ENVIRONMENTS = sorted(CONFIG.glob("bad-*.env"))
PARAMETERS = sorted(CONFIG.glob("bad-*.json"))
READS = "# reads: "
GOOD: dict[str, str] = json.loads((CONFIG / "good.json").read_text())
AWS = {
    "AWS_ACCESS_KEY_ID": "none",
    "AWS_SECRET_ACCESS_KEY": "none",
    "AWS_CONFIG_FILE": os.devnull,
    "AWS_SHARED_CREDENTIALS_FILE": os.devnull,
    "AWS_EC2_METADATA_DISABLED": "true",
}


@pytest.fixture(autouse=True)
def own_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in list(os.environ):
        if name.startswith(("AWS_", "BIZASSIST_", "SLACK_", "MICROSOFT_")):
            monkeypatch.delenv(name)
    for name, value in AWS.items():
        monkeypatch.setenv(name, value)


@pytest.fixture
def ssm(monkeypatch: pytest.MonkeyPatch) -> Iterator[dict[str, str]]:
    """What SSM has below the prefix, to be filled; it answers GetParametersByPath."""
    kept: dict[str, str] = {}

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            self.rfile.read(int(self.headers["Content-Length"]))
            listed = [{"Name": f"/app/bizassist/{name}", "Value": kept[name]} for name in kept]
            self.send_response(200)
            self.end_headers()
            self.wfile.write(json.dumps({"Parameters": listed}).encode())

        def log_message(self, *_: Any) -> None:
            """Nobody wants to know."""

    server = HTTPServer(("127.0.0.1", 0), Handler)
    Thread(target=server.serve_forever, daemon=True).start()
    monkeypatch.setenv("AWS_ENDPOINT_URL", f"http://127.0.0.1:{server.server_port}")
    monkeypatch.setenv("AWS_DEFAULT_REGION", "us-east-1")
    yield kept
    server.shutdown()
    server.server_close()


def ended(capsys: pytest.CaptureFixture[str]) -> list[str]:
    """What ``bizassist serve`` says before it ends, which it must do by itself."""
    assert main(["serve"]) == 1
    first, *lines = capsys.readouterr().err.splitlines()
    assert first == "bizassist: settings are missing or wrong"
    return lines


def test_there_are_configurations_to_try() -> None:
    assert len(ENVIRONMENTS) > 20
    assert len(PARAMETERS) > 30
    read = "".join(path.read_text() for path in ENVIRONMENTS)
    for name, field in Process.model_fields.items():
        assert str(field.validation_alias or name.upper()) in read
    for name in Parameters.model_fields:
        assert (CONFIG / f"bad-{name.replace('_', '-')}-missing.json").exists()


@pytest.mark.parametrize("path", ENVIRONMENTS, ids=lambda path: path.name)
def test_a_bad_environment_is_told_in_its_sentences(
    path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    lines = path.read_text().splitlines()
    expected = [line.removeprefix(READS) for line in lines if line.startswith(READS)]
    for line in lines:
        name, equals, value = line.partition("=")
        if equals and not line.startswith("#"):
            monkeypatch.setenv(name, value)

    said = ended(capsys)

    assert said == expected
    assert "hush" not in "".join(said)


@pytest.mark.parametrize("path", PARAMETERS, ids=lambda path: path.name)
def test_bad_parameters_are_told_in_their_sentences(
    path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    ssm: dict[str, str],
) -> None:
    case = json.loads(path.read_text())
    monkeypatch.setenv("BIZASSIST_PUBLIC_URL", "https://assistant.example.com")
    parameters = {**GOOD, **case["parameters"]}
    ssm |= {name: value for name, value in parameters.items() if value is not None}

    assert ended(capsys) == case["reads"]


def test_the_good_parameters_are_good() -> None:
    assert checked(GOOD, "/app/bizassist").runtime_url == GOOD["runtime_url"]
