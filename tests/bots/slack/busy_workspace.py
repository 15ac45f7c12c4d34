"""Answers that are written in one Slack workspace at once, on virtual time and within its tiers."""

import asyncio
import random
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from types import SimpleNamespace
from typing import Any, cast

import aiohttp
from ag_ui.core import TextMessageContentEvent
from slack_sdk.errors import SlackApiError

from bizassist.local.slack.clock import Clock
from bizassist.local.slack.errors import SlackError
from bizassist.local.slack.web_api.rate_limits import RateLimits as SlackLimits
from bots.answer.posted_answer import PostedAnswer
from bots.slack.incoming.payloads import IncomingMessage
from bots.slack.outgoing.answer.answer_channel import SlackChannel
from bots.slack.outgoing.rate_limits import RateLimits
from bots.slack.outgoing.web_api import WebApi
from bots.slack.platform import PACE
from tests.bots.receipt import MemoryReceipt
from tests.simulation.clock import simulate

LATENCY = 0.15
"""Seconds that a call of Slack takes."""
PIECE_EVERY = 0.2
"""Seconds between two pieces of an answer."""


class _LoopClock(Clock):
    def now(self) -> float:
        return asyncio.get_running_loop().time()


@dataclass
class BusyWorkspace:
    """Slack's side: it takes what its tiers allow, and refuses the rest with Retry-After.

    :ivar shown: what each message shows, by channel.
    :ivar calls, refused: how often each method was called, and how often in vain.
    """

    shown: dict[str, str] = field(default_factory=dict)
    calls: Counter[str] = field(default_factory=Counter)
    refused: Counter[str] = field(default_factory=Counter)
    _limits: SlackLimits = field(default_factory=lambda: SlackLimits(_LoopClock()))

    async def chat_postMessage(  # noqa: N802 - the SDK's name
        self, *, channel: str, text: str, **_: Any
    ) -> dict[str, Any]:
        return await self._take("chat.postMessage", channel, text)

    async def chat_update(self, *, channel: str, text: str, **_: Any) -> dict[str, Any]:
        return await self._take("chat.update", channel, text)

    async def _take(self, method: str, channel: str, text: str) -> dict[str, Any]:
        await asyncio.sleep(LATENCY)
        self.calls[method] += 1
        try:
            self._limits.take(method, channel)
        except SlackError as error:
            self.refused[method] += 1
            response = SimpleNamespace(
                data={"error": "ratelimited"},
                status_code=429,
                headers={"Retry-After": str(error.retry_after)},
            )
            raise cast("Any", SlackApiError)("refused", response) from error
        self.shown[channel] = text
        return {"ts": "1.0"}


async def written(api: WebApi, channel: str, seconds: float) -> float:
    """Write an answer for so long; how long it took until the whole of it was shown."""
    loop = asyncio.get_running_loop()
    began = loop.time()
    incoming = IncomingMessage("direct", channel, "T", "U", channel, "What?", ts="1.0")
    place = SlackChannel(api, incoming, f"slack:{channel}")
    async with PostedAnswer(place, MemoryReceipt(), PACE) as reply:
        for number in range(round(seconds / PIECE_EVERY)):
            await asyncio.sleep(PIECE_EVERY)
            await reply.show(TextMessageContentEvent(message_id="m", delta=f"word{number} "))
        await reply.show(TextMessageContentEvent(message_id="m", delta="The end."))
    return loop.time() - began


def answers_at_once(
    at_once: int, rounds: int, seconds: float
) -> tuple[BusyWorkspace, Sequence[float]]:
    """How long each took of so many at once, in so many rounds that follow each other."""

    async def story() -> tuple[BusyWorkspace, list[float]]:
        slack = BusyWorkspace()
        async with aiohttp.ClientSession() as http:
            api = WebApi(http, "xoxb-of-the-tests", "https://slack.com/api/")
        api.once = api.patient = cast("Any", slack)
        api.limits = RateLimits(asyncio.get_running_loop().time)
        took: list[float] = []
        for number in range(rounds):
            channels = [f"D{number}-{one}" for one in range(at_once)]
            took += await asyncio.gather(*(written(api, one, seconds) for one in channels))
        return slack, took

    return simulate(story(), random.Random(1))  # noqa: S311 - it only shuffles
