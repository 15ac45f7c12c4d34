"""``bizassist users`` and ``bizassist links``, against the running product."""

import asyncio
import json
import os
import secrets
import subprocess
import sys
from pathlib import Path
from typing import Any

import boto3
import pytest

from bizassist.__main__ import main
from bizassist.errors import CommandError
from bizassist.settings.ssm_parameters import write_parameters
from bots.runtime import Runtime
from identity.people import runtime_session
from tests.conftest import ROOT, Stack
from tests.person import Person, signed_in
from tests.some import some


@pytest.fixture(autouse=True)
def environment(aws: boto3.Session, monkeypatch: pytest.MonkeyPatch, stack: Stack) -> None:
    monkeypatch.setenv("BIZASSIST_SSM_PREFIX", stack.ssm_prefix)


def said(capsys: pytest.CaptureFixture[str], *arguments: str) -> Any:
    assert main([*arguments, "--aws", "--json"]) == 0
    return json.loads(capsys.readouterr().out)


def test_the_sample_people_are_listed(capsys: pytest.CaptureFixture[str]) -> None:
    people = {row["username"]: row for row in said(capsys, "users", "list")}

    assert people["alice"]["email"] == "alice@example.com"
    assert people["alice"]["groups"] == "bizassist-users"
    assert people["admin"]["groups"] == "bizassist-users, bizassist-admins"
    assert people["alice"]["state"] == "confirmed"


async def test_a_created_person_signs_in_at_once(
    capsys: pytest.CaptureFixture[str], stack: Stack
) -> None:
    name = f"new-{secrets.token_hex(3)}"
    (made,) = said(capsys, "users", "create", name, "--email", f"{name}@example.com")

    async with Person() as person:
        await person.open(f"{stack.chat}/auth/login?next=/chat")
        await person.submit("/login", username=name, password=made["password"])
        assert f"{name}@example.com" in person.text()

    assert main(["users", "create", name, "--email", "again@example.com", "--aws"]) == 1
    assert capsys.readouterr().err.endswith(f"bizassist: {name} is in the user pool already\n")


def test_a_token_is_stored_only_when_asked_for(
    capsys: pytest.CaptureFixture[str], aws: boto3.Session, stack: Stack
) -> None:
    ssm, parameter = aws.client("ssm"), f"{stack.ssm_prefix}/cognito_bearer_token"
    name = f"token-{secrets.token_hex(3)}"
    said(capsys, "users", "create", f"{name}-0", "--email", f"{name}-0@example.com")
    with pytest.raises(ssm.exceptions.ParameterNotFound):
        ssm.get_parameter(Name=parameter)

    (made,) = said(
        capsys, "users", "create", name, "--email", f"{name}@example.com", "--store-token"
    )

    try:
        stored = ssm.get_parameter(Name=parameter, WithDecryption=True)["Parameter"]
        assert made["token_parameter"] == parameter
        assert stored["Type"] == "SecureString"
        assert stored["Value"].count(".") == 2
        assert stored["Value"] not in json.dumps(made)
        person = aws.client("cognito-idp").get_user(AccessToken=stored["Value"])
        assert person["Username"] == name
    finally:
        ssm.delete_parameter(Name=parameter)


