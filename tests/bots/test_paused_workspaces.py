"""A workspace whose installation doesn't work is paused; its answers wait and are delivered."""

import asyncio
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest

from bots.paused_workspaces import held_turn_requeueing
from bots.paused_workspaces.holding_handler import PAUSED
from bots.platform import Accepted
from tests.bots.crowd import Crowd, assert_each_answered_once, happens
from tests.simulation.process import WORKSPACES
from tests.some import some

Put = Callable[[Accepted], Any]
WORKSPACE = "slack#T"


def states(crowd: Crowd, questions: list[Accepted]) -> set[str]:
    rows = [crowd.row(f"slack:{one.event_id}") for one in some(questions)]
    return {row["state"]["S"] for row in rows}


def test_answers_wait_for_the_installation_and_no_agent_is_run_for_them() -> None:
    questions: list[Accepted] = []

    async def story(crowd: Crowd, put: Put) -> None:
        questions.extend(crowd.ask(number, f"U{number}", 20.0) for number in range(3))
        await asyncio.gather(*(put(one) for one in questions))
        await asyncio.sleep(10)
        crowd.board.uninstalled = True  # their runs go on, and nothing can be shown
        await asyncio.sleep(30)
        questions.extend(crowd.ask(10 + number, f"U{number}", 1.0) for number in range(5))
        await asyncio.gather(*(put(one) for one in questions[3:]))
        await asyncio.sleep(2 * 60 * 60)
        assert states(crowd, questions) == {"held"}
        assert crowd.runtime.runs.total() == 3
        row = crowd.tables[WORKSPACES].items[WORKSPACE]
        assert row["paused_word"]["S"] == "token_revoked"
        crowd.board.uninstalled = False
        await asyncio.sleep(4 * 60)
        assert "paused_since" not in crowd.tables[WORKSPACES].items[WORKSPACE]
        assert states(crowd, questions) == {"answered"}

    crowd = happens(story)

    assert_each_answered_once(crowd, questions)
    for question in some(questions):
        (message,) = crowd.board.visible(f"slack:{question.event_id}")
        assert message.text.endswith(" minutes, because this workspace didn't let me answer._")


def test_a_workspace_is_paused_once_and_in_use_again_once() -> None:
    seen: list[str | None] = []

    async def look(crowd: Crowd, minutes: int) -> None:
        for _ in range(minutes * 6):
            await asyncio.sleep(10)
            row = crowd.tables[WORKSPACES].items[WORKSPACE]
            now = row.get("paused_since", {}).get("S")
            if seen[-1:] != [now]:
                seen.append(now)

    async def story(crowd: Crowd, put: Put) -> None:
        crowd.board.uninstalled = True
        for number in range(10):
            await put(crowd.ask(number, f"U{number}", 1.0))
            await look(crowd, 1)
        crowd.board.uninstalled = False
        await look(crowd, 10)

    happens(story)

    since, *after = seen
    assert since
    assert after == [None]


def test_what_waited_for_too_long_ends_and_is_listed(monkeypatch: pytest.MonkeyPatch) -> None:
    assert timedelta(days=3) == held_turn_requeueing.HELD
    monkeypatch.setattr(held_turn_requeueing, "HELD", timedelta(hours=1))
    questions: list[Accepted] = []

    async def story(crowd: Crowd, put: Put) -> None:
        crowd.board.uninstalled = True
        questions.append(crowd.ask(1, "U1", 1.0))
        await put(questions[0])
        await asyncio.sleep(62 * 60)

    crowd = happens(story)

    row = crowd.row("slack:E1")
    assert row["state"]["S"] == "answered"
    assert row["problem"]["S"] == "undeliverable: token_revoked"
    assert not {"result", "accepted", "waiting_for"} & set(row)
    assert crowd.runtime.runs.total() == 0


def test_a_platform_whose_check_is_kinder_than_its_posts_runs_nothing_twice() -> None:
    questions: list[Accepted] = []

    async def story(crowd: Crowd, put: Put) -> None:
        questions.extend(crowd.ask(number, f"U{number}", 20.0) for number in range(3))
        await asyncio.gather(*(put(one) for one in questions))
        await asyncio.sleep(10)
        crowd.board.uninstalled = crowd.board.check_is_kind = True
        await asyncio.sleep(60 * 60)
        assert states(crowd, questions) == {"held"}
        crowd.board.uninstalled = False
        await asyncio.sleep(6 * 60)

    crowd = happens(story)

    assert_each_answered_once(crowd, questions)


def test_who_can_be_told_meanwhile_is_told() -> None:
    async def story(crowd: Crowd, put: Put) -> None:
        crowd.board.uninstalled = True
        await put(crowd.ask(1, "U1", 1.0))
        await asyncio.sleep(10)
        crowd.board.tells_anyhow = True
        await put(crowd.ask(2, "U2", 1.0))
        await asyncio.sleep(10)
        crowd.board.uninstalled = False
        await asyncio.sleep(10 * 60)

    crowd = happens(story)

    assert crowd.board.told == {"slack:E2": [PAUSED]}
