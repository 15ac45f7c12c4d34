"""A strict double of the Bot Connector: says no where Teams does, and remembers what people see."""

import asyncio
import json
import time
from collections import Counter
from dataclasses import dataclass, field
from typing import Any

from aiohttp import web

from tests.bots.teams.connector_clock import Clock
from tests.bots.teams.connector_faults import Fault, Refused, refusal, refuse
from tests.bots.teams.connector_limits import RateLimits
from tests.bots.teams.connector_messages import check_message
from tests.bots.teams.connector_streams import PACE, Streams, not_allowed

TOKEN = "token-of-the-bot"
TENANT = "11111111-2222-3333-4444-555555555555"
BOT = {"id": "28:00000000-0000-0000-0000-000000000b07", "name": "TurnHandler"}
ALICE = {"id": "29:1alice", "name": "Alice", "aadObjectId": "aaaaaaaa-0000-0000-0000-000000000001"}
PERSONAL, GROUP = "a:1personal", "19:group@thread.v2"
OF_TWO = "a:1alice-and-bob"
"""A chat of two people, in which the bot is not."""
# Bytes of the whole message in UTF-16 (28 KB and then 40 KB before):
# https://learn.microsoft.com/microsoftteams/platform/bots/how-to/format-your-bot-messages
LONGEST = 100 * 1024


def member(**who: Any) -> dict[str, Any]:
    """Somebody of a roster (TeamsChannelAccount, "Get Teams specific context for your bot")."""
    return {
        "id": "29:1somebody",
        "name": "Somebody",
        "tenantId": TENANT,
        "userRole": "user",
        "userPrincipalName": "somebody@example.com",
        **who,
    }


