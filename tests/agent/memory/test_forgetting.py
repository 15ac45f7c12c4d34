"""What is deleted is the person's own, as it lies when it is deleted."""

from datetime import UTC, datetime
from typing import Any

import pytest
from botocore.exceptions import ClientError

from agent.errors import ForeignMemoryError
from agent.memory.forgetting import Forgetting
from agent.memory.text_matching import matcher
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
    monkeypatch.setattr("agent.memory.forgetting.PAUSE_SECONDS", 0)
    monkeypatch.setattr(lagging, "delete_event", lambda **_: None)

    assert Forgetting(lagging, "memory", "alice").forget(lambda _: True).left == 1
