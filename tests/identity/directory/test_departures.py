"""Who hears that somebody has left, and that they are back."""

from typing import Any

import pytest
from botocore.exceptions import ClientError

from identity.directory.deprovisioning import Deprovisioning

BUSY: Any = {"Error": {"Code": "ThrottlingException", "Message": ""}}


class World:
    """A user pool of Alice and Bob, and all that hears of them."""

    def __init__(self) -> None:
        self.off: set[str] = set()
        self.deleted: set[str] = set()
        self.heard: list[str] = []
        self.refuses = False

    async def disabled(self) -> list[str]:
        return sorted(self.off - self.deleted)

    async def is_enabled(self, subject: str) -> bool:
        return subject not in self.off | self.deleted

    is_enabled_now = is_enabled

    async def end_all(self, _: str) -> int:
        return 0

    async def by_subject(self, _: str) -> list[object]:
        return []

    async def end(self, subject: str) -> None:
        self.heard.append(f"{subject}'s run ended")

    async def left(self, subject: str) -> None:
        if self.refuses:
            raise ClientError(BUSY, "UpdateItem")
        self.heard.append(f"{subject} left")

    async def back(self, subject: str) -> None:
        if self.refuses:
            raise ClientError(BUSY, "UpdateItem")
        self.heard.append(f"{subject} is back")


@pytest.fixture
def world() -> World:
    return World()


@pytest.fixture
def deprovisioning(world: World) -> Deprovisioning:
    one: Any = world
    return Deprovisioning(one, one, one, one, on_left=world.left, on_back=world.back)


async def test_who_is_enabled_again_is_back_once(
    world: World, deprovisioning: Deprovisioning
) -> None:
    world.off = {"alice"}
    await deprovisioning.end_disabled()
    await deprovisioning.end_disabled()
    world.off = set()
    await deprovisioning.end_disabled()
    await deprovisioning.end_disabled()
    assert world.heard == ["alice's run ended", "alice left", "alice is back"]


async def test_who_was_disabled_between_two_looks_is_back_too_and_who_is_deleted_is_not(
    world: World, deprovisioning: Deprovisioning
) -> None:
    world.off, world.deleted = {"alice"}, {"bob"}
    assert not await deprovisioning.is_enabled("alice")
    assert not await deprovisioning.is_enabled("bob")
    world.off = set()
    world.heard.clear()
    await deprovisioning.end_disabled()
    assert world.heard == ["alice is back"]


async def test_what_can_not_be_written_down_ends_access_all_the_same_and_is_tried_again(
    world: World, deprovisioning: Deprovisioning
) -> None:
    world.off, world.refuses = {"alice"}, True
    assert not await deprovisioning.is_enabled("alice")
    await deprovisioning.end_disabled()
    assert set(world.heard) == {"alice's run ended"}
    world.refuses = False
    await deprovisioning.end_disabled()
    assert world.heard[-1] == "alice left"

    world.off, world.refuses = set(), True
    await deprovisioning.end_disabled()
    world.refuses = False
    await deprovisioning.end_disabled()
    assert world.heard[-1] == "alice is back"
