"""Nothing that grows with somebody's text takes a long step of the event loop."""

import asyncio
from collections.abc import AsyncIterator, Callable
from datetime import UTC, date, datetime, timedelta
from types import SimpleNamespace
from typing import Any

import httpx
import pytest
from aiohttp import web
from aiohttp.test_utils import TestServer, make_mocked_request

from bots.slack.outgoing.answer.answer_channel import SlackChannel
from bots.teams.outgoing.conversation import TeamsConversation
from bots.usage.admin_page import UsagePages
from bots.usage.daily_turns import TurnRecord
from identity.admin import audit_page
from identity.admin.audit_page import AuditPages
from identity.audit_log import Entry
from tests.bots.test_runtime import FINISHED, STARTED, events, runtime, sends
from tests.loop_steps import short_steps

LONG = "![[](" * 2_200
"""11,000 characters: as much as one message of a chat ever carries, and slow to parse."""
ROWS = 20_000


class _Calls:
    """Takes whatever it is told, whatever it is called."""

    def __init__(self, answer: object) -> None:
        self.made: list[str] = []
        self._answer = answer

    def __getattr__(self, name: str) -> Callable[..., Any]:
        async def call(*_: object, **__: object) -> object:
            self.made.append(name)
            return self._answer

        return call


async def test_a_long_message_of_slack() -> None:
    api: Any = _Calls("1.2")
    place: Any = SimpleNamespace(channel="D1", thread=None, ts="1.1")
    channel = SlackChannel(api, place, "turn")
    with short_steps():
        await channel.update(await channel.post(0, LONG), LONG, final=True)
    assert api.made == ["post", "update"]


async def test_a_long_message_of_teams() -> None:
    unused: Any = None
    with short_steps():
        forms = await TeamsConversation(unused, unused, "a:1").forms(LONG)
    assert len(forms) > 1


async def test_a_long_event_of_the_runtime() -> None:
    long = '{"type":"CUSTOM","name":"m","value":[' + '{"a":1},' * 500_000 + "1]}"
    async with runtime(sends(STARTED, long, FINISHED)) as client:
        with short_steps():
            assert len(await events(client)) == 3


def _entry(number: int) -> Entry:
    position = f"{1_700_000_000_000_000_000 + number:020d}-00000000"
    return Entry(position, "linked", "=alice@example.com", "slack#T1#U1", "a; b" * 10)


async def _entries(entries: list[Entry]) -> AsyncIterator[Entry]:
    """The table hands out a page at a time; between pages the loop does other things."""
    for position, entry in enumerate(entries):
        if position % 1_000 == 0:
            await asyncio.sleep(0)
        yield entry


@pytest.mark.parametrize("kind", ["csv", "json"])
async def test_the_whole_audit_log_as_a_file(kind: str, monkeypatch: pytest.MonkeyPatch) -> None:
    async def checked(_: web.Request) -> None:
        return None

    monkeypatch.setattr(audit_page, "check_csrf", checked)
    administrators: Any = _Calls(SimpleNamespace(label="admin@example.com"))
    kept = [_entry(number) for number in range(ROWS)]
    audit: Any = SimpleNamespace(entries=lambda: _entries(kept), write=_Calls(None).write)
    pages = AuditPages(html=_html(), administrators=administrators, audit=audit)
    app = web.Application()
    app.add_routes(pages.routes())
    async with (
        TestServer(app, host="127.0.0.1") as server,
        httpx.AsyncClient(base_url=str(server.make_url("")), timeout=60) as http,
    ):
        with short_steps():
            answer = await http.post("/admin/audit/export", data={"format": kind})
    assert answer.text.count("alice@example.com") == ROWS


def _html() -> Any:
    async def page(_: web.Request, _template: str, **values: object) -> dict[str, object]:
        return values

    return SimpleNamespace(page=page)


def _turns(today: date) -> list[TurnRecord]:
    """Thirty busy days."""
    asked = datetime(today.year, today.month, today.day, tzinfo=UTC)
    return [
        TurnRecord(
            turn=str(number),
            asked_at=asked - timedelta(days=number % 30),
            state="answered",
            platform="slack",
            chat_user=f"slack#T1#U{number % 500}",
            subject="",
            trace="",
            problem="",
            feedback="up",
            model="",
            tools=("a", "b"),
            tokens=10,
            milliseconds=number,
        )
        for number in range(ROWS)
    ]


async def test_what_a_month_adds_up_to() -> None:
    daily: Any = _Calls(_turns(datetime.now(UTC).date()))
    administrators: Any = _Calls(None)
    unused: Any = None
    pages = UsagePages(html=_html(), administrators=administrators, daily_turns=daily, links=unused)
    with short_steps():
        shown: Any = await pages.usage(make_mocked_request("GET", "/admin/usage"))
    assert shown["times"]["30 days"].turns == ROWS
