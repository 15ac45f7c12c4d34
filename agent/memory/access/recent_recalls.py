"""Keeps what a conversation has recalled a moment ago, so that it isn't searched for again."""

import threading
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from strands.memory import MemoryEntry

from agent.wall_clock import is_older

SERVICE = "bedrock-agentcore"
KEEP_SECONDS = 300.0
"""As long as a search may find what was deleted; what is new is in the conversation itself."""
MOST = 64
"""Searches of one person that are kept; beyond it the oldest is let go."""

Found = tuple[float, str, list[MemoryEntry]]
"""When it was found, under which version of the person's memory, and what."""


class RecentRecalls:
    """What one person's conversations have recalled, by conversation and question.

    A run that goes on after an approval, comes twice or is tried again asks the same once more.
    """

    def __init__(self, clock: Callable[[], float] = time.time) -> None:
        self._clock = clock
        self._found: dict[tuple[str, str], Found] = {}
        self._lock = threading.Lock()

    def watch(self, client: Any) -> None:
        """Forget all of it when a client deletes a record, by botocore's events."""
        for operation in ("DeleteMemoryRecord", "DeleteEvent"):
            client.meta.events.register(f"after-call.{SERVICE}.{operation}", self._on_deleted)

    def of_version(self, version: str) -> "VersionRecalls":
        """What was recalled under one version: another process may have forgotten since."""
        return VersionRecalls(self, version)

    def of(self, session: str, query: str, version: str) -> list[MemoryEntry] | None:
        """What ``query`` found in this conversation; None where it must be searched for."""
        with self._lock:
            found = self._found.get((session, query))
        return found[2] if found and self._holds(found, version) else None

    def latest(self, session: str, version: str) -> list[MemoryEntry]:
        """What this conversation recalled last, for when nothing can be searched for."""
        with self._lock:
            of_session = [kept for (where, _), kept in self._found.items() if where == session]
        last = of_session[-1] if of_session else None
        return last[2] if last and self._holds(last, version) else []

    def note(self, session: str, query: str, version: str, found: Sequence[MemoryEntry]) -> None:
        """Keep what a search has found."""
        with self._lock:
            self._found.pop((session, query), None)
            self._found[session, query] = (self._clock(), version, list(found))
            while len(self._found) > MOST:
                self._found.pop(next(iter(self._found)))

    def _holds(self, found: Found, version: str) -> bool:
        at, under, _ = found
        return under == version and not is_older(at, KEEP_SECONDS, self._clock())

    def _on_deleted(self, **_: Any) -> None:
        with self._lock:
            self._found.clear()


@dataclass(frozen=True, slots=True)
class VersionRecalls:
    """The same, for one run, which knows the version of its person's memory."""

    recalls: RecentRecalls
    version: str

    def of(self, session: str, query: str) -> list[MemoryEntry] | None:
        """What ``query`` found in this conversation; None where it must be searched for."""
        return self.recalls.of(session, query, self.version)

    def latest(self, session: str) -> list[MemoryEntry]:
        """What this conversation recalled last, for when nothing can be searched for."""
        return self.recalls.latest(session, self.version)

    def note(self, session: str, query: str, found: Sequence[MemoryEntry]) -> None:
        """Keep what a search has found."""
        self.recalls.note(session, query, self.version, found)
