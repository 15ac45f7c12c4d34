"""``/admin/usage``: what is asked and what it costs, and what could not be delivered."""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from aiohttp import web

from bots.usage.daily_charts import charts
from bots.usage.daily_turns import MOST, DailyTurns, TurnRecord
from bots.usage.totals import Usage, since, usage
from identity.admin.administrators import Administrators
from identity.links import Links
from identity.people import ChatUser
from identity.web.html import Html

TEMPLATES = Path(__file__).parent / "templates"
USAGE = "/admin/usage"
TIMES = {"Today": 1, "7 days": 7, "30 days": 30}
PAGE = 25
JUDGED = 10


@dataclass(frozen=True, slots=True)
class ListedTurn:
    """A turn in a list, and who asked: their account, or their chat user's id."""

    turn: TurnRecord
    who: str

    @property
    def remedy(self) -> str:
        """What an administrator can do about it."""
        if self.turn.waits:
            return "Ask them to write again and to open the sign-in link that they are sent."
        if self.turn.undeliverable:
            return (
                "Look whether the app may still write there (Workspaces), and ask them to repeat."
            )
        if self.turn.state == "answering":
            return "Look for the turn in the log of the chat service; nobody answers it any more."
        return "Look at Setup for what is broken, then ask them to ask again."


class UsagePages:
    """Handlers for administrators; nothing here changes anything."""

    def __init__(
        self, *, html: Html, administrators: Administrators, daily_turns: DailyTurns, links: Links
    ) -> None:
        self._html = html
        self._administrators = administrators
        self._daily_turns = daily_turns
        self._links = links

    def routes(self) -> list[web.AbstractRouteDef]:
        """What to add to the application's router."""
        return [web.get(USAGE, self.usage, allow_head=False)]

    async def usage(self, request: web.Request) -> web.Response:
        """``GET /admin/usage``: sums of three times, and lists of what needs a look."""
        await self._administrators.for_page(request)
        now = datetime.now(UTC)
        turns = await self._daily_turns.turns(now.date(), max(TIMES.values()))
        lost = [turn for turn in turns if turn.undelivered(now)]
        number = min(_number(request), _pages(lost))
        return await self._html.page(
            request,
            "admin/usage.html",
            charts=await asyncio.to_thread(charts, turns, now.date(), max(TIMES.values())),
            times=await asyncio.to_thread(_times, turns, now),
            whole=len(turns) < MOST,
            most=MOST,
            lost=[await self._listed(turn) for turn in lost[(number - 1) * PAGE : number * PAGE]],
            total=len(lost),
            number=number,
            pages=_pages(lost),
            judged=[turn for turn in turns if turn.feedback == "down"][:JUDGED],
        )

    async def _listed(self, turn: TurnRecord) -> ListedTurn:
        try:
            chat_user = ChatUser.from_key(turn.chat_user)
        except ValueError:
            return ListedTurn(turn, "unknown")
        link = await self._links.active(chat_user)
        return ListedTurn(turn, link.account if link else chat_user.user)


def _times(turns: Sequence[TurnRecord], now: datetime) -> dict[str, Usage]:
    return {name: usage(since(turns, now.date(), days), now) for name, days in TIMES.items()}


def _pages(turns: Sequence[TurnRecord]) -> int:
    return max(1, -(-len(turns) // PAGE))


def _number(request: web.Request) -> int:
    text = request.query.get("page", "1")
    return max(1, int(text)) if text.isascii() and text.isdigit() and len(text) < 9 else 1  # noqa: PLR2004
