"""Answers written in one Teams conversation at once, on virtual time, within its limits."""

import asyncio
import random
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from types import SimpleNamespace
from typing import Any, cast

import aiohttp
from ag_ui.core import TextMessageContentEvent

from bots.answer.posted_answer import PostedAnswer
from bots.errors import PlatformUnavailable
from bots.teams.outgoing.answer.replies import Pace
from bots.teams.outgoing.connector_clients import Connectors
from bots.teams.outgoing.conversation import conversation_of
from tests.bots.receipt import MemoryReceipt
from tests.bots.teams.connector import GROUP, TENANT
from tests.bots.teams.connector_limits import RateLimits as TeamsLimits
from tests.simulation.clock import simulate

LATENCY = 0.15
"""Seconds that a call of the Bot Connector takes."""
READING = 5.0
"""Seconds before people ask again."""
PIECE_EVERY = 0.2
"""Seconds between two pieces of an answer."""


def _now() -> float:
    return asyncio.get_running_loop().time()


@dataclass
class BusyConversation:
    """Teams' side: it takes what its limits allow, and refuses the rest with Retry-After.

    :ivar shown: what each message shows.
    :ivar calls, refused: how often each method was called, and how often in vain.
    """

    shown: dict[str, str] = field(default_factory=dict)
    calls: Counter[str] = field(default_factory=Counter)
    refused: Counter[str] = field(default_factory=Counter)
    _limits: TeamsLimits = field(default_factory=lambda: TeamsLimits(_now))

    async def post(self, conversation: str, activity: Mapping[str, Any], **_: Any) -> str:
        await self._take("post", conversation)
        name = f"1:{len(self.shown)}"
        self.shown[name] = activity["text"]
        return name

    async def update(
        self, conversation: str, message: str, activity: Mapping[str, Any], **_: Any
    ) -> None:
        await self._take("edit", conversation)
        self.shown[message] = activity["text"]

    async def _take(self, method: str, conversation: str) -> None:
        await asyncio.sleep(LATENCY)
        self.calls[method] += 1
        if pause := self._limits.take(conversation):
            self.refused[method] += 1
            raise PlatformUnavailable("the Bot Connector answered 429", after=pause)


async def written(connectors: Connectors, seconds: float) -> float:
    """Write an answer for so long; how long it took until the whole of it was shown."""
    began = _now()
    incoming: Any = SimpleNamespace(
        activity=SimpleNamespace(service_url="https://smba.example.com/", id="question-1"),
        conversation=GROUP,
        question="question-1",
        targeted=False,
        chat_user=SimpleNamespace(tenant=TENANT),
    )
    place = conversation_of(connectors, incoming)
    async with PostedAnswer(place, MemoryReceipt(), Pace().edits) as reply:
        for number in range(round(seconds / PIECE_EVERY)):
            await asyncio.sleep(PIECE_EVERY)
            await reply.show(TextMessageContentEvent(message_id="m", delta=f"word{number} "))
        await reply.show(TextMessageContentEvent(message_id="m", delta="The end."))
    return _now() - began


async def _quiet() -> tuple[BusyConversation, Connectors]:
    """A conversation in which nothing was said yet, and the service that speaks there."""
    teams = BusyConversation()
    async with aiohttp.ClientSession() as http:
        connectors = Connectors(http, None, _now)
    cast("Any", connectors).client = lambda _: teams
    return teams, connectors


def answers_one_after_the_other(
    at_once: int, seconds: float, after: float
) -> tuple[BusyConversation, Sequence[float]]:
    """How long each took, when as many questions again come so many seconds after the first."""

    async def story() -> tuple[BusyConversation, list[float]]:
        teams, connectors = await _quiet()

        async def some_at(begin: float) -> list[float]:
            await asyncio.sleep(begin)
            return await asyncio.gather(*(written(connectors, seconds) for _ in range(at_once)))

        first, second = await asyncio.gather(some_at(0.0), some_at(after))
        return teams, [*first, *second]

    return simulate(story(), random.Random(1))  # noqa: S311 - it only shuffles


def answers_at_once(
    at_once: int, rounds: int, seconds: float
) -> tuple[BusyConversation, Sequence[float]]:
    """How long each took of so many at once, in so many rounds with a pause between."""

    async def story() -> tuple[BusyConversation, list[float]]:
        teams, connectors = await _quiet()
        took: list[float] = []
        for _ in range(rounds):
            await asyncio.sleep(READING)
            took += await asyncio.gather(*(written(connectors, seconds) for _ in range(at_once)))
        return teams, took

    return simulate(story(), random.Random(1))  # noqa: S311 - it only shuffles
