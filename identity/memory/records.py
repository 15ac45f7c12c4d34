"""What the assistant remembers about one person: read, and forgotten when they say so.

Two fences stand one behind the other. Each call names a namespace of the person's own and is signed
by the memory role with the session tag ``sub``, whose policy compares that namespace with the tag.
And whatever comes back is looked at again here: a record is shown or deleted only if every
namespace that it is in is the person's.

BatchDeleteMemoryRecords has no condition key in IAM, so the role may not call it, and records are
deleted one by one: GetMemoryRecord first (whose record is it?), then DeleteMemoryRecord, both with
the namespace, which is "used for IAM condition key authorization" (AgentCore API reference).
"""

import asyncio
import logging
import re
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any

from botocore.exceptions import BotoCoreError, ClientError

from identity.errors import MemoryUnavailable, NotYours
from identity.executor import Executor
from identity.memory.person_credentials import MemoryRole
from identity.memory.record_text import readable

if TYPE_CHECKING:
    from mypy_boto3_bedrock_agentcore import BedrockAgentCoreClient

log = logging.getLogger(__name__)

KINDS = ("facts", "preferences", "summaries")

RECORD_ID = re.compile(r"mem-[A-Za-z0-9-_]{36,46}", re.ASCII)
"""MemoryRecordId of the service model of ``bedrock-agentcore``."""

PAGE = 100
DELETION_CHECKS = 3
"""Times that we look whether what was deleted is gone (GetMemoryRecord): listings lag."""

DELETION_CHECK_PAUSE = 0.5


@dataclass(frozen=True, slots=True)
class MemoryRecord:
    """One record.

    :param namespace: the person's own, as the record carries it.
    """

    id: str
    namespace: str
    text: str
    created: datetime


@dataclass(frozen=True, slots=True)
class RecordsOfKind:
    """Everything of one kind, the newest first."""

    kind: str
    memories: Sequence[MemoryRecord]


@dataclass(frozen=True, slots=True)
class RecordPage:
    """Some records of one person.

    :param next: where the next page begins; empty where there is none.
    """

    records: tuple[MemoryRecord, ...]
    next: str


class MemoryRecords:
    """The long-term memory, for one verified subject at a time.

    :param role: what makes a client for a person.
    """

    def __init__(self, role: MemoryRole, memory_id: str, execute: Executor) -> None:
        self._role = role
        self._memory_id = memory_id
        self._execute = execute

    async def of(
        self, subject: str, hidden: Callable[[MemoryRecord], bool] = lambda _: False
    ) -> list[RecordsOfKind]:
        """What is remembered about ``subject``, by kind.

        :param hidden: which of it to leave out, because it is gone or going.
        :raises MemoryUnavailable: when the memory can't be read.
        """
        try:
            listed = await self._execute(self._all, subject)
        except (ClientError, BotoCoreError) as error:
            raise _unavailable(error) from None
        found = [record for record in listed if not hidden(record)]
        by_kind = {kind: f"/people/{subject}/{kind}/" for kind in KINDS}
        return [
            RecordsOfKind(kind, [one for one in found if one.namespace.startswith(root)])
            for kind, root in by_kind.items()
        ]

    async def forget(self, subject: str, record: str, namespace: str) -> None:
        """Delete one record of ``subject`` and look that it is gone; what is gone stays so.

        :raises NotYours: when the record is another person's, or there can be none of that name.
        :raises MemoryUnavailable: when it could not be deleted.
        """
        if not is_own(namespace, subject):
            raise NotYours("not the person's namespace")
        if not RECORD_ID.fullmatch(record):
            raise NotYours("no id of a record")
        try:
            if await self._execute(self.is_there, subject, record, namespace):
                await self._execute(self.delete, subject, record, namespace)
                await self._check_deleted(subject, record, namespace)
        except (ClientError, BotoCoreError) as error:
            raise _unavailable(error) from None

    def page(self, subject: str, start: str = "") -> RecordPage:
        """A page of all records of ``subject``; blocks.

        :raises botocore.exceptions.ClientError: when they can't be listed.
        """
        more: Any = {"nextToken": start} if start else {}
        answer = self._role.client(subject).list_memory_records(
            memoryId=self._memory_id,
            namespacePath=f"/people/{subject}/",
            maxResults=PAGE,
            **more,
        )
        found = []
        for record in answer["memoryRecordSummaries"]:
            if not _all_own(record["namespaces"], subject):
                log.error("a listing carried a record that is not only its person's")
                continue
            text = readable(record["content"].get("text", ""))
            namespace, created = record["namespaces"][0], record["createdAt"]
            found.append(MemoryRecord(record["memoryRecordId"], namespace, text, created))
        return RecordPage(tuple(found), answer.get("nextToken", ""))

    def is_there(self, subject: str, record: str, namespace: str) -> bool:
        """Whether a record is there for whoever asks for it by its id; blocks (GetMemoryRecord).

        :raises NotYours: when it is another person's.
        :raises botocore.exceptions.ClientError: when AWS doesn't tell.
        """
        namespaces = self._namespaces(self._role.client(subject), record, namespace)
        if namespaces and (namespace not in namespaces or not _all_own(namespaces, subject)):
            raise NotYours("another person's record")
        return bool(namespaces)

    def delete(self, subject: str, record: str, namespace: str) -> None:
        """Delete a record that was looked at; what is gone meanwhile is fine. Blocks.

        :raises botocore.exceptions.ClientError: when AWS refuses.
        """
        client = self._role.client(subject)
        with suppress(client.exceptions.ResourceNotFoundException):
            client.delete_memory_record(
                memoryId=self._memory_id, memoryRecordId=record, namespace=namespace
            )

    def _all(self, subject: str) -> list[MemoryRecord]:
        page = self.page(subject)
        found = [*page.records]
        while page.next:
            page = self.page(subject, page.next)
            found += page.records
        return sorted(found, key=lambda memory: memory.created, reverse=True)

    async def _check_deleted(self, subject: str, record: str, namespace: str) -> None:
        for attempt in range(DELETION_CHECKS):
            if attempt:
                await asyncio.sleep(DELETION_CHECK_PAUSE)
            if not await self._execute(self.is_there, subject, record, namespace):
                return
        raise MemoryUnavailable("a deleted record is still there")

    def _namespaces(
        self, client: "BedrockAgentCoreClient", record: str, namespace: str
    ) -> Sequence[str]:
        """Where the record is; nowhere if there is none, or none that this person may read."""
        try:
            answer = client.get_memory_record(
                memoryId=self._memory_id, memoryRecordId=record, namespace=namespace
            )
        except client.exceptions.ResourceNotFoundException:
            return ()
        return answer["memoryRecord"]["namespaces"]


def is_own(namespace: str, subject: str) -> bool:
    """Whether a namespace is ``/people/SUBJECT/KIND/`` or lies below it; its last ``/`` is needed.

    The service once matched prefixes: without the slash ``alice`` would read ``alice2``.
    """
    own = rf"/people/{re.escape(subject)}/({'|'.join(KINDS)})/([\w-]+/)*"
    return re.fullmatch(own, namespace, re.ASCII) is not None


def _all_own(namespaces: Sequence[str], subject: str) -> bool:
    return bool(namespaces) and all(is_own(namespace, subject) for namespace in namespaces)


def _unavailable(error: Exception) -> MemoryUnavailable:
    code = error.response["Error"]["Code"] if isinstance(error, ClientError) else ""
    return MemoryUnavailable(code or type(error).__name__)
