"""What is deleted is the person's own, as it lies when it is deleted."""

from typing import Any

import pytest

from agent.errors import ForeignMemoryError
from agent.memory.forgetting import Forgetting
from agent.memory.text_matching import matcher


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
