"""Who leaves while they are answered is answered no further, within a minute."""

import asyncio
from collections.abc import AsyncIterator
from typing import Any, cast

import pytest
from ag_ui.core import BaseEvent, TextMessageContentEvent

from bots.errors import AccessEnded
from bots.workspace_rules.access_check import CHECKED_EVERY, while_permitted
from identity.directory.enabled_check import RECHECK
from identity.errors import SignInUnavailable
from identity.people import ChatUser
from tests.bots.receipt import Held
from tests.bots.turn.test_delivery import Room, Service, question, service

__all__ = ["service"]


def test_all_of_it_is_less_than_a_minute() -> None:
    assert CHECKED_EVERY + RECHECK < 60


async def test_what_may_go_on_ends_by_itself() -> None:
    asked, often_enough = 0, asyncio.Event()

    async def may() -> bool:
        nonlocal asked
        asked += 1
        if asked == 3:
            often_enough.set()
        return True

    async with while_permitted(may, every=0.001):
        await often_enough.wait()


async def test_what_may_not_is_cut_off_and_another_time_out_is_not_taken_for_it() -> None:
    async def never() -> bool:
        return False

    with pytest.raises(AccessEnded):
        async with while_permitted(never, every=0.001):
            await asyncio.Event().wait()
    with pytest.raises(TimeoutError):
        async with while_permitted(never, every=60):
            raise TimeoutError


@pytest.mark.parametrize("how", ["disabled in the pool", "unlinked"])
async def test_an_answer_that_is_being_written_ends_in_a_sentence(
    service: Service, monkeypatch: pytest.MonkeyPatch, how: str
) -> None:
    monkeypatch.setattr("bots.turn.handler.while_permitted", often)
    closed = asyncio.Event()
    asked = question()
    left = False

    async def endless(*_: object, **__: object) -> AsyncIterator[BaseEvent]:
        nonlocal left
        try:
            yield TextMessageContentEvent(message_id="m", delta="It is SECRET")
            left = True
            await asyncio.Event().wait()
        finally:
            closed.set()

    handler: Any = service.handler
    monkeypatch.setattr(handler.runs.runtime, "invoke", endless)

    async def enabled(subject: str) -> bool:
        assert subject == "somebody"
        return not left or how == "unlinked"

    active = handler.links.active

    async def linked(chat_user: ChatUser) -> Any:
        return None if left else await active(chat_user)

    if how == "unlinked":  # by its person, or because their chat account is closed
        handler.links.active = linked
    handler.tokens.is_enabled = enabled
    room = Room()
    async with asyncio.timeout(30):
        await service.handler.answer(asked, cast("Any", room), Held())

    (shown,) = room.messages.values()
    assert shown == AccessEnded.sentence
    assert closed.is_set()
    row = service.ledger_row.of(asked)
    assert (row["state"]["S"], row["problem"]["S"]) == ("answered", "refused")


async def test_an_outage_of_sign_in_ends_no_answer(service: Service) -> None:
    async def unknown(_: Any) -> Any:
        raise SignInUnavailable("down")

    handler: Any = service.handler
    handler.tokens.is_enabled = unknown
    assert await handler._may_go_on(question(), "somebody")


def often(may_go_on: Any) -> Any:
    return while_permitted(may_go_on, every=0.01)
