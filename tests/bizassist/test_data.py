"""``bizassist data``, against the running product."""

import io
import json
import secrets
import zipfile
from pathlib import Path

import boto3
import pytest

from bizassist.__main__ import main
from tests.bizassist.test_people import environment, said
from tests.conftest import Stack

__all__ = ["environment"]  # a fixture of the tests below


def test_a_person_is_exported_and_erased_after_a_yes(
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
    aws: boto3.Session,
    stack: Stack,
    tmp_path: Path,
) -> None:
    name, file = f"gone-{secrets.token_hex(3)}", tmp_path / "data.zip"
    email = f"{name}@example.com"
    said(capsys, "users", "create", name, "--email", email)
    exported = said(capsys, "data", "export", "--person", name, "--output", str(file))
    assert exported == [{"exported": email, "file": str(file)}]
    with zipfile.ZipFile(file) as archive:
        content = json.loads(archive.read("data.json"))
    assert content["of"] == email
    assert {one["action"] for one in content["audit"]} == {"exported"}

    monkeypatch.setattr("sys.stdin", io.StringIO("no\n"))
    assert main(["data", "erase", "--person", email, "--aws"]) == 1
    shown = capsys.readouterr().err
    assert f"{email}: 0 files, memory" in shown
    assert shown.endswith("bizassist: nothing was erased\n")
    assert email not in str(said(capsys, "data", "status"))

    begun = said(capsys, "data", "erase", "--person", email, "--yes")
    assert begun == [{"person": email, "state": "memory is at it: the chat service goes on"}]
    [shown_as] = [row for row in said(capsys, "data", "status") if row["person"] == email]
    assert shown_as["by"] == "command line"


def test_a_workspace_is_erased_and_the_web_chat_is_none(capsys: pytest.CaptureFixture[str]) -> None:
    workspace = f"slack#T{secrets.token_hex(5).upper()}"
    erased = said(capsys, "data", "erase", "--workspace", workspace, "--yes")
    assert erased == [{"erased": workspace, "things": "0"}]
    for named in ("--workspace", "web#pool"), ("--workspace", "irc#x"), ("--person", "nobody"):
        assert main(["data", "erase", *named, "--yes", "--aws"]) == 1
    assert "is nobody in the user pool" in capsys.readouterr().err
