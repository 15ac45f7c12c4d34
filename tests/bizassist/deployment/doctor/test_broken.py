"""``bizassist doctor`` where parts are broken: each line says what is wrong and how to mend it."""

import json
import secrets
from typing import Any

import boto3
import pytest
from aiohttp import web
from aiohttp.test_utils import TestServer

from tests.bizassist.deployment.doctor.doctor_checks import doctor_checks
from tests.bots.scripted_runtime import FINISHED, STARTED, ScriptedRuntime
from tests.conftest import Stack


async def test_a_bad_token_is_told_apart_from_a_bad_runtime(
    capsys: pytest.CaptureFixture[str], described: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("BIZASSIST_TOKEN", "not.a.token")
    status, rows = await doctor_checks(capsys, "--stack", described)

    assert rows["Runtime"]["state"] == "working"
    assert rows["A real turn"]["state"] == "broken"
    assert "must be an access token" in rows["A real turn"]["told"]
    assert status == 1


async def test_it_looks_at_contents(
    capsys: pytest.CaptureFixture[str], elsewhere: Any, stack: Stack, aws: boto3.Session
) -> None:
    s3, bucket = aws.client("s3"), stack.parameters["policies_bucket"]
    table = aws.client("dynamodb").create_table(
        TableName=f"no-devices-{secrets.token_hex(4)}",
        KeySchema=[{"AttributeName": "serial_number", "KeyType": "HASH"}],
        AttributeDefinitions=[{"AttributeName": "serial_number", "AttributeType": "S"}],
        BillingMode="PAY_PER_REQUEST",
    )["TableDescription"]["TableName"]
    s3.put_object(Bucket=bucket, Key="newer.md", Body=b"# Of today")
    elsewhere(warranty_table=table)
    try:
        _, rows = await doctor_checks(capsys)
    finally:
        s3.delete_object(Bucket=bucket, Key="newer.md")

    assert rows["Company policies"]["state"] == "broken"
    assert "1 changed since: `bizassist policies index`." in rows["Company policies"]["told"]
    assert rows["Warranty records"]["state"] == "absent"
    assert "warranty import" in rows["Warranty records"]["told"]


@pytest.mark.parametrize(
    ("spoilt", "broken", "told"),
    [
        ({"m2m_client_secret": "wrong"}, "Machine's token", "m2m_client_secret"),
        ({"m2m_scope": "nobody/read"}, "Machine's token", "m2m_scope"),
        ({"issuer": "https://elsewhere.example"}, "Discovery document", "another issuer"),
        ({"discovery_url": "http://127.0.0.1:1/x"}, "Signing keys", "can't be reached"),
        ({"m2m_client_secret": "wrong"}, "Gateway and its tools", "no machine's token"),
        ({"discovery_url": "http://127.0.0.1:1/x"}, "Machine's token", "discovery document first"),
        ({"gateway_url": "http://127.0.0.1:1/mcp"}, "Gateway and its tools", "can't be reached"),
        ({"memory_id": "gone-0000000000"}, "Memory", "no memory of this id"),
        ({"runtime_arn": "arn:aws:bedrock-agentcore:x:0:runtime/x"}, "Runtime", "no runtime"),
        ({"runtime_url": "http://127.0.0.1:1"}, "Runtime", "can't be reached"),
    ],
)
async def test_what_is_broken_is_named_with_its_remedy(
    capsys: pytest.CaptureFixture[str],
    elsewhere: Any,
    spoilt: dict[str, str],
    broken: str,
    told: str,
) -> None:
    elsewhere(**spoilt)
    status, rows = await doctor_checks(capsys)

    assert rows[broken]["state"] == "broken"
    assert told in rows[broken]["told"]
    assert rows["Memory" if broken != "Memory" else "Runtime"]["state"] == "working"
    assert status == 1


async def test_platforms_that_refuse_are_broken_and_others_are_not_set_up(
    capsys: pytest.CaptureFixture[str],
    elsewhere: Any,
    stack: Stack,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    elsewhere()
    monkeypatch.setenv("SLACK_API_URL", f"{stack.slack}/api/")
    monkeypatch.setenv("SLACK_SIGNING_SECRET", "x" * 32)
    monkeypatch.setenv("SLACK_BOT_TOKEN", "xoxb-of-somebody-else")
    status, rows = await doctor_checks(capsys)

    assert rows["Slack"]["state"] == "broken"
    assert "install the app again" in rows["Slack"]["told"]
    assert rows["Microsoft Teams"]["state"] == "absent"
    assert "/admin/setup" in rows["Microsoft Teams"]["told"]
    assert rows["A real turn"]["state"] == "absent"
    assert status == 1


async def test_teams_credentials_that_microsoft_does_not_take(
    capsys: pytest.CaptureFixture[str], elsewhere: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    elsewhere()
    monkeypatch.setattr("bots.teams.outgoing.bot_token.LOGIN", "https://127.0.0.1:1")
    monkeypatch.setenv("MICROSOFT_APP_ID", "00000000-0000-0000-0000-000000000000")
    monkeypatch.setenv("MICROSOFT_APP_PASSWORD", "of-somebody-else")
    status, rows = await doctor_checks(capsys)

    assert rows["Microsoft Teams"]["state"] == "broken"
    assert "id, secret and tenant in Azure" in rows["Microsoft Teams"]["told"]
    assert "of-somebody-else" not in json.dumps(rows)
    assert status == 1


@pytest.mark.parametrize(
    ("script", "told"),
    [
        ([STARTED, {"type": "RUN_ERROR", "message": "no", "code": "MODEL"}], "failed (MODEL)"),
        ([STARTED, FINISHED], "The answer was empty"),
        ([STARTED], "broke off"),
    ],
)
async def test_an_agent_that_does_not_answer(
    capsys: pytest.CaptureFixture[str],
    elsewhere: Any,
    monkeypatch: pytest.MonkeyPatch,
    script: list[dict[str, str]],
    told: str,
) -> None:
    monkeypatch.setenv("BIZASSIST_TOKEN", "taken-by-anybody")
    async with ScriptedRuntime([script]).listening() as runtime:
        elsewhere(runtime_url=runtime.url)
        status, rows = await doctor_checks(capsys)

    assert told in rows["A real turn"]["told"]
    assert "/aws/bedrock-agentcore/runtimes/" in rows["A real turn"]["told"]
    assert status == 1


async def test_a_user_pool_without_domain_and_keys(
    capsys: pytest.CaptureFixture[str], elsewhere: Any, stack: Stack
) -> None:
    async def document(request: web.Request) -> web.Response:
        issuer = stack.parameters["issuer"]
        return web.json_response({"issuer": issuer, "jwks_uri": f"http://{request.host}/keys"})

    async def keys(request: web.Request) -> web.Response:
        return web.json_response({"keys": []})

    app = web.Application()
    app.add_routes([web.get("/document", document), web.get("/keys", keys)])
    async with TestServer(app, host="127.0.0.1") as server:
        elsewhere(discovery_url=str(server.make_url("/document")))
        status, rows = await doctor_checks(capsys)

    lacking = "authorization_endpoint, token_endpoint: has the pool a domain?"
    assert lacking in rows["Discovery document"]["told"]
    assert "No key is published" in rows["Signing keys"]["told"]
    assert "discovery document first" in rows["Machine's token"]["told"]
    assert status == 1


async def test_a_chat_service_that_is_not_ready_says_what_it_lacks(
    capsys: pytest.CaptureFixture[str], elsewhere: Any
) -> None:
    async def ready(request: web.Request) -> web.Response:
        states = {"ledger": "does not answer", "inbox": "answers"}
        return web.json_response(states, status=503)

    app = web.Application()
    app.add_routes([web.get("/readyz", ready)])
    async with TestServer(app, host="127.0.0.1") as server:
        elsewhere()
        status, rows = await doctor_checks(capsys, "--url", str(server.make_url("")).rstrip("/"))

    told = rows["Chat service"]["told"]
    assert told.startswith("/readyz answered 503. It can't reach: ledger. Look at the ECS service")
    assert status == 1


async def test_a_chat_service_that_is_down(
    capsys: pytest.CaptureFixture[str], elsewhere: Any
) -> None:
    elsewhere()
    status, rows = await doctor_checks(capsys, "--url", "http://127.0.0.1:1")

    assert rows["Chat service"]["told"].startswith("It can't be reached.")
    assert "ECS" in rows["Chat service"]["told"]
    assert status == 1
