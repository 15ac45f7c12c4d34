"""The setup checklist where something is wrong: each part says in one sentence what to do."""

import asyncio
import io
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from types import SimpleNamespace
from typing import Any, cast

import httpx
import pytest
from aiohttp import web
from aiohttp.test_utils import TestServer
from botocore.exceptions import ClientError
from pydantic import SecretStr

from bizassist.deployment.setup_checks import Checks
from bizassist.settings.environment import Process
from bizassist.settings.ssm_parameters import Parameters
from bots.errors import InstallationRefused
from bots.slack.manifest import SCOPES
from bots.teams.registration import TeamsApp
from identity.admin.setup_page import Check, Finding, finding
from identity.executor import Executor
from tests.configurations import CONFIG

SECRET = "xoxb-that-nobody-may-see"


class Clouds:
    """Every part of a deployment, answering as a test wants it to."""

    def __init__(self) -> None:
        self.runtime: int = 401
        self.gateway: int = 401
        self.tools: list[list[str]] = [["one___a"], ["one___b"]]
        self.issuer = "https://issuer"
        self.slack: dict[str, Any] = {"ok": True, "team": "Acme"}
        self.scopes = ",".join(SCOPES)
        self.memory: dict[str, Any] | Exception = {"status": "ACTIVE", "strategies": [{}]}
        self.policies: dict[str, Any] | Exception = {"documents": 3, "failures": {}}

    def routes(self) -> list[web.RouteDef]:
        return [
            web.get("/discovery", self.discovery),
            web.get("/keys", self.keys),
            web.post("/token", self.token),
            web.post("/mcp", self.mcp),
            web.post("/slack/auth.test", self.auth_test),
            web.post("/runtimes/{arn}/invocations", self.invocations),
        ]

    async def discovery(self, request: web.Request) -> web.Response:
        here = f"http://{request.host}"
        return web.json_response(
            {"issuer": self.issuer, "jwks_uri": f"{here}/keys", "token_endpoint": f"{here}/token"}
        )

    async def keys(self, request: web.Request) -> web.Response:
        return web.json_response({"keys": [{}]})

    async def token(self, request: web.Request) -> web.Response:
        return web.json_response({"access_token": "machine"})

    async def mcp(self, request: web.Request) -> web.Response:
        if request.headers.get("Authorization") != "Bearer machine":
            return web.Response(status=self.gateway)
        cursor = int((await request.json())["params"].get("cursor", 0))
        result: dict[str, Any] = {"tools": [{"name": name} for name in self.tools[cursor]]}
        if cursor + 1 < len(self.tools):
            result["nextCursor"] = str(cursor + 1)
        return web.json_response({"jsonrpc": "2.0", "id": 1, "result": result})

    async def auth_test(self, request: web.Request) -> web.Response:
        return web.json_response(self.slack, headers={"x-oauth-scopes": self.scopes})

    async def invocations(self, request: web.Request) -> web.Response:
        return web.Response(status=self.runtime)

    def get_memory(self, **_: str) -> dict[str, Any]:
        if isinstance(self.memory, Exception):
            raise self.memory
        return {"memory": self.memory}

    def get_object(self, **_: str) -> dict[str, Any]:
        if isinstance(self.policies, Exception):
            raise self.policies
        return {"Body": io.BytesIO(json.dumps(self.policies).encode())}


@asynccontextmanager
async def checks(
    clouds: Clouds, teams: TeamsApp | None = None, *, as_machine: bool = True
) -> AsyncIterator[Checks]:
    app, call = web.Application(), Executor(2)
    app.add_routes(clouds.routes())
    async with TestServer(app) as server, httpx.AsyncClient(timeout=2) as http:
        here = str(server.make_url("")).rstrip("/")
        deployment = Parameters.model_validate(
            {
                **json.loads((CONFIG / "good.json").read_text()),
                "discovery_url": f"{here}/discovery",
                "issuer": "https://issuer",
                "runtime_url": here,
                "gateway_url": f"{here}/mcp",
            }
        )
        process = Process(
            BIZASSIST_PUBLIC_URL="https://bot.example.com",
            slack_bot_token=SecretStr(SECRET),
            slack_signing_secret=SecretStr("s"),
            slack_api_url=f"{here}/slack/",
        )
        yield Checks(
            process=process,
            deployment=deployment,
            http=http,
            control=cast("Any", SimpleNamespace(get_memory=clouds.get_memory)),
            s3=cast("Any", SimpleNamespace(get_object=clouds.get_object)),
            call=call,
            teams=teams,
            as_machine=as_machine,
        )
    call.close()


async def found(clouds: Clouds, name: str) -> Finding:
    async with checks(clouds) as made:
        (check,) = [one for one in made.all() if one.name.startswith(name)]
        return await finding(check)


