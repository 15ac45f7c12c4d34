"""Transcripts: what was asked and answered in the web chat, and the answers being written.

One table, four kinds of rows (partition / position)::

    people#{subject}                  / {conversation}   its title, and when it was asked last
    turns#{subject}#{conversation}    / {turn}           question, then answer and why, and whether
                                                         it failed; feedback
                                                         (and what bots.web.approval_display keeps)
    live#{event}                      / {nanoseconds}    agent events, for an hour
    forms#{subject}#{conversation}    / {form}           the turn that a form has asked, for an hour

The subject is part of the key, so nobody can name another person's conversation.
"""

import json
import time
from collections.abc import Iterable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from ag_ui.core import BaseEvent, Event
from botocore.exceptions import ClientError
from pydantic import TypeAdapter

from bots.answer.explanation.run_explanation import Explanation
from bots.answer.sources import Source
from bots.web.approval_display import AnswerProgress, Approval
from identity.executor import Executor

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient

ID = r"[0-9]{13}-[0-9a-f]{16}"
"""The pattern of a conversation's and of a turn's id."""

DAY = 24 * 60 * 60
KEPT = 30 * DAY
LIVE = 60 * 60
TITLE = 60

_EVENTS: TypeAdapter[list[Event]] = TypeAdapter(list[Event])
_SOURCES: TypeAdapter[tuple[Source, ...]] = TypeAdapter(tuple[Source, ...])


@dataclass(frozen=True, slots=True)
class TranscriptTurn:
    """One question of a conversation; ``answer`` is Markdown, None while it is being written.

    :param sources: what the answer is based on.
    :param live: the event whose agent events make the answer.
    :param kept: what stands above the answer, from before a decision; Markdown.
    :param approval: what the answer asks its person to approve.
    :param explanation: how the agent came to it; None when it was not the agent who answered.
    :param failed: there is no answer, only a sentence that says why.
    :param feedback: ``up`` or ``down``; empty when its person has not said.
    """

    id: str
    question: str
    answer: str | None = None
    sources: tuple[Source, ...] = ()
    live: str = ""
    kept: str = ""
    approval: Approval | None = None
    explanation: Explanation | None = None
    failed: bool = False
    feedback: str = ""
    comment: str = ""


