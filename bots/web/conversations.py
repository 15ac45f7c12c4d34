"""Conversations in the web chat: listed by their last question, searched, renamed, deleted.

Each is a row of the table of transcripts; see :mod:`bots.web.transcripts`.
"""

import asyncio
import time
from contextlib import suppress
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from botocore.exceptions import ClientError

from bots.web.transcripts import KEPT, TITLE, Transcripts
from identity.executor import Executor

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient

TEXTS_SEARCHED = 300
"""Of so many conversations, those asked last, the text is searched; of all others the title."""

MAX_CONCURRENT = 4
"""Calls at once, of everybody's searches together: answers need the threads."""


@dataclass(frozen=True, slots=True)
class Conversation:
    """One conversation of a person.

    :param title: its first question, or what its person calls it.
    :param asked: when its last question was asked, in milliseconds since 1970.
    """

    id: str
    title: str
    asked: int


class Conversations:
    """The conversations of one person at a time."""

    def __init__(
        self, dynamodb: "DynamoDBClient", call: Executor, table: str, transcripts: Transcripts
    ) -> None:
        self._dynamodb = dynamodb
        self._call = call
        self._table = table
        self._transcripts = transcripts
        self._searching = asyncio.Semaphore(MAX_CONCURRENT)

    async def of(self, subject: str) -> list[Conversation]:
        """All of a person's conversations, the one that was asked last first.

        They are read whole: a row is some 200 bytes, so that a page of a query (1 MB) has the
        conversations of many years.
        """
        rows = await self._transcripts.rows(f"people#{subject}")
        listed = [_conversation(row) for row in rows if "title" in row]
        return sorted(listed, key=lambda one: (one.asked, one.id), reverse=True)

    async def matching(
        self, subject: str, listed: list[Conversation], words: str
    ) -> list[Conversation]:
        """Those in whose title, or in one of whose questions and answers, every word occurs."""
        wanted = words.casefold().split()

        async def matches(place: int, one: Conversation) -> bool:
            if _has(one.title, wanted):
                return True
            if place >= TEXTS_SEARCHED:
                return False
            async with self._searching:
                turns = await self._transcripts.turns(subject, one.id)
            return any(_has(f"{turn.question}\n{turn.answer or ''}", wanted) for turn in turns)

        found = await asyncio.gather(*(matches(*one) for one in enumerate(listed)))
        return [one for one, fits in zip(listed, found, strict=True) if fits]

    async def rename(self, subject: str, conversation: str, title: str) -> bool:
        """Call a conversation so; False when there is no such conversation."""
        try:
            await self._call(
                self._dynamodb.update_item,
                TableName=self._table,
                Key=_key(f"people#{subject}", conversation),
                UpdateExpression="SET title = :title",
                ConditionExpression="attribute_exists(title)",
                ExpressionAttributeValues={":title": {"S": title[:TITLE]}},
            )
        except ClientError as error:
            if error.response["Error"]["Code"] == "ConditionalCheckFailedException":
                return False
            raise
        return True

    async def delete(self, subject: str, conversation: str) -> None:
        """Delete its questions and answers.

        Files are the uploads' own, what the assistant remembers of it is the memory's.
        """
        turns = await self._transcripts.turns(subject, conversation)
        written = [f"live#{turn.live}" for turn in turns if turn.live]
        for partition in (
            *written,
            f"forms#{subject}#{conversation}",
            f"turns#{subject}#{conversation}",
        ):
            await self._delete_rows(partition)

    async def close(self, subject: str, conversation: str) -> None:
        """Let nothing be asked in it any more, and list it no more: the first step of its end."""
        with suppress(self._dynamodb.exceptions.ConditionalCheckFailedException):  # there is none
            await self._call(
                self._dynamodb.put_item,
                TableName=self._table,
                Item={
                    **_key(f"people#{subject}", conversation),
                    "deleted": {"BOOL": True},
                    "expires_at": {"N": str(int(time.time()) + KEPT)},
                },
                ConditionExpression="attribute_exists(expires_at)",
            )

    async def _delete_rows(self, partition: str) -> None:
        slots = asyncio.Semaphore(MAX_CONCURRENT)

        async def delete(position: str) -> None:
            async with slots:
                await self._delete_row(partition, position)

        rows = await self._transcripts.rows(partition)
        await asyncio.gather(*(delete(row["position"]["S"]) for row in rows))

    async def _delete_row(self, partition: str, position: str) -> None:
        await self._call(
            self._dynamodb.delete_item, TableName=self._table, Key=_key(partition, position)
        )


def _conversation(row: Any) -> Conversation:
    name = row["position"]["S"]
    asked = row["asked"]["N"] if "asked" in row else name.partition("-")[0]
    return Conversation(name, row["title"]["S"], int(asked))


def _key(partition: str, position: str) -> dict[str, Any]:
    return {"conversation": {"S": partition}, "position": {"S": position}}


def _has(text: str, words: list[str]) -> bool:
    text = text.casefold()
    return all(word in text for word in words)
