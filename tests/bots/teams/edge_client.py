"""Teams' route as the service has it, an issuer it trusts, and the inbox behind it."""

import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any

from aiohttp.test_utils import TestClient, TestServer

from bots.app import application
from bots.errors import InboxUnavailable
from bots.limits.request_bodies import bounded_bodies
from bots.platform import Accepted
from bots.teams.incoming.activity import IncomingActivity, question_text
from bots.teams.incoming.endpoint import TeamsEdge
from bots.teams.incoming.signing_keys import SigningKeys
from bots.teams.invokes import Invokes
from bots.teams.registration import TeamsApp
from tests.bots.teams.connector import TENANT
from tests.bots.teams.issuer import Issuer
from tests.bots.teams.service_parts import Parts
from tests.bots.teams.teams_client import APP_ID

TEAMS = "https://smba.trafficmanager.net/emea/"
LOCAL = "http://127.0.0.1:56150/_connector"
CLOUD = TeamsApp(app_id=APP_ID, app_password="password", app_tenant_id=TENANT)


@dataclass
class EdgeClient:
    """The route as the service has it, and the inbox behind it."""

    issuer: Issuer
    service_url: str
    inbox: list[Accepted] = field(default_factory=list)
    inbox_is_down: bool = False
    http: Any = None
    parts: Parts = field(default_factory=Parts)
    edits: list[str] = field(default_factory=list)
    own_chat: bool = True

    async def edited(self, incoming: IncomingActivity) -> None:
        self.edits.append(question_text(incoming))
        await self.parts.for_teams().note_edit(incoming)

    async def has_own_chat(self, incoming: IncomingActivity) -> bool:
        return self.own_chat

    async def accept(self, accepted: Accepted) -> None:
        if self.inbox_is_down:
            raise InboxUnavailable("ServiceUnavailable")
        self.inbox.append(accepted)

    async def send(self, body: Any, authorization: str | None = "") -> tuple[int, str]:
        """Post as Teams does; with a good token unless told otherwise, with none for None."""
        if authorization == "":
            authorization = f"Bearer {self.issuer.token(self.service_url)}"
        headers = {} if authorization is None else {"Authorization": authorization}
        data = body if isinstance(body, bytes) else json.dumps(body)
        async with self.http.post("/api/messages", data=data, headers=headers) as answer:
            return answer.status, await answer.text()


@asynccontextmanager
async def edge_client(app: TeamsApp, service_url: str = TEAMS) -> AsyncIterator[EdgeClient]:
    client = EdgeClient(Issuer(), service_url)
    async with TestServer(client.issuer.application()) as keys:
        signing = SigningKeys(str(keys.make_url("/openid")))
        respond = Invokes(client.accept, client.parts.for_teams(), client.has_own_chat).respond
        edge = TeamsEdge(app, client.accept, respond, client.edited, signing)
        served = application(edge.routes(), {})
        served.middlewares.append(bounded_bodies)
        async with TestClient(TestServer(served)) as client.http:
            yield client
