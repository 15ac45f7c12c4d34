"""The configurations of ``tests/data/config``, given to a process that starts here."""

import json
import os
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from threading import Thread
from typing import Any

import pytest

CONFIG = Path(__file__).parent / "data" / "config"
READS = "# reads: "
PREFIX = "/app/bizassist"
OURS = ("AWS_", "BIZASSIST_", "SLACK_", "MICROSOFT_", "ANTHROPIC_", "OPENAI_", "OLLAMA_", "PORT")
AWS = {
    "AWS_ACCESS_KEY_ID": "none",
    "AWS_SECRET_ACCESS_KEY": "none",
    "AWS_CONFIG_FILE": os.devnull,
    "AWS_SHARED_CREDENTIALS_FILE": os.devnull,
    "AWS_EC2_METADATA_DISABLED": "true",
}


def clear_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    """Nothing of this shell configures what starts, and no AWS account is asked."""
    for name in list(os.environ):
        if name.startswith(OURS):
            monkeypatch.delenv(name)
    for name, value in AWS.items():
        monkeypatch.setenv(name, value)


def set_environment(path: Path, monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Set the variables of an ``.env`` file; what the operator is to read."""
    lines = path.read_text().splitlines()
    for line in lines:
        name, equals, value = line.partition("=")
        if equals and not line.startswith("#"):
            monkeypatch.setenv(name, value)
    return [line.removeprefix(READS) for line in lines if line.startswith(READS)]


@contextmanager
def ssm_stand_in(monkeypatch: pytest.MonkeyPatch) -> Iterator[dict[str, str]]:
    """What SSM has below the prefix, to be filled; it answers GetParametersByPath."""
    kept: dict[str, str] = {}

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            self.rfile.read(int(self.headers["Content-Length"]))
            listed = [{"Name": f"{PREFIX}/{name}", "Value": kept[name]} for name in kept]
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