@dataclass
class Connector:
    """The chats that there are, and how the double behaves.

    :ivar history: what each message has shown, first to last, by conversation and id.
    :ivar calls: every call as ``(method, status, moment)``; status 0 for a connection that broke.
    :ivar failures: statuses to answer the next calls with, whatever they are.
    :ivar faults: what else goes wrong, and when.
    :ivar closed: the code with which a conversation refuses whatever is said, by conversation.
    :ivar members: who is in the group, as its roster tells; the asker alone at first.
    :ivar installed: whether the person has the bot in their personal scope.
    :ivar takes_targeted: whether the clients there know targeted messages.
    :ivar clock: of rate limits; streams go by one of their own.
    :ivar streaming: whether the bot may stream at all.
    :ivar stream_pace: seconds between two activities of a stream.
    :ivar targets: who alone sees a message, by conversation and id.
    :ivar typing: how often typing was shown, by conversation.
    """

    history: dict[tuple[str, str], list[dict[str, Any]]] = field(default_factory=dict)
    calls: list[tuple[str, int, float]] = field(default_factory=list)
    failures: list[int] = field(default_factory=list)
    faults: list[Fault] = field(default_factory=list)
    closed: dict[str, str] = field(default_factory=dict)
    members: list[dict[str, Any]] = field(default_factory=lambda: [member(**ALICE)])
    updates_refused: bool = False
    installed: bool = True
    takes_targeted: bool = True
    delay: float = 0.0
    clock: Clock = field(default_factory=Clock)
    streaming: bool = True
    stream_pace: float = PACE
    targets: dict[tuple[str, str], str] = field(default_factory=dict)
    typing: Counter[str] = field(default_factory=Counter)

    def __post_init__(self) -> None:
        self._limits = RateLimits(self.clock.now)
        self._stream_clock = Clock()
        self.streams = Streams(self._stream_clock.now, self.stream_pace)

    def application(self) -> web.Application:
        app = web.Application(middlewares=[self._door])
        activities = "/teams/v3/conversations/{conversation}/activities"
        app.add_routes(
            [
                web.post("/teams/v3/conversations", self._open),
                web.get("/teams/v3/conversations/{conversation}/pagedmembers", self._roster),
                web.post(activities, self._post),
                web.post(activities + "/{activity}", self._post),
                web.put(activities + "/{activity}", self._update),
                web.delete(activities + "/{activity}", self._delete),
            ]
        )
        return app

    def advance(self, seconds: float) -> None:
        """Let time pass for streams and rate limits."""
        self.clock.advance(seconds)
        self._stream_clock.advance(seconds)

    def shown(self, conversation: str) -> list[dict[str, Any]]:
        """The messages of a conversation as everybody sees them now."""
        return [
            states[-1]
            for place, states in self.history.items()
            if place[0] == conversation and place not in self.targets
        ]

    def targeted(self, conversation: str) -> list[dict[str, Any]]:
        """The messages that one person alone sees there, as they look now."""
        return [self.history[place][-1] for place in self.targets if place[0] == conversation]

    def texts(self, conversation: str) -> list[str]:
        """Their texts."""
        return [message.get("text", "") for message in self.shown(conversation)]

    def only(self, conversation: str) -> list[str]:
        """What the only message of a conversation has shown, first to last."""
        (states,) = [states for (where, _), states in self.history.items() if where == conversation]
        return [state["text"] for state in states]

    @web.middleware
    async def _door(self, request: web.Request, handler: Any) -> web.StreamResponse:
        await asyncio.sleep(self.delay)
        try:
            answer = await self._answer(request, handler)
        except Refused as refused:
            answer = refused.answer
        except ConnectionAbortedError:
            self.calls.append((request.method, 0, time.monotonic()))
            if request.transport is not None:
                request.transport.abort()
            return web.Response()
        self.calls.append((request.method, answer.status, time.monotonic()))
        return answer

    async def _answer(self, request: web.Request, handler: Any) -> web.StreamResponse:
        if request.headers.get("Authorization") != f"Bearer {TOKEN}":
            raise refuse("Unauthorized")
        if self.failures:
            status = self.failures.pop(0)
            return web.Response(
                status=status, headers={"Retry-After": "0"} if status == 429 else {}
            )
        conversation = request.match_info.get("conversation", "")
        method = request.method if conversation else "OPEN"
        if pause := self._limits.take(conversation, "members" if method == "GET" else "send"):
            return refusal("Throttled", retry_after=pause)
        fault = next((one for one in self.faults if one.meets(method)), None)
        if fault is None:
            answer: web.StreamResponse = await handler(request)
            return answer
        if fault.taken:
            await handler(request)
        await asyncio.sleep(fault.delay)
        if fault.broken:
            raise ConnectionAbortedError
        return fault.answer()

    async def _open(self, request: web.Request) -> web.Response:
        asked = await request.json()
        # An id of Entra ID is taken in place of Teams' own (msteams-docs#14079).
        (one,) = asked["members"]
        alone = one["id"] in {ALICE["id"], ALICE["aadObjectId"]}
        if asked["bot"]["id"] != BOT["id"] or asked["isGroup"] or not alone:
            raise refuse("BadArgument")
        if asked["channelData"]["tenant"]["id"] != TENANT:
            raise refuse("BadArgument", "TenantIdMissing")
        if not self.installed:
            raise refuse("ForbiddenOperationException")
        self._check_open(PERSONAL)
        return web.json_response({"id": PERSONAL}, status=201)

    async def _roster(self, request: web.Request) -> web.Response:
        """A page of the members; sizes under 50 count as 50, over 500 as 500."""
        if request.match_info["conversation"] not in {PERSONAL, GROUP}:
            raise refuse("ConversationNotFound")
        size = min(max(int(request.query.get("pageSize", 200)), 50), 500)
        begin = int(request.query.get("continuationToken", 0))
        page: dict[str, Any] = {"members": self.members[begin : begin + size]}
        if begin + size < len(self.members):
            page |= {"continuationToken": str(begin + size)}
        return web.json_response(page)

    async def _post(self, request: web.Request) -> web.Response:
        activity = await self._activity(request)
        replied = request.match_info.get("activity")
        if replied and not replied.startswith("question"):
            raise refuse("ActivityNotFoundInConversation")
        conversation, name = request.match_info["conversation"], f"1:{len(self.history) + 1}"
        if (info := Streams.info(activity)) is not None:
            return self._stream(conversation, info.get("streamId"), name, activity)
        if activity == {"type": "typing"}:
            self.typing[conversation] += 1
            return web.json_response({"id": "typing"}, status=201)
        check_message(activity)
        if _is_targeted(request):
            self.targets[conversation, name] = self._target(conversation, activity)
        self.history[conversation, name] = [activity]
        return web.json_response({"id": name}, status=201)

    def _target(self, conversation: str, activity: dict[str, Any]) -> str:
        """Whom alone a message is for ("Targeted messages", its errors)."""
        recipient = activity.get("recipient", {}).get("id")
        if conversation == PERSONAL or not recipient or not self.takes_targeted:
            raise refuse("BadArgument")
        if recipient not in {one["id"] for one in self.members}:
            raise refuse("BadArgument")
        return str(recipient)

    def _stream(
        self, conversation: str, begun: str | None, name: str, activity: dict[str, Any]
    ) -> web.Response:
        """Part of a stream: the first has an id in its answer, those that follow have nothing."""
        if not self.streaming or conversation != PERSONAL:
            raise not_allowed("Content stream is not allowed")
        if begun is None:
            self.streams.begin(name, conversation, activity)
            self.history[conversation, name] = [activity]
            return web.json_response({"id": name}, status=201)
        if activity.get("type") == "message":
            check_message(activity)
        if self.streams.go_on(begun, conversation, activity):
            self.history[conversation, begun].append(activity)
        return web.json_response({}, status=202)

    async def _update(self, request: web.Request) -> web.Response:
        activity = await self._activity(request)
        check_message(activity)
        if self.updates_refused:
            raise refuse("MessageEditNotAllowed")
        if self.streams.is_open(request.match_info["activity"]):
            raise refuse("MessageEditNotAllowed")
        if _is_targeted(request) and "recipient" in activity:
            raise refuse("BadArgument")
        self._states(request).append(activity)
        return web.json_response({"id": request.match_info["activity"]})

    async def _delete(self, request: web.Request) -> web.Response:
        self._states(request)
        place = request.match_info["conversation"], request.match_info["activity"]
        del self.history[place]
        self.targets.pop(place, None)
        return web.Response()

    def _states(self, request: web.Request) -> list[dict[str, Any]]:
        key = request.match_info["conversation"], request.match_info["activity"]
        if key not in self.history or (key in self.targets) != _is_targeted(request):
            raise refuse("ActivityNotFoundInConversation")
        return self.history[key]

    def _check_open(self, conversation: str) -> None:
        if conversation == OF_TWO:
            raise refuse("BotNotInConversationRoster")
        if conversation not in {PERSONAL, GROUP}:
            raise refuse("ConversationNotFound")
        if code := self.closed.get(conversation):
            raise refuse(code)

    async def _activity(self, request: web.Request) -> dict[str, Any]:
        self._check_open(request.match_info["conversation"])
        body = await request.text()
        activity: dict[str, Any] = json.loads(body)
        if len(body.encode("utf-16-le")) > LONGEST:
            raise refuse("MessageSizeTooBig")
        return activity


def _is_targeted(request: web.Request) -> bool:
    return request.query.get("isTargetedActivity") == "true"
