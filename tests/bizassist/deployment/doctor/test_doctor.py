"""``bizassist doctor``: what it is asked to check, and as whom."""

import asyncio
import json
import re
from base64 import urlsafe_b64encode
from pathlib import Path
from typing import Any

import boto3
import pytest

from bizassist.__main__ import main
from tests.bizassist.deployment.doctor.doctor_checks import doctor_checks
from tests.conftest import Stack
from tests.person import Person
from tests.some import some

ALL = [
    "Chat service",
    "Discovery document",
    "Signing keys",
    "Machine's token",
    "Gateway and its tools",
    "Memory",
    "Company policies",
    "Warranty records",
    "Runtime",
    "Runtime's platform",
    "A real turn",
    "Slack",
    "Microsoft Teams",
    "Workspaces",
]
DEEP = ["Memory's fence", "A new session", "A stop", "The agent's log"]


async def test_the_running_product_is_well(
    capsys: pytest.CaptureFixture[str], described: str
) -> None:
    status, rows = await doctor_checks(capsys, "--stack", described, "--deep")

    assert list(rows) == [*ALL, *DEEP]
    assert rows.pop("The agent's log")["state"] == "absent", "the local agent logs into a file"
    assert {row["state"] for row in rows.values()} == {"working"}, rows
    assert rows["Memory's fence"]["told"].startswith("It is written, read and deleted;")
    assert re.match(r"First event after \d+\.\d s, first words", rows["A new session"]["told"])
    assert "warranty___check_warranty_status" in rows["Gateway and its tools"]["told"]
    assert status == 0


async def test_it_prints_a_line_for_each_check(
    capsys: pytest.CaptureFixture[str], described: str, stack: Stack
) -> None:
    status = await asyncio.to_thread(main, ["doctor", "--stack", described])

    said = capsys.readouterr().out
    assert status == 0
    assert f"The local stack at {stack.chat}" in said
    for name in ALL:
        (line,) = (line for line in said.splitlines() if f"  {name}  " in line)
        assert line.startswith("✓")
    assert said.endswith(f"{len(ALL)} of {len(ALL)} work.\n")
    assert stack.slack_bot_token not in said
    assert stack.password("alice") not in said