class Transcripts:
    """The table of transcripts."""

    def __init__(self, dynamodb: "DynamoDBClient", call: Executor, table: str) -> None:
        self._dynamodb = dynamodb
        self._call = call
        self._table = table

    async def ask(self, subject: str, conversation: str, turn: str, question: str) -> bool:
        """Add a question, once or again; a conversation's first one becomes its title.

        :returns: False where the conversation is deleted; nothing is added to it.
        """
        try:
            await self._update(
                f"people#{subject}",
                conversation,
                "SET title = if_not_exists(title, :title), asked = :asked, expires_at = :expires",
                {
                    ":title": {"S": question[:TITLE]},
                    ":asked": {"N": turn.partition("-")[0]},
                    ":expires": _in(KEPT),
                },
                "attribute_not_exists(deleted)",
            )
        except self._dynamodb.exceptions.ConditionalCheckFailedException:
            return False
        await self._update(
            f"turns#{subject}#{conversation}",
            turn,
            "SET question = :question, expires_at = :expires",
            {":question": {"S": question}, ":expires": _in(KEPT)},
        )
        return True

    async def answered(
        self,
        subject: str,
        conversation: str,
        turn: str,
        answer: str,
        *,
        sources: Sequence[Source] = (),
        explanation: Explanation | None = None,
        failed: bool = False,
    ) -> None:
        """Add the whole answer to its question, what it is based on, and why it is as it is."""
        optional = {":why": {"S": explanation.model_dump_json()}} if explanation else {}
        # Who has deleted the conversation meanwhile gets nothing of it back.
        with suppress(self._dynamodb.exceptions.ConditionalCheckFailedException):
            await self._update(
                f"turns#{subject}#{conversation}",
                turn,
                "SET answer = :answer, sources = :sources, failed = :failed, expires_at = :expires"
                + (", why = :why" if explanation else ""),
                {
                    ":answer": {"S": answer},
                    ":sources": {"S": _SOURCES.dump_json(tuple(sources)).decode()},
                    ":failed": {"BOOL": failed},
                    ":expires": _in(KEPT),
                    **optional,
                },
                "attribute_exists(question)",
            )

    async def claim_form(self, subject: str, conversation: str, form: str, turn: str) -> str:
        """The turn that a form asks: ``turn``, or the one that it asked when it was sent before.

        :param form: the same for a form that is sent again; empty where that can't be told.
        """
        if not form:
            return turn
        answer = await self._call(
            self._dynamodb.update_item,
            TableName=self._table,
            Key=_form_key(subject, conversation, form),
            UpdateExpression="SET turn = if_not_exists(turn, :turn), expires_at = :expires",
            ExpressionAttributeValues={":turn": {"S": turn}, ":expires": _in(LIVE)},
            ReturnValues="ALL_NEW",
        )
        return str(answer["Attributes"]["turn"]["S"])

    async def release_form(self, subject: str, conversation: str, form: str, turn: str) -> None:
        """Let a form that could not be taken ask anew; only its own turn lets go of it."""
        if not form:
            return
        with suppress(self._dynamodb.exceptions.ConditionalCheckFailedException):
            await self._call(
                self._dynamodb.delete_item,
                TableName=self._table,
                Key=_form_key(subject, conversation, form),
                ConditionExpression="turn = :turn",
                ExpressionAttributeValues={":turn": {"S": turn}},
            )

    async def judge(
        self, subject: str, conversation: str, turn: str, feedback: str, comment: str
    ) -> bool:
        """Keep what the asker thinks of an answer; False when there is no such answer."""
        try:
            await self._update(
                f"turns#{subject}#{conversation}",
                turn,
                "SET feedback = :feedback, feedback_comment = :comment",
                {":feedback": {"S": feedback}, ":comment": {"S": comment}},
                "attribute_exists(answer) AND attribute_exists(why)",
            )
        except ClientError as error:
            if error.response["Error"]["Code"] == "ConditionalCheckFailedException":
                return False
            raise
        return True

    async def turns(self, subject: str, conversation: str) -> list[TranscriptTurn]:
        """A conversation from its first question on."""
        rows = await self.rows(f"turns#{subject}#{conversation}")
        return await self._call(_transcript_turns, rows)

    async def write(self, turn: str, events: Sequence[BaseEvent]) -> str:
        """Append to the answer being written; returns the position of what was appended."""
        sent = [event.model_dump(mode="json", by_alias=True, exclude_none=True) for event in events]
        position = f"{time.time_ns():020d}"
        await self._update(
            f"live#{turn}",
            position,
            "SET events = :events, expires_at = :expires",
            {":events": {"S": json.dumps(sent)}, ":expires": _in(LIVE)},
        )
        return position

    async def written(self, turn: str, since: str = "") -> list[tuple[str, Sequence[BaseEvent]]]:
        """What was appended after position ``since``, each batch with its own position."""
        rows = await self.rows(f"live#{turn}", since=since)
        # There may be thousands of events; mostly there is none.
        return await self._call(_batches, rows) if rows else []

    async def _update(
        self,
        conversation: str,
        position: str,
        update: str,
        values: dict[str, Any],
        condition: str | None = None,
    ) -> None:
        only_if: Any = {"ConditionExpression": condition} if condition else {}
        await self._call(
            self._dynamodb.update_item,
            TableName=self._table,
            Key={"conversation": {"S": conversation}, "position": {"S": position}},
            UpdateExpression=update,
            ExpressionAttributeValues=values,
            **only_if,
        )

    async def rows(self, partition: str, *, since: str = "") -> list[Any]:
        """The rows of a partition behind position ``since``, in the order of their positions."""
        query: dict[str, Any] = {
            "TableName": self._table,
            "KeyConditionExpression": "conversation = :key AND #position > :since",
            "ExpressionAttributeNames": {"#position": "position"},
            "ExpressionAttributeValues": {
                ":key": {"S": partition},
                ":since": {"S": since or " "},
            },
            "ConsistentRead": True,
        }
        rows: list[Any] = []
        while True:
            page = await self._call(self._dynamodb.query, **query)
            rows += page["Items"]
            if "LastEvaluatedKey" not in page:
                return rows
            query["ExclusiveStartKey"] = page["LastEvaluatedKey"]


def _batches(rows: Iterable[Any]) -> list[tuple[str, Sequence[BaseEvent]]]:
    return [(row["position"]["S"], _EVENTS.validate_json(row["events"]["S"])) for row in rows]


def _transcript_turns(rows: Iterable[Any]) -> list[TranscriptTurn]:
    return [_transcript_turn(row) for row in rows if "question" in row]


def _transcript_turn(row: Any) -> TranscriptTurn:
    progress = AnswerProgress.of(row)
    fields = {name: value["S"] for name, value in row.items() if "S" in value}
    return TranscriptTurn(
        id=fields["position"],
        question=fields["question"],
        answer=progress.answer,
        sources=_SOURCES.validate_json(fields["sources"]) if "sources" in fields else (),
        live=progress.live,
        kept=progress.kept,
        approval=progress.approval,
        explanation=Explanation.read(fields["why"]) if "why" in fields else None,
        failed=row.get("failed", {}).get("BOOL", False),
        feedback=fields.get("feedback", ""),
        comment=fields.get("feedback_comment", ""),
    )


def _form_key(subject: str, conversation: str, form: str) -> dict[str, Any]:
    return {"conversation": {"S": f"forms#{subject}#{conversation}"}, "position": {"S": form}}


def _in(seconds: int) -> dict[str, str]:
    return {"N": str(int(time.time()) + seconds)}
