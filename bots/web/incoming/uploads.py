"""Files attached in the web chat: kept, listed with their question, given back.

Their rows stand in the table of transcripts (partition / position)::

    files#{subject}#{conversation}    / {turn}#{number}    name, type, size, key in the bucket

The subject is part of both keys, so nobody can name another person's file.
"""

import secrets
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

from aiohttp import web
from botocore.exceptions import BotoCoreError, ClientError

from bots.file_bucket import MEGABYTE, Files, StoredFile, plain_name
from bots.web.incoming.question_form import UploadedFile
from bots.web.transcripts import KEPT
from identity.executor import Executor
from identity.sessions.signed_in_person import signed_in

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient

NOT_KEPT = "Your files couldn't be taken right now. Please send them again in a minute."
GONE = "This file is not kept any more."


@dataclass(frozen=True, slots=True)
class Upload:
    """A file that was attached to a question.

    :param id: can't be guessed.
    :param position: its turn and its number among the files of that.
    """

    id: str
    position: str
    stored: StoredFile

    @property
    def turn(self) -> str:
        """The question that it came with."""
        return self.position.partition("#")[0]

    @property
    def size(self) -> str:
        """For a person: *12 KB*, *3.4 MB*."""
        size = self.stored.size
        return f"{size / MEGABYTE:.1f} MB" if size >= MEGABYTE else f"{-(-size // 1024)} KB"


class Uploads:
    """The files of the web chat's conversations."""

    def __init__(
        self, dynamodb: "DynamoDBClient", call: Executor, table: str, files: Files
    ) -> None:
        self._dynamodb = dynamodb
        self._call = call
        self._table = table
        self._files = files

    async def keep(
        self, subject: str, conversation: str, turn: str, files: Sequence[UploadedFile]
    ) -> list[Upload]:
        """Store the files of one question.

        :raises HTTPServiceUnavailable: with a sentence, when they can't be stored.
        """
        if not files:
            return []
        taken = [one.stored.name for one in await self.of(subject, conversation)]
        kept: list[Upload] = []
        for number, file in enumerate(files):
            name = plain_name(file.name, taken)
            taken.append(name)
            upload = secrets.token_hex(16)
            key = f"{subject}/{conversation}/{turn}/{upload}"
            stored = StoredFile(key, name, file.type, len(file.content))
            position = f"{turn}#{number:02d}"
            try:
                await self._files.put(stored, file.content)
                await self._write(subject, conversation, position, upload, stored)
            except (BotoCoreError, ClientError) as error:
                raise web.HTTPServiceUnavailable(text=NOT_KEPT) from error
            kept.append(Upload(upload, position, stored))
        return kept

    async def withdraw(self, subject: str, conversation: str, kept: Sequence[Upload]) -> None:
        """Forget these files of a conversation."""
        for upload in kept:
            await self._files.delete(upload.stored)
            position = {"S": upload.position}
            partition = {"S": f"files#{subject}#{conversation}"}
            await self._call(
                self._dynamodb.delete_item,
                TableName=self._table,
                Key={"conversation": partition, "position": position},
            )

    async def of(self, subject: str, conversation: str) -> list[Upload]:
        """The files of a conversation, oldest first."""
        query: dict[str, Any] = {
            "TableName": self._table,
            "KeyConditionExpression": "conversation = :key",
            "ExpressionAttributeValues": {":key": {"S": f"files#{subject}#{conversation}"}},
            "ConsistentRead": True,
        }
        page = await self._call(self._dynamodb.query, **query)
        return [_upload(row) for row in page["Items"]]

    async def until(self, subject: str, conversation: str, turn: str) -> tuple[StoredFile, ...]:
        """What a question of a conversation can speak of: its own files and those before."""
        uploads = await self.of(subject, conversation)
        return tuple(upload.stored for upload in uploads if upload.turn <= turn)

    async def download(self, request: web.Request) -> web.Response:
        """A file to its owner, to be saved: it is never shown as a page of ours."""
        person = await signed_in(request)
        if person is None:
            raise web.HTTPUnauthorized(text="Please sign in first.")
        wanted = request.match_info
        for upload in await self.of(person.subject, wanted["conversation"]):
            if (upload.turn, upload.id) == (wanted["turn"], wanted["upload"]):
                content = await self._files.read(upload.stored)
                if content is None:
                    break
                return _saved(upload.stored.name, content)
        raise web.HTTPNotFound(text=GONE)

    async def _write(
        self, subject: str, conversation: str, position: str, upload: str, stored: StoredFile
    ) -> None:
        await self._call(
            self._dynamodb.put_item,
            TableName=self._table,
            Item={
                "conversation": {"S": f"files#{subject}#{conversation}"},
                "position": {"S": position},
                "upload": {"S": upload},
                "key": {"S": stored.key},
                "name": {"S": stored.name},
                "type": {"S": stored.type},
                "size": {"N": str(stored.size)},
                "expires_at": {"N": str(int(time.time()) + KEPT)},
            },
        )


def _upload(row: Mapping[str, Any]) -> Upload:
    stored = StoredFile(row["key"]["S"], row["name"]["S"], row["type"]["S"], int(row["size"]["N"]))
    return Upload(row["upload"]["S"], row["position"]["S"], stored)


def _saved(name: str, content: bytes) -> web.Response:
    return web.Response(
        body=content,
        content_type="application/octet-stream",
        headers={"Content-Disposition": f"attachment; filename*=UTF-8''{quote(name, safe='')}"},
    )