async def test_the_stack_of_this_folder_is_found_whatever_account_is_configured(
    capsys: pytest.CaptureFixture[str],
    stack: Stack,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    (tmp_path / ".bizassist").symlink_to(stack.state)
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("AWS_PROFILE", "somebody")
    status, rows = await doctor_checks(capsys)

    assert rows["A real turn"]["state"] == "working"
    assert status == 0


async def test_a_person_signs_in_and_is_answered(
    capsys: pytest.CaptureFixture[str],
    described: str,
    stack: Stack,
    aws: boto3.Session,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    pasting: asyncio.Future[str] = asyncio.get_running_loop().create_future()

    class Terminal:
        def readline(self, _: int | None = -1) -> str:
            return asyncio.run_coroutine_threadsafe(_awaited(pasting), loop).result(20)

    loop = asyncio.get_running_loop()
    monkeypatch.setattr("sys.stdin", Terminal())
    running = asyncio.create_task(
        asyncio.to_thread(main, ["doctor", "--json", "--sign-in", "--stack", described])
    )
    told = ""
    async with asyncio.timeout(60), Person() as alice:
        while "Sign in here" not in told:
            await asyncio.sleep(0.05)
            told += capsys.readouterr().err
        url = re.search(r"https?://\S+", told)
        assert url
        await alice.open(url[0])
        await alice.submit("/login", username="alice", password=stack.password("alice"))
        pasting.set_result(str(alice.page.url))
        status = await running
    rows = {row["check"]: row for row in json.loads(capsys.readouterr().out)}
    assert rows["A real turn"]["state"] == "working", rows
    assert status == 0
    for event in some(_events_of_the_doctor(stack, aws)):  # nothing may be learned of them
        assert event.get("metadata", {}).get("memory") == {"stringValue": "paused"}, event


def _events_of_the_doctor(stack: Stack, aws: boto3.Session) -> list[Any]:
    """What was said in the conversations that the doctor began as alice."""
    known = stack.parameters
    person = aws.client("cognito-idp").admin_get_user(
        UserPoolId=known["user_pool_id"], Username="alice"
    )
    subject = next(one["Value"] for one in person["UserAttributes"] if one["Name"] == "sub")
    memory = aws.client("bedrock-agentcore")
    there: Any = {"memoryId": known["memory_id"], "actorId": subject}
    return [
        event
        for page in memory.get_paginator("list_sessions").paginate(**there)
        for session in page["sessionSummaries"]
        if session["sessionId"].startswith("doctor-")
        for event in memory.list_events(**there, sessionId=session["sessionId"])["events"]
        if any("conversational" in item for item in event["payload"])
    ]


async def _awaited(value: "asyncio.Future[str]") -> str:
    return await value


async def test_the_platforms_secrets_are_read_where_terraform_keeps_them(
    capsys: pytest.CaptureFixture[str],
    elsewhere: Any,
    aws: boto3.Session,
    stack: Stack,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    elsewhere()
    monkeypatch.setenv("SLACK_API_URL", f"{stack.slack}/api/")
    secrets: Any = aws.client("secretsmanager")
    value = {"signing_secret": "x" * 32, "bot_token": stack.slack_bot_token}
    secrets.create_secret(Name="spoilt/slack", SecretString=json.dumps(value))
    try:
        _, rows = await doctor_checks(capsys)
    finally:
        secrets.delete_secret(SecretId="spoilt/slack", ForceDeleteWithoutRecovery=True)

    assert rows["Slack"]["state"] == "working"
    assert rows["Microsoft Teams"]["state"] == "absent"


async def test_a_token_that_was_kept_to_test_with_asks_the_real_question(
    capsys: pytest.CaptureFixture[str], elsewhere: Any, aws: boto3.Session, stack: Stack
) -> None:
    granted = aws.client("cognito-idp").admin_initiate_auth(
        UserPoolId=stack.parameters["user_pool_id"],
        ClientId=stack.parameters["web_client_id"],
        AuthFlow="ADMIN_USER_PASSWORD_AUTH",
        AuthParameters={"USERNAME": "alice", "PASSWORD": stack.password("alice")},
    )
    elsewhere()
    name, token = "/app/spoilt/cognito_bearer_token", granted["AuthenticationResult"]["AccessToken"]
    ssm = aws.client("ssm")
    ssm.put_parameter(Name=name, Value=token, Type="SecureString")
    _, rows = await doctor_checks(capsys)
    assert rows["A real turn"]["state"] == "working"

    ended = urlsafe_b64encode(json.dumps({"exp": 1_000_000_000}).encode()).decode().rstrip("=")
    ssm.put_parameter(Name=name, Value=f"x.{ended}.x", Type="SecureString", Overwrite=True)
    _, rows = await doctor_checks(capsys)
    assert rows["A real turn"]["state"] == "absent"


def test_without_a_deployment_it_says_where_it_looked(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("BIZASSIST_SSM_PREFIX", "/app/nowhere")

    assert main(["doctor", "--url", "https://assistant.example.com"]) == 1
    assert "no whole deployment under /app/nowhere" in capsys.readouterr().err


def test_without_anything_to_check_it_says_what_could_be(
    capsys: pytest.CaptureFixture[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    assert main(["doctor"]) == 1
    said = capsys.readouterr().err
    assert "make dev" in said
    assert "--url" in said


def test_a_stack_that_is_not_there(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["doctor", "--stack", "/nowhere/stack.json"]) == 1
    assert "make dev" in capsys.readouterr().err


def test_a_stack_that_is_gone(
    capsys: pytest.CaptureFixture[str], stack: Stack, tmp_path: Path
) -> None:
    left = tmp_path / "stack.json"
    left.write_text(json.dumps(stack.described | {"aws": "http://127.0.0.1:1"}))
    assert main(["doctor", "--stack", str(left)]) == 1
    assert "is gone" in capsys.readouterr().err
