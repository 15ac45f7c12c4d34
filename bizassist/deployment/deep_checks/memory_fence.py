"""Tries the fence around each person's memory: one record, and the role assumed as two people."""

import secrets
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from botocore.exceptions import ClientError

from identity.admin.setup_page import Finding
from identity.executor import Executor
from identity.memory.person_credentials import MemoryRole

if TYPE_CHECKING:
    from mypy_boto3_bedrock_agentcore import BedrockAgentCoreClient

MAY_NOT_ASSUME = (
    "The memory role can't be assumed from here: name the role of this shell in `memory_readers` "
    "of the module agentcore, apply, and take it out again afterwards."
)
NOT_JUDGED = "It is written, read and deleted; the local cloud refuses nobody's calls of memory."
OPEN = "The fence is open: as another person {what} was allowed. Look at the memory role's policy."
BY_ID = (
    "Another person's memories can't be listed. A single record can be read by whoever knows its "
    "id: AWS doesn't compare its namespace, so that this rests on our code alone."
)
CLOSED = "Another person's memories can't be listed, nor one of them be read by its id."
DENIED = frozenset({"AccessDeniedException", "AccessDenied"})


class MemoryFence:
    """One record of a person who doesn't exist, looked at as them and as somebody else.

    :param memory: signs as this shell, which writes the record and takes it away again.
    :param role: makes clients that sign as one person.
    :param judged: whether the cloud judges rights at all; the local one doesn't.
    """

    def __init__(
        self,
        memory: "BedrockAgentCoreClient",
        memory_id: str,
        role: MemoryRole,
        call: Executor,
        *,
        judged: bool,
    ) -> None:
        self._memory = memory
        self._memory_id = memory_id
        self._role = role
        self._call = call
        self._judged = judged

    async def ask(self) -> Finding:
        """Whether AWS keeps one person out of another's memory."""
        return await self._call(self._asked)

    def _asked(self) -> Finding:
        one, other = (f"doctor-{secrets.token_hex(8)}" for _ in range(2))
        namespace = f"/people/{one}/facts/"
        try:
            owner, stranger = self._role.client(one), self._role.client(other)
        except ClientError as error:
            if _code(error) in DENIED:
                return Finding("absent", MAY_NOT_ASSUME)
            raise
        record = self._written(namespace)
        try:
            self._record(owner, record, namespace)
            return self._seen_by(stranger, record, namespace)
        finally:
            self._memory.delete_memory_record(memoryId=self._memory_id, memoryRecordId=record)

    def _written(self, namespace: str) -> str:
        """The id of a new record (BatchCreateMemoryRecords)."""
        answer = self._memory.batch_create_memory_records(
            memoryId=self._memory_id,
            records=[
                {
                    "requestIdentifier": "doctor",
                    "namespaces": [namespace],
                    "content": {"text": "The doctor looked whether others can read this."},
                    "timestamp": datetime.now(UTC),
                }
            ],
        )
        return str(answer["successfulRecords"][0]["memoryRecordId"])

    def _seen_by(self, stranger: Any, record: str, namespace: str) -> Finding:
        if not self._judged:
            return Finding("working", NOT_JUDGED)
        listed = _allowed(
            stranger.list_memory_records, memoryId=self._memory_id, namespace=namespace
        )
        if listed:
            return Finding("broken", OPEN.format(what="listing the first one's memories"))
        below = f"{namespace.removesuffix('facts/')}"
        if _allowed(stranger.list_memory_records, memoryId=self._memory_id, namespacePath=below):
            return Finding("broken", OPEN.format(what="listing all below the first one's name"))
        # With the namespace that the request may be judged by, and without one.
        asked: list[dict[str, str]] = [{"namespace": namespace}, {}]
        by_id = [
            _allowed(
                stranger.get_memory_record,
                memoryId=self._memory_id,
                memoryRecordId=record,
                **named,
            )
            for named in asked
        ]
        return Finding("working", BY_ID if any(by_id) else CLOSED)

    def _record(self, client: Any, record: str, namespace: str) -> None:
        """Read it as the person whose it is, as forgetting does.

        :raises ClientError: when that isn't allowed.
        """
        client.list_memory_records(memoryId=self._memory_id, namespace=namespace)
        client.get_memory_record(
            memoryId=self._memory_id, memoryRecordId=record, namespace=namespace
        )


def _allowed(call: Any, **arguments: str) -> bool:
    try:
        call(**arguments)
    except ClientError as error:
        if _code(error) in DENIED:
            return False
        raise
    return True


def _code(error: ClientError) -> str:
    return str(error.response.get("Error", {}).get("Code", ""))