def test_a_pool_that_gives_no_token_for_a_password_makes_nobody(
    capsys: pytest.CaptureFixture[str],
    aws: boto3.Session,
    stack: Stack,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    cognito, ssm, prefix = aws.client("cognito-idp"), aws.client("ssm"), "/app/careful"
    strict = cognito.create_user_pool_client(
        UserPoolId=stack.parameters["user_pool_id"],
        ClientName="strict",
        ExplicitAuthFlows=["ALLOW_REFRESH_TOKEN_AUTH"],
    )["UserPoolClient"]["ClientId"]
    write_parameters(ssm, prefix, stack.parameters | {"web_client_id": strict})
    monkeypatch.setenv("BIZASSIST_SSM_PREFIX", prefix)
    name = f"nobody-{secrets.token_hex(3)}"

    mail = f"{name}@example.com"
    assert main(["users", "create", name, "--email", mail, "--store-token", "--aws"]) == 1

    assert "Terraform's variable admin_password_sign_in" in capsys.readouterr().err
    with pytest.raises(cognito.exceptions.UserNotFoundException):
        cognito.admin_get_user(UserPoolId=stack.parameters["user_pool_id"], Username=name)
    with pytest.raises(ssm.exceptions.ParameterNotFound):
        ssm.get_parameter(Name=f"{prefix}/cognito_bearer_token")


def test_who_was_made_is_told_with_their_password_when_the_token_fails(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    def asks_for_more(*_: object) -> str:
        raise CommandError("the user pool asks for more than a password")

    monkeypatch.setattr("bizassist.commands.users.access_token", asks_for_more)
    name = f"half-{secrets.token_hex(3)}"
    mail = f"{name}@example.com"
    assert main(["users", "create", name, "--email", mail, "--store-token", "--aws", "--json"]) == 1

    said = capsys.readouterr()
    assert json.loads(said.out)[0]["password"]
    assert f"{name} was made, but no token is kept" in said.err


async def test_a_link_is_listed_and_revoked_with_its_runtime_session(
    capsys: pytest.CaptureFixture[str], stack: Stack, monkeypatch: pytest.MonkeyPatch
) -> None:
    stopped = []

    async def stop_session(_: Runtime, session: str, token: str) -> None:
        stopped.append((session, bool(token)))

    monkeypatch.setattr(Runtime, "stop_session", stop_session)
    async with signed_in(stack, "admin"):
        (link,) = await asyncio.to_thread(
            said, capsys, "links", "list", "web", "admin@example.com", "active"
        )
        (after,) = await asyncio.to_thread(said, capsys, "links", "revoke", link["chat_user"])

    assert after == link | {"state": "revoked"}
    people = await asyncio.to_thread(said, capsys, "users", "list")
    (admin,) = (row["subject"] for row in some(people) if row["username"] == "admin")
    assert stopped == [(runtime_session(admin), True)]
    assert await asyncio.to_thread(main, ["links", "revoke", link["chat_user"], "--aws"]) == 1
    assert "has no active link" in capsys.readouterr().err


def test_what_names_nobody_is_said_to(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["links", "revoke", "nonsense", "--aws"]) == 1
    assert "names no chat user" in capsys.readouterr().err


def test_a_listing_is_readable(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["users", "list", "--aws"]) == 0

    lines = capsys.readouterr().out.splitlines()
    assert lines[0].split() == ["username", "email", "subject", "state", "groups"]


def test_a_password_stands_on_one_line_however_narrow_the_terminal(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("COLUMNS", "40")
    name = f"narrow-{secrets.token_hex(3)}"
    assert main(["users", "create", name, "--email", f"{name}@example.com", "--aws"]) == 0

    lines = capsys.readouterr().out.splitlines()
    said = dict(line.split(maxsplit=1) for line in lines[:-1])
    assert len(said["password"]) > 20
    assert said["groups"] == "bizassist-users"
    assert lines[-1] == "The password is shown this once."


async def test_beside_a_local_stack_its_people_are_listed_and_no_accounts(
    tmp_path: Path, stack: Stack, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name, value in some(
        {"AWS_ENDPOINT_URL": "http://127.0.0.1:9", "AWS_ACCESS_KEY_ID": "somebody's"}.items()
    ):
        monkeypatch.setenv(name, value)
    (tmp_path / ".bizassist").mkdir()
    (tmp_path / ".bizassist" / "stack.json").symlink_to(stack.state / "stack.json")

    listed = await asyncio.to_thread(command, tmp_path, "users", "list", "--json")
    assert {"alice", "admin"} <= {row["username"] for row in json.loads(listed.stdout)}
    assert listed.stderr == f"bizassist: this is the local stack at {stack.chat}\n"

    of_the_shell = await asyncio.to_thread(command, tmp_path, "users", "list", "--aws")
    assert of_the_shell.returncode == 1
    assert of_the_shell.stderr.startswith("bizassist: AWS can't be asked who this is: ")


def command(folder: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    """The command line, called in a folder."""
    return subprocess.run(
        [sys.executable, "-m", "bizassist", *arguments],
        cwd=folder,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
        check=False,
        capture_output=True,
        text=True,
        timeout=60,
    )


def test_the_account_is_said_before_anything_is_done(
    capsys: pytest.CaptureFixture[str], stack: Stack
) -> None:
    assert main(["users", "list", "--aws"]) == 0

    said = f"bizassist: this is AWS account 000000000000, us-east-1, {stack.ssm_prefix}\n"
    assert capsys.readouterr().err == said


def test_a_wrong_prefix_is_one_sentence(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("BIZASSIST_SSM_PREFIX", "/app/elsewhere")

    assert main(["users", "list", "--aws"]) == 1
    assert "no whole deployment under /app/elsewhere" in capsys.readouterr().err