UNREAD = {"documents": 3, "failures": {"a.pdf": "it is damaged", "b.pdf": "it is empty"}}


def refused(code: str) -> ClientError:
    return ClientError({"Error": {"Code": code, "Message": "secret"}}, "GetMemory")


async def test_where_nothing_is_wrong_everything_works() -> None:
    async with checks(Clouds()) as made:
        said = {one.name: await finding(one) for one in made.all()}

    assert {name: one.state for name, one in said.items()} == {
        "User pool": "working",
        "Runtime": "working",
        "Gateway and its tools": "working",
        "Memory": "working",
        "Company policies": "working",
        "Slack": "working",
        "Microsoft Teams": "absent",
    }
    assert said["Gateway and its tools"].sentence == "2 tools: one___a, one___b."
    assert said["Memory"].sentence == "1 strategy active."


async def test_a_company_without_policies_is_told_what_to_do() -> None:
    clouds = Clouds()
    clouds.policies = {"documents": 0, "failures": {}}

    said = await found(clouds, "Company")

    assert said.state == "absent"
    assert said.sentence.startswith("None is there: put documents into ")


@pytest.mark.parametrize(("status", "state"), [(401, "working"), (200, "broken")])
async def test_the_chat_service_asks_the_gateway_without_a_secret(status: int, state: str) -> None:
    clouds = Clouds()
    clouds.gateway = status
    async with checks(clouds, as_machine=False) as made:
        said = await made.gateway()

    assert said.state == state
    assert ("lets nobody in" in said.sentence) == (status == 401)


@pytest.mark.parametrize(
    ("name", "change", "told"),
    [
        ("User pool", {"issuer": "https://other"}, "another issuer's"),
        ("Runtime", {"runtime": 404}, "no runtime of this ARN"),
        ("Runtime", {"runtime": 200}, "answered 200 where 401 was due"),
        ("Gateway", {"tools": [[]]}, "It has no tools"),
        ("Memory", {"memory": {"status": "CREATING"}}, "status is CREATING"),
        ("Memory", {"memory": refused("ResourceNotFoundException")}, "no memory of this id"),
        ("Memory", {"memory": refused("AccessDeniedException")}, "may not call GetMemory"),
        ("Memory", {"memory": refused("ThrottlingException")}, "Look at memory_id"),
        ("Company", {"policies": UNREAD}, "searched: a.pdf (it is damaged); b.pdf (it is empty)."),
        ("Company", {"policies": refused("NoSuchKey")}, "`bizassist policies index`"),
        ("Company", {"policies": refused("AccessDenied")}, "`bizassist policies index`"),
        ("Company", {"policies": refused("InternalError")}, "Look at policies_bucket"),
        ("Slack", {"slack": {"ok": False, "error": "invalid_auth"}}, "refuses SLACK_BOT_TOKEN"),
        ("Slack", {"scopes": "commands,chat:write"}, "scopes are missing: app_mentions:read"),
    ],
)
async def test_what_is_wrong_is_one_sentence_with_what_to_do(
    name: str, change: dict[str, Any], told: str
) -> None:
    clouds = Clouds()
    for part, answer in change.items():
        setattr(clouds, part, answer)

    result = await found(clouds, name)

    assert result.state == "broken"
    assert told in result.sentence
    assert result.sentence.endswith(".")
    assert SECRET not in result.sentence
    assert "secret" not in result.sentence


async def test_silence_is_an_answer_too(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("identity.admin.setup_page.CHECK_TIMEOUT", 0.05)

    async def silent() -> Finding:
        await asyncio.sleep(10)
        return Finding("working", "")

    result = await finding(Check("Silent", silent, "Wake it up."))

    assert result.state == "broken"
    assert result.sentence == "No answer within 0 seconds. Wake it up."


async def test_an_error_tells_nothing_of_its_text(caplog: pytest.LogCaptureFixture) -> None:
    async def failing() -> Finding:
        raise ConnectionError(SECRET)

    result = await finding(Check("Failing", failing, "Mend it."))

    assert result == Finding("broken", "Mend it.")
    assert "ConnectionError" in caplog.text
    assert SECRET not in caplog.text


async def test_a_bot_that_microsoft_refuses_says_where_to_look(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    async def refuse(_: object) -> str:
        raise InstallationRefused("no token: invalid_client")

    monkeypatch.setattr("bizassist.deployment.setup_checks.BotToken.__call__", refuse)
    async with checks(Clouds(), TeamsApp("id", "password")) as made:
        result = await finding(made.all()[-1])

        managed = TeamsApp("id", None, "tenant", app_type="UserAssignedMSI")
        made._teams = managed
        hosted = await finding(made.all()[-1])

    assert result.state == "broken"
    assert result.sentence.startswith("Microsoft refuses (no token: invalid_client): look at")
    assert "where Azure hosts this service" in hosted.sentence
