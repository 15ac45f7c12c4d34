"""An agent that rests in a snapshot for a day, and what its copies know when they are restored."""

import asyncio
import json
import os
import sys
import time
import uuid
from asyncio.subprocess import PIPE
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import boto3
import httpx
import pytest
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse
from starlette.routing import Route

from tests.agent.local_agent import Cloud, serving
from tests.agent.restored_copies import A_DAY
from tests.agent.token_issuer import CLIENT, NAME, Issuer, new_key
from tests.some import some

LEAVE = "How many days of annual leave do I get?"
WARRANTY = "Is LAPTOP-2024-001 still under warranty?"
POLICY = "# Leave\n\n## Annual leave\n\nEvery employee has {} days of annual leave a year.\n"


@dataclass
class World:
    """What an agent depends on and what changes while it rests."""

    prefix: str
    policies: Path
    cloud: Cloud
    issuer: Issuer = field(default_factory=Issuer)
    secret: str = "before"
    grants: list[str] = field(default_factory=list)

    def app(self) -> Starlette:
        """The user pool: its keys, and tokens for who knows the machine's secret of today."""
        app = self.issuer.app()

        async def discovery(request: Request) -> JSONResponse:
            here = str(request.base_url)
            found = {"issuer": NAME, "jwks_uri": f"{here}keys", "token_endpoint": f"{here}token"}
            return JSONResponse(found)

        async def token(request: Request) -> JSONResponse:
            known = httpx.BasicAuth(
                self.cloud.parameters["m2m_client_id"], self.secret
            )._auth_header
            self.grants.append(
                "granted" if request.headers["authorization"] == known else "refused"
            )
            if self.grants[-1] == "refused":
                return JSONResponse({"error": "invalid_client"}, 401)
            return JSONResponse(await self._machine_token())

        routes = [Route("/discovery", discovery), Route("/token", token, methods=["POST"])]
        return Starlette(routes=[*routes, *app.routes])

    async def _machine_token(self) -> Any:
        known = self.cloud.parameters
        async with httpx.AsyncClient() as http:
            document = (await http.get(known["discovery_url"])).json()
            answer = await http.post(
                document["token_endpoint"],
                data={"grant_type": "client_credentials", "scope": known["m2m_scope"]},
                auth=(known["m2m_client_id"], known["m2m_client_secret"]),
            )
            return answer.raise_for_status().json()

    def put(self, name: str, value: str) -> None:
        boto3.client("ssm").put_parameter(
            Name=f"{self.prefix}/{name}", Value=value, Type="String", Overwrite=True
        )

    def change(self) -> None:
        """Rotate the secret and the signing key, and write another policy."""
        self.secret = "after"
        self.put("m2m_client_secret", self.secret)
        self.issuer.key = new_key()
        (self.policies / "leave.md").write_text(POLICY.format("thirty-one"))


@pytest.fixture
async def world(cloud: Cloud, gateway: str, tmp_path: Path) -> AsyncIterator[World]:
    made = World(f"/app/restored-{uuid.uuid4().hex[:8]}", tmp_path, cloud)
    (tmp_path / "leave.md").write_text(POLICY.format("twenty"))
    async with serving(made.app()) as address:
        changes = {
            "issuer": NAME,
            "discovery_url": f"{address}/discovery",
            "web_client_id": CLIENT,
            "m2m_client_secret": made.secret,
            "policies_folder": str(tmp_path),
        }
        for name, value in (cloud.parameters | changes).items():
            if value:
                made.put(name, value)
        yield made


async def test_restored_copies_know_what_is_true_now_and_draw_numbers_of_their_own(
    world: World,
) -> None:
    agent = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "tests.agent.restored_copies"),
        env={**os.environ, "BIZASSIST_SSM_PREFIX": world.prefix},
        stdin=PIPE,
        stdout=PIPE,
    )
    assert agent.stdin
    assert agent.stdout
    prepared = json.loads(await agent.stdout.readline())
    granted_before = list(world.grants)
    world.change()
    token = world.issuer.token(exp=int(time.time()) + A_DAY + 600)
    agent.stdin.write(json.dumps({"token": token, "questions": [LEAVE, WARRANTY]}).encode() + b"\n")
    first, second = json.loads((await agent.communicate())[0])

    assert prepared["sockets"] == 0
    assert granted_before == []
    for copy in some([first, second]):
        leave, warranty = copy["answers"]
        assert "thirty-one" in leave["text"], leave
        assert "**active**" in warranty["text"], warranty
        assert copy["wall"] > time.time() + A_DAY - 600
        assert copy["imported"] == []
        assert copy["calls_before_start"] <= 1
    assert set(world.grants) == {"granted"}
    assert first["random"] != second["random"]
    assert first["span_id"] != second["span_id"]
