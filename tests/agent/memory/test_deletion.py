"""What is deleted is the person's own, as it lies when it is deleted."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from botocore.exceptions import ClientError

from agent.errors import ForeignMemoryError
from agent.memory.access.foreign_call_refusal import FAILED_CALLS, SubjectIsolation
from agent.memory.deletion import Forgetting
from agent.memory.text_matching import matcher
from tests.identity.memory.memory_service import MemoryService
from tests.some import some


class Moved:
    """A service whose record lies in another person's namespace when it is looked at."""

    deleted = False

    def list_sessions(self, **_: Any) -> Any:
        return {"sessionSummaries": []}

    def list_memory_records(self, **asked: Any) -> Any:
        assert asked["namespacePath"] == "/people/alice/"
        return {"memoryRecordSummaries": [self._record("/people/alice/facts/")]}

    def get_memory_record(self, **_: Any) -> Any:
        return {"memoryRecord": self._record("/people/alice2/facts/")}

    def delete_memory_record(self, **_: Any) -> None:
        self.deleted = True

    def _record(self, namespace: str) -> Any:
        return {
            "memoryRecordId": "mem-1",
            "namespaces": [namespace],
            "content": {"text": "My cat is Tom"},
            "createdAt": 0,
        }


def test_a_record_that_lies_elsewhere_is_not_deleted() -> None:
    moved, matches = Moved(), matcher("my cat is Tom")
    with pytest.raises(ForeignMemoryError):
        Forgetting(moved, "memory", "alice").forget(lambda entry: matches(entry.text))

    assert not moved.deleted


class Lagging(Moved):
    """A service whose listings go on showing what is gone, as AgentCore's do for minutes."""

    def __init__(self) -> None:
        self.kept = {"1#aa": True, "mem-1": True}

    def list_sessions(self, **_: Any) -> Any:
        return {"sessionSummaries": [{"sessionId": "session-1"}]}

    def list_events(self, **_: Any) -> Any:
        event = {"eventId": "1#aa", "eventTimestamp": datetime.now(UTC), "payload": []}
        return {"events": [event]}

    def get_event(self, eventId: str, **_: Any) -> Any:  # noqa: N803 - the service's own names
        return self._found(eventId)

    def get_memory_record(self, **asked: Any) -> Any:
        self._found(asked["memoryRecordId"])
        return {"memoryRecord": self._record("/people/alice/facts/")}

    def delete_event(self, eventId: str, **_: Any) -> None:  # noqa: N803
        self.kept[eventId] = False

    def delete_memory_record(self, **asked: Any) -> None:
        self.kept[asked["memoryRecordId"]] = False

    def _found(self, name: str) -> Any:
        if not self.kept[name]:
            raise ClientError({"Error": {"Code": "ResourceNotFoundException"}}, "Get")
        return {}


def test_nobody_is_told_that_something_is_left_because_a_listing_lags() -> None:
    lagging = Lagging()

    deletion = Forgetting(lagging, "memory", "alice").forget(lambda _: True)

    assert (deletion.records, deletion.events, deletion.left) == (1, 1, 0)
    assert not any(some(lagging.kept.values()))


def test_what_stays_is_left(monkeypatch: pytest.MonkeyPatch) -> None:
    lagging = Lagging()
    monkeypatch.setattr("agent.memory.deletion.PAUSE_SECONDS", 0)
    monkeypatch.setattr(lagging, "delete_event", lambda **_: None)

    deletion = Forgetting(lagging, "memory", "alice").forget(lambda _: True)
    assert (deletion.records, deletion.events, deletion.left) == (1, 0, 1)


class Clock:
    """Seconds that pass only where somebody sleeps, and a little with each look."""

    now = 1_000_000.0

    def __call__(self) -> float:
        self.now += 0.001
        return self.now

    def sleep(self, seconds: float) -> None:
        self.now += seconds


def much(sessions: int, events: int, records: int, clock: Clock) -> MemoryService:
    """Somebody who said so much in each conversation, and of whom so much is remembered."""
    began = datetime.now(UTC) - timedelta(days=30)
    said = {
        f"session-{session}": {f"{place}#{session:02x}": began for place in range(events)}
        for session in range(sessions)
    }
    return MemoryService(
        "ann", clock, said, {f"mem-{place:040}": began for place in range(records)}
    )


def forgotten(memory: MemoryService, clock: Clock) -> Forgetting:
    return Forgetting(memory.client(), "memory-ABCDEFGHIJ", "ann", clock, clock.sleep)


def test_hundreds_of_events_are_forgotten_below_the_quotas() -> None:
    clock = Clock()
    memory = much(30, 10, 40, clock)
    began = clock.now

    deletion = forgotten(memory, clock).forget(lambda _: True)

    assert (deletion.events, deletion.records, deletion.left) == (300, 40, 0)
    assert memory.left == []
    assert memory.throttled == {}
    assert clock.now - began < 60


def test_one_long_conversation_keeps_to_the_quota_of_a_session() -> None:
    clock = Clock()
    memory = much(1, 100, 0, clock)

    assert forgotten(memory, clock).forget(lambda _: True).left == 0
    assert (memory.left, memory.throttled) == ([], {})


def test_what_can_not_be_done_in_time_is_left_and_said() -> None:
    clock = Clock()
    memory = much(1, 600, 0, clock)
    began = clock.now

    deletion = forgotten(memory, clock).forget(lambda _: True)

    assert deletion.left == len(memory.left) > 0
    assert deletion.events == 600 - deletion.left
    assert clock.now - began < 90


def test_who_is_throttled_by_others_is_slower_and_not_refused() -> None:
    clock = Clock()
    memory = much(4, 10, 5, clock)
    calls, until = 0, clock.now + 10

    def busy() -> bool:
        nonlocal calls
        calls += 1
        return calls > 20 and clock.now < until  # the listings were let through

    memory.busy = busy
    deletion = forgotten(memory, clock).forget(lambda _: True)

    assert deletion.left == 0
    assert memory.left == []
    assert 0 < sum(memory.throttled.values()) < 20


def test_that_what_is_deleted_is_gone_is_no_failure_of_the_run() -> None:
    clock, failed = Clock(), list[str]()
    memory = much(1, 2, 2, clock)
    client = memory.client()
    SubjectIsolation("ann").watch(client)
    FAILED_CALLS.set(failed)

    Forgetting(client, "memory-ABCDEFGHIJ", "ann", clock, clock.sleep).forget(lambda _: True)

    assert memory.left == []
    assert failed == []
