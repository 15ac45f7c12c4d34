"""A pause that is written for a person is the one that the agent reads, and the other way round."""

from datetime import UTC, datetime
from types import SimpleNamespace
from typing import Any, cast

import pytest
from botocore.exceptions import ClientError

from agent.memory.pause import PAUSE_SESSION
from agent.memory.pause import MemoryPause as AgentsPause
from identity.errors import MemoryUnavailable
from identity.executor import Executor
from identity.memory.memory_pause import MemoryPause


class Events:
    """One session's events, the newest first."""

    def __init__(self) -> None:
        self.kept: list[dict[str, Any]] = []

    def create_event(self, **event: Any) -> None:
        assert event["sessionId"] == PAUSE_SESSION
        self.kept.insert(0, event)

    def list_events(self, **asked: Any) -> dict[str, Any]:
        assert asked["sessionId"] == PAUSE_SESSION
        return {"events": self.kept[:1]}


async def test_both_sides_read_what_the_other_has_written() -> None:
    events, executor = Events(), Executor(1)
    role = cast("Any", SimpleNamespace(client=lambda _: events))
    ours = MemoryPause(role, "memory", executor)
    theirs = AgentsPause(events, "memory", "alice")

    assert not await ours.is_paused("alice")
    await ours.write("alice", paused=True)
    assert theirs.is_paused()
    assert await ours.is_paused("alice")
    theirs.write(paused=False)
    assert not await ours.is_paused("alice")
    events.create_event(
        sessionId=PAUSE_SESSION, payload=[{"blob": "no JSON"}], eventTimestamp=datetime.now(UTC)
    )
    assert not await ours.is_paused("alice")
    executor.close()


async def test_a_memory_that_refuses_is_said() -> None:
    def refused(_: str) -> None:
        raise ClientError({"Error": {"Code": "AccessDeniedException"}}, "ListEvents")

    executor = Executor(1)
    pause = MemoryPause(cast("Any", SimpleNamespace(client=refused)), "memory", executor)
    with pytest.raises(MemoryUnavailable):
        await pause.is_paused("alice")
    with pytest.raises(MemoryUnavailable):
        await pause.write("alice", paused=True)
    executor.close()
