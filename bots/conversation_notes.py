"""What is noted of a person's part in a conversation, and of single messages of it.

One row each in the ledger's table: below ``conversation#{place}#{chat user}`` whether they were
answered, began afresh, and which files there are; below ``message#{place}`` which answer a message
shows; below ``edit#{turn}`` how a question was edited.
"""

import hashlib
import json
import time
from collections.abc import Sequence
from dataclasses import asdict, dataclass, replace
from typing import TYPE_CHECKING, Any

from bots.conditional_write import conditional_write
from bots.file_bucket import StoredFile
from identity.current_row import current_row
from identity.executor import Executor
from identity.people import ChatUser

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient

KEPT = 365 * 24 * 60 * 60
"""As long as AgentCore Memory keeps events at most: a conversation that was left stays left."""
MOST_FILES = 20
MESSAGES_KEPT = 30 * 24 * 60 * 60
"""As long as the turns of the ledger."""
EDITS_KEPT = 24 * 60 * 60
"""As long as a question waits for its asker to be linked."""
LONGEST_EDIT = 16_001
"""Characters that are kept: one more than a question may have, so that a longer one is refused."""


@dataclass(frozen=True, slots=True)
class Notes:
    """One person's part.

    :param answered: the assistant has answered this person here.
    :param begun: names the fresh beginning that they asked for; empty without one.
    :param files: what their questions can speak of, oldest first.
    :param told_of: the latest message of theirs whose files they were told can't be read.
    """

    answered: bool = False
    begun: str = ""
    files: tuple[StoredFile, ...] = ()
    told_of: str = ""

    def conversation(self, place: str) -> str:
        """The conversation as the agent's memory knows it: another one after a fresh beginning."""
        return f"{place}~{self.begun}" if self.begun else place


def place_of(conversation: str) -> str:
    """The place of a conversation, which may have been begun afresh there."""
    return conversation.rpartition("~")[0] or conversation


class ConversationNotes:
    """The notes in the ledger's table.

    :param table: the ledger's.
    """

    def __init__(self, dynamodb: "DynamoDBClient", call: Executor, table: str) -> None:
        self._dynamodb = dynamodb
        self._call = call
        self._table = table

    async def read(self, place: str, chat_user: ChatUser) -> Notes:
        """What is noted of a person at a place, whatever it is called there."""
        row = await current_row(self._call, self._dynamodb, self._table, _key(place, chat_user))
        listed = json.loads(row.get("files", {}).get("S", "[]"))
        return Notes(
            answered="answered" in row,
            begun=row.get("begun", {}).get("S", ""),
            files=tuple(StoredFile(**one) for one in listed),
            told_of=row.get("told_of", {}).get("S", ""),
        )

    async def note_answered(self, place: str, chat_user: ChatUser) -> None:
        """Note that this person was answered here."""
        await self._write(
            place, chat_user, "SET answered = :now", {":now": {"N": str(int(time.time()))}}
        )

    async def note_told(self, place: str, chat_user: ChatUser, event: str) -> None:
        """Note that this person was told which files of a message can't be read."""
        await self._write(place, chat_user, "SET told_of = :event", {":event": {"S": event}})

    async def begin_afresh(self, place: str, chat_user: ChatUser, event: str) -> None:
        """Let what this person asks here from now on know nothing of what was said before.

        :param event: names what asked for it, so that asking again by a redelivery changes nothing.
        """
        begun = hashlib.sha256(event.encode()).hexdigest()[:12]
        await self._write(
            place,
            chat_user,
            "SET begun = :begun, files = :none",
            {
                ":begun": {"S": begun},
                ":none": {"S": "[]"},
            },
        )

    async def add_files(
        self, place: str, chat_user: ChatUser, notes: Notes, files: Sequence[StoredFile]
    ) -> Notes:
        """Note files of a question; what is noted already is noted once.

        Where its asker has begun afresh since, the files belong to the question alone.

        :param notes: as they were read before; nobody else works on this person's questions here.
        """
        known = {file.key for file in notes.files}
        new = [file for file in files if file.key not in known]
        if not new:
            return notes
        kept = (*notes.files, *new)[-MOST_FILES:]
        listed = json.dumps([asdict(file) for file in kept])
        await conditional_write(
            self._dynamodb,
            self._call,
            self._table,
            _key(place, chat_user),
            update="SET files = :files, expires_at = :expires",
            condition="begun = :begun" if notes.begun else "attribute_not_exists(begun)",
            values={
                ":files": {"S": listed},
                ":expires": {"N": str(int(time.time()) + KEPT)},
                **({":begun": {"S": notes.begun}} if notes.begun else {}),
            },
        )
        return replace(notes, files=kept)

    async def _write(
        self, place: str, chat_user: ChatUser, update: str, values: dict[str, Any]
    ) -> None:
        await self._call(
            self._dynamodb.update_item,
            TableName=self._table,
            Key=_key(place, chat_user),
            UpdateExpression=f"{update}, expires_at = :expires",
            ExpressionAttributeValues={**values, ":expires": {"N": str(int(time.time()) + KEPT)}},
        )


def _key(place: str, chat_user: ChatUser) -> dict[str, Any]:
    return {"turn": {"S": f"conversation#{place}#{chat_user.key}"}}


@dataclass(frozen=True, slots=True)
class ShownAnswer:
    """The answer of one message.

    :param asker: the key of the chat user who asked.
    """

    turn: str
    asker: str


class ShownMessages:
    """The rows in the ledger's table.

    :param table: the ledger's.
    """

    def __init__(self, dynamodb: "DynamoDBClient", call: Executor, table: str) -> None:
        self._dynamodb = dynamodb
        self._call = call
        self._table = table

    async def note(self, place: str, turn: str, asker: ChatUser) -> None:
        """Note that the message at a place shows a turn's answer."""
        await self._write(
            f"message#{place}",
            MESSAGES_KEPT,
            "SET answer_of = :turn, chat_user = :user",
            {":turn": {"S": turn}, ":user": {"S": asker.key}},
        )

    async def answer(self, place: str) -> ShownAnswer | None:
        """What the message at a place shows; None when it is no answer, or too old a one."""
        row = await self._read(f"message#{place}")
        return ShownAnswer(row["answer_of"]["S"], row["chat_user"]["S"]) if row else None

    async def note_edit(self, turn: str, text: str) -> None:
        """Note what a question says now; who has answered it already reads nothing of it."""
        await self._write(
            f"edit#{turn}", EDITS_KEPT, "SET edited = :text", {":text": {"S": text[:LONGEST_EDIT]}}
        )

    async def edited_text(self, turn: str) -> str | None:
        """What a question says since it was edited; None when it wasn't."""
        row = await self._read(f"edit#{turn}")
        return str(row["edited"]["S"]) if row else None

    async def _read(self, key: str) -> dict[str, Any]:
        return await current_row(self._call, self._dynamodb, self._table, {"turn": {"S": key}})

    async def _write(self, key: str, kept: int, update: str, values: dict[str, Any]) -> None:
        await self._call(
            self._dynamodb.update_item,
            TableName=self._table,
            Key={"turn": {"S": key}},
            UpdateExpression=f"{update}, expires_at = :expires",
            ExpressionAttributeValues={
                **values,
                ":expires": {"N": str(int(time.time()) + kept)},
            },
        )
