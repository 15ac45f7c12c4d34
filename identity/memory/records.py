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
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING

from botocore.exceptions import BotoCoreError, ClientError

from identity.errors import MemoryUnavailable, NotYours
from identity.executor import Executor
from identity.memory.record_text import readable
from identity.memory.role import MemoryRole

if TYPE_CHECKING:
    from mypy_boto3_bedrock_agentcore import BedrockAgentCoreClient

log = logging.getLogger(__name__)

KINDS = ("facts", "preferences", "summaries")

RECORD_ID = re.compile(r"mem-[A-Za-z0-9-_]{36,46}", re.ASCII)
"""MemoryRecordId of the service model of ``bedrock-agentcore``."""

PAGE = 100
MAX_CONCURRENT = 4
"""Deletions under way for one person: quick enough, and room for everybody else's calls."""

DELETION_CHECKS = 3
"""Times that we look whether what was deleted is gone; the service may take a moment."""

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


class MemoryRecords:
    """The long-term memory, for one verified subject at a time.

    :param role: what makes a client for a person.
    """

    def __init__(self, role: MemoryRole, memory_id: str, execute: Executor) -> None:
        self._role = role
        self._memory_id = memory_id
        self._execute = execute

    async def of(self, subject: str) -> list[RecordsOfKind]:
        """What is remembered about ``subject``, by kind.

        :raises MemoryUnavailable: when the memory can't be read.
        """
        try:
            found = await self._execute(self._list, subject)
        except (ClientError, BotoCoreError) as error:
            raise _unavailable(error) from None
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
            await self._execute(self._delete, subject, record, namespace)
            await self._check_deleted(subject, record, namespace)
        except (ClientError, BotoCoreError) as error:
            raise _unavailable(error) from None

    async def forget_all(self, subject: str) -> int:
        """Delete everything that is remembered about ``subject``; how much that was.

        :raises MemoryUnavailable: when something could not be deleted.
        """
        slots = asyncio.Semaphore(MAX_CONCURRENT)

        async def forget(memory: MemoryRecord) -> None:
            async with slots:
                await self.forget(subject, memory.id, memory.namespace)

        forgotten = 0
        for _ in range(DELETION_CHECKS):
            left = [memory for kind in await self.of(subject) for memory in kind.memories]
            if not left:
                return forgotten
            await asyncio.gather(*(forget(memory) for memory in left))
            forgotten += len(left)
            await asyncio.sleep(DELETION_CHECK_PAUSE)
        if any(kind.memories for kind in await self.of(subject)):
            raise MemoryUnavailable("records remain after all of them were deleted")
        return forgotten

    def _list(self, subject: str) -> list[MemoryRecord]:
        pages = (
            self._role.client(subject)
            .get_paginator("list_memory_records")
            .paginate(
                memoryId=self._memory_id,
                namespacePath=f"/people/{subject}/",
                PaginationConfig={"PageSize": PAGE},
            )
        )
        found = []
        for page in pages:
            for record in page["memoryRecordSummaries"]:
                if not _all_own(record["namespaces"], subject):
                    log.error("a listing carried a record that is not only its person's")
                    continue
                text = readable(record["content"].get("text", ""))
                found.append(
                    MemoryRecord(
                        record["memoryRecordId"],
                        record["namespaces"][0],
                        text,
                        record["createdAt"],
                    )
                )
        return sorted(found, key=lambda memory: memory.created, reverse=True)

    def _delete(self, subject: str, record: str, namespace: str) -> None:
        client = self._role.client(subject)
        namespaces = self._namespaces(client, record, namespace)
        if not namespaces:
            return
        if namespace not in namespaces or not _all_own(namespaces, subject):
            raise NotYours("another person's record")
        try:
            client.delete_memory_record(
                memoryId=self._memory_id, memoryRecordId=record, namespace=namespace
            )
        except client.exceptions.ResourceNotFoundException:
            return  # gone meanwhile

    async def _check_deleted(self, subject: str, record: str, namespace: str) -> None:
        client = await self._execute(self._role.client, subject)
        for attempt in range(DELETION_CHECKS):
            if attempt:
                await asyncio.sleep(DELETION_CHECK_PAUSE)
            if not await self._execute(self._namespaces, client, record, namespace):
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
