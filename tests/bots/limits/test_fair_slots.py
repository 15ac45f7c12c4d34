"""Slots are shared out by person and workspace, whoever came first."""

import asyncio
import random
from collections.abc import Coroutine
from typing import Any

import pytest

from bots.limits.fair_slots import FairSlots
from tests.simulation.clock import simulate

SLOTS = 32


async def nothing() -> None:
    return None


class Desk:
    """People who take slots, and when each of them got one."""

    def __init__(self) -> None:
        self.slots = FairSlots(SLOTS)
        self.most = 0
        self.began: dict[str, list[float]] = {}
        self.told: list[str] = []

    async def ask(self, person: str, workspace: str, seconds: float) -> None:
        async def told() -> None:
            self.told.append(person)

        async with self.slots.slot(person, workspace, told):
            self.most = max(self.most, self.slots.taken)
            self.began.setdefault(person, []).append(asyncio.get_running_loop().time())
            await asyncio.sleep(seconds)


def on_virtual_time(story: Coroutine[Any, Any, None]) -> None:
    simulate(story, random.Random(1))  # noqa: S311 - it is only shuffled


def test_one_persons_slow_questions_delay_nobody() -> None:
    desk = Desk()

    async def story() -> None:
        slow = [asyncio.create_task(desk.ask("busy", "W", 60)) for _ in range(SLOTS)]
        await asyncio.sleep(1)
        await asyncio.gather(*(desk.ask(f"colleague {n}", "W", 1) for n in range(10)))
        assert [at for n in range(10) for at in desk.began[f"colleague {n}"]] == [1.0] * 10
        await asyncio.gather(*slow)

    on_virtual_time(story())
    assert len(desk.began["busy"]) == SLOTS
    assert desk.slots.taken == desk.slots.waiting == 0


def test_a_full_workspace_leaves_room_for_another() -> None:
    desk = Desk()

    async def story() -> None:
        people = [asyncio.create_task(desk.ask(f"p{n}", "large", 60)) for n in range(200)]
        await asyncio.sleep(1)
        await desk.ask("guest", "small", 1)
        assert desk.began["guest"] == [1.0]
        await asyncio.gather(*people)

    on_virtual_time(story())
    assert desk.most <= SLOTS


def test_who_has_the_fewest_runs_is_next() -> None:
    desk = Desk()

    async def story() -> None:
        everybody = [asyncio.create_task(desk.ask(f"p{n % 14}", "W", 10)) for n in range(14 * 3)]
        await asyncio.sleep(1)
        late = asyncio.create_task(desk.ask("late", "W", 10))
        await asyncio.gather(*everybody, late)

    on_virtual_time(story())
    assert desk.began["late"] == [10.0]
    assert max(at for times in desk.began.values() for at in times) == 10.0


def test_who_waits_is_told_at_once_and_who_need_not_is_not() -> None:
    desk = Desk()

    async def story() -> None:
        tasks = [asyncio.create_task(desk.ask("busy", "W", 60)) for _ in range(6)]
        await asyncio.sleep(0)
        await asyncio.sleep(0)
        assert desk.told == ["busy"] * 2
        await asyncio.gather(*tasks)

    on_virtual_time(story())


@pytest.mark.parametrize("when", [0, 1, 60, 61])
def test_who_goes_away_takes_no_slot_along(when: float) -> None:
    desk = Desk()

    async def story() -> None:
        tasks = [asyncio.create_task(desk.ask("busy", "W", 60)) for _ in range(12)]
        await asyncio.sleep(when)
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        assert (desk.slots.taken, desk.slots.waiting) == (0, 0)
        await desk.ask("busy", "W", 1)

    on_virtual_time(story())


def test_who_cannot_be_told_leaves_the_line() -> None:
    slots = FairSlots(1)

    async def away() -> None:
        raise ConnectionError

    async def story() -> None:
        async with slots.slot("a", "W", nothing):
            with pytest.raises(ConnectionError):
                async with slots.slot("b", "W", away):
                    raise AssertionError("there is no slot")
        async with slots.slot("c", "W", nothing):
            pass

    on_virtual_time(story())
