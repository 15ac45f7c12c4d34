"""Whether a person has paused their memory: read and changed on their behalf.

The agent keeps it as the newest event of one session of the person's own, and acts by it; what is
written here is what it reads.
"""

import json
from datetime import UTC, datetime
from typing import Any

from botocore.exceptions import BotoCoreError, ClientError

from identity.errors import MemoryUnavailable
from identity.executor import Executor
from identity.memory.conversation_events import MEMORY_SWITCH
from identity.memory.person_credentials import MemoryRole

PAUSED = "paused"


class MemoryPause:
    """The pause of one verified subject at a time, by the memory role with that person's tag."""

    def __init__(self, role: MemoryRole, memory_id: str, execute: Executor) -> None:
        self._role = role
        self._memory_id = memory_id
        self._execute = execute

    async def is_paused(self, subject: str) -> bool:
        """Whether nothing is learned of ``subject`` and nothing of them is used.

        :raises MemoryUnavailable: when that can't be read.
        """
        try:
            return await self._execute(self._read, subject)
        except (ClientError, BotoCoreError) as error:
            raise MemoryUnavailable(type(error).__name__) from None

    async def write(self, subject: str, *, paused: bool) -> None:
        """Pause or resume.

        :raises MemoryUnavailable: when that can't be stored.
        """
        try:
            await self._execute(self._write, subject, paused)
        except (ClientError, BotoCoreError) as error:
            raise MemoryUnavailable(type(error).__name__) from None

    def _read(self, subject: str) -> bool:
        newest = self._role.client(subject).list_events(
            memoryId=self._memory_id, actorId=subject, sessionId=MEMORY_SWITCH, maxResults=1
        )["events"]
        return bool(newest) and _says_paused(newest[0])

    def _write(self, subject: str, paused: bool) -> None:
        client: Any = self._role.client(subject)  # its type knows no text as a blob
        client.create_event(
            memoryId=self._memory_id,
            actorId=subject,
            sessionId=MEMORY_SWITCH,
            eventTimestamp=datetime.now(UTC),
            payload=[{"blob": json.dumps({PAUSED: paused})}],
            metadata={"memory": {"stringValue": PAUSED}},
        )


def _says_paused(event: Any) -> bool:
    try:
        return json.loads(event["payload"][0]["blob"])[PAUSED] is True
    except (ValueError, KeyError, IndexError, TypeError):
        return False
