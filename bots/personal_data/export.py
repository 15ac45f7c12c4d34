"""Everything of one owner as a file: a ZIP archive with ``data.json`` and the uploaded files."""

import json
import zipfile
from collections.abc import AsyncIterator, Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from boto3.dynamodb.types import TypeDeserializer

from bots.personal_data.kept_data import KeptData, Stores
from bots.personal_data.owner import Owner, PersonOwner
from identity.audit_log import AuditLog
from identity.executor import Executor
from identity.memory.conversation_events import ConversationEvents
from identity.memory.records import MemoryRecords

SECRET = frozenset({"sealed", "result", "content", "id", "written_by", "leased_until"})
"""Attributes that open something or mean nothing outside: refresh tokens, the keys of sessions and
link requests, what is encrypted for as long as it is on its way."""


@dataclass(frozen=True, slots=True)
class Exports:
    """Writes the file of one owner at a time."""

    stores: Stores
    audit: AuditLog
    memories: MemoryRecords
    conversations: ConversationEvents
    call: Executor

    async def write(self, owner: Owner, by: str, to: Path) -> None:
        """Write down that it was asked, then write all that is kept of ``owner`` into ``to``.

        :raises botocore.exceptions.ClientError: when a store can't be read.
        :raises MemoryUnavailable: when memory can't.
        """
        await self.audit.write("exported", by=by, about=owner.name, detail="all that is kept")
        data = await self.stores.open()
        content: dict[str, Any] = {
            "of": owner.name,
            "made": datetime.now(UTC).isoformat(timespec="seconds"),
            "kept": await _rows(data, owner),
            "audit": [entry async for entry in self._audited(owner)],
        }
        if isinstance(owner, PersonOwner):
            content["memory"] = await self._memory(owner.subject)
        archive = await self.call(zipfile.ZipFile, to, "w", zipfile.ZIP_DEFLATED)
        try:
            await self.call(_add_json, archive, content)
            async for key in data.files.of(owner):  # most are compressed already
                file = await data.files.read(key)
                await self.call(archive.writestr, f"files/{key}", file, zipfile.ZIP_STORED)
        finally:
            await self.call(archive.close)

    async def _memory(self, subject: str) -> dict[str, Any]:
        kinds = await self.memories.of(subject)
        records = {kind.kind: [_record(one) for one in kind.memories] for kind in kinds}
        conversations = await self.call(self.conversations.payloads, subject)
        return {"records": records, "conversations": conversations}

    async def _audited(self, owner: Owner) -> AsyncIterator[dict[str, str]]:
        names = {owner.name}
        if isinstance(owner, PersonOwner):
            names |= {owner.subject, *owner.chat_users}
        async for entry in self.audit.entries():
            if names & {entry.by, entry.about, entry.detail}:
                yield {
                    "at": entry.at.isoformat(timespec="seconds"),
                    "action": entry.action,
                    "by": entry.by,
                    "about": entry.about,
                    "detail": entry.detail,
                }


def _add_json(archive: zipfile.ZipFile, content: Mapping[str, Any]) -> None:
    archive.writestr("data.json", json.dumps(content, ensure_ascii=False, indent=1))


async def _rows(data: KeptData, owner: Owner) -> dict[str, list[dict[str, Any]]]:
    """The rows by what their table is called, without what is secret in them."""
    found: dict[str, list[dict[str, Any]]] = {}
    async for table, row in data.rows.of(owner):
        found.setdefault(table.removesuffix("_table"), []).append(dict(_plain(row)))
    return found


def _plain(row: Mapping[str, Any]) -> Iterator[tuple[str, Any]]:
    read = TypeDeserializer()
    for name, value in row.items():
        if name not in SECRET and "B" not in value:
            yield name, _jsonable(read.deserialize(value))


def _jsonable(value: Any) -> Any:
    """What JSON knows: numbers as they are written, sets sorted."""
    if isinstance(value, set):
        return sorted(map(_jsonable, value), key=str)
    if isinstance(value, dict):
        return {name: _jsonable(one) for name, one in value.items()}
    if isinstance(value, list):
        return list(map(_jsonable, value))
    if value is None or isinstance(value, str | bool):
        return value
    return int(value) if value == int(value) else float(value)


def _record(record: Any) -> dict[str, str]:
    return {"text": record.text, "made": record.created.isoformat(timespec="seconds")}
