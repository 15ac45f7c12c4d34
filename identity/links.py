"""Links: which subject a chat user speaks for, kept in DynamoDB."""

import asyncio
import logging
import secrets
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from time import time
from typing import TYPE_CHECKING, Literal, cast

from botocore.exceptions import BotoCoreError, ClientError

from identity.current_row import current_row
from identity.executor import Executor
from identity.people import ChatUser, Names, runtime_session, session_id

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient
    from mypy_boto3_dynamodb.type_defs import AttributeValueTypeDef

log = logging.getLogger(__name__)

SEEN_INTERVAL = 120
"""Seconds between two notes that a person was here; a write for each question would be waste."""

SEGMENTS = 4
"""Parts of the table that are read at the same time: DynamoDB gives a megabyte at a time, of rows
as long as their tokens."""

WRITTEN_BY = "written_by"
"""The mark of a row's latest write. The client sends a write again whose answer was lost; its
condition then fails on what the first attempt has written, and the mark tells that it was that."""

LinkState = Literal["active", "revoked", "expired"]

Item = Mapping[str, "AttributeValueTypeDef"]

LISTED_ATTRIBUTES = (
    "chat_user",
    "subject",
    "link_state",
    "account",
    "linked_at",
    "last_seen",
    "workspace",
    "user_name",
)
"""The attributes that lists of links show; the refresh token is nine tenths of a row."""


@dataclass(frozen=True, slots=True)
class Link:
    """One chat user's link to one subject.

    :param encrypted_token: the refresh token, for this chat user only; empty once it is worthless;
        rows call it ``sealed``.
    :param account: what the person recognises their company account by.
    :param names: what the platform called the chat user and their workspace.
    :param replaces: there was an earlier link of the chat user.
    :param receipt_sent: the chat user was told of it, or may have been.
    :param memory_version: another one each time that something was forgotten of the subject:
        whoever keeps what was recalled under an older one may not use it.
    """

    chat_user: ChatUser
    subject: str
    encrypted_token: bytes = field(repr=False)
    account: str
    linked_at: datetime
    state: LinkState = "active"
    last_seen: datetime | None = None
    names: Names = field(default_factory=Names)
    replaces: bool = False
    receipt_sent: bool = False
    memory_version: str = field(default="", compare=False)

    def session_id(self, conversation: str) -> str:
        """The memory session of this link's subject in one conversation."""
        return session_id(self.subject, conversation)

    @property
    def runtime_session(self) -> str:
        """The runtime session of this link's subject, the same for each link of theirs."""
        return runtime_session(self.subject)


class Links:
    """The table of links, one row a chat user: linking again replaces.

    :param dynamodb: a client with time-outs; see :func:`identity.aws.clients`.
    """

    def __init__(self, dynamodb: "DynamoDBClient", table: str, execute: Executor) -> None:
        self._dynamodb = dynamodb
        self._table = table
        self._execute = execute

    async def active(self, chat_user: ChatUser) -> Link | None:
        """The chat user's link, if it may be used."""
        link = await self.get(chat_user)
        return link if link and link.state == "active" else None

    async def get(self, chat_user: ChatUser) -> Link | None:
        """The chat user's link in whatever state it is."""
        row = await current_row(
            self._execute, self._dynamodb, self._table, {"chat_user": {"S": chat_user.key}}
        )
        return _link(row) if row else None

    async def put(self, link: Link) -> Link | None:
        """Store a new link, and put it into the outbox; the one that it replaces comes back."""
        answer = await self._execute(
            self._dynamodb.put_item,
            TableName=self._table,
            Item={**_item(link), **outbox_entry()},
            ReturnValues="ALL_OLD",
        )
        replaced = _link(answer["Attributes"]) if answer.get("Attributes") else None
        # Where the first answer was lost, the client's second attempt has replaced the first one.
        ours = replaced and replaced.encrypted_token == link.encrypted_token
        return None if ours else replaced

    async def put_newer(self, link: Link) -> tuple[bool, Link | None]:
        """The same, unless there is a link that was made later, or this very one.

        :returns: whether it was stored, and the link that stood there.
        """
        mark = _mark()
        try:
            answer = await self._execute(
                self._dynamodb.put_item,
                TableName=self._table,
                Item={**_item(link), **outbox_entry(), WRITTEN_BY: mark},
                ConditionExpression="attribute_not_exists(chat_user) OR linked_at < :linked_at",
                ExpressionAttributeValues={":linked_at": {"N": in_seconds(link.linked_at)}},
                ReturnValues="ALL_OLD",
                ReturnValuesOnConditionCheckFailure="ALL_OLD",
            )
        except ClientError as error:
            if error.response["Error"]["Code"] == "ConditionalCheckFailedException":
                found = cast("Item", error.response["Item"])  # type: ignore[typeddict-item]
                return (True, None) if found.get(WRITTEN_BY) == mark else (False, _link(found))
            raise
        return True, _link(answer["Attributes"]) if answer.get("Attributes") else None

    async def replace_token(self, link: Link, encrypted_token: bytes) -> Link | None:
        """Replace the refresh token of ``link`` and note that its person was here.

        :returns: the link as it now stands, or None when it was changed meanwhile.
        """
        seen = datetime.now(UTC)
        changed = await self._update(
            link,
            "SET sealed = :new, last_seen = :seen REMOVE leased_until",
            {":new": {"B": encrypted_token}, ":seen": {"N": in_seconds(seen)}},
        )
        return replace(link, encrypted_token=encrypted_token, last_seen=seen) if changed else None

    async def note_seen(self, link: Link) -> None:
        """Note that the person of ``link`` was here, unless that is known as of a moment ago.

        What fails is logged only: nobody's question may go unanswered by it.
        """
        now = datetime.now(UTC)
        if link.last_seen and (now - link.last_seen).total_seconds() < SEEN_INTERVAL:
            return
        try:
            await self._update(link, "SET last_seen = :seen", {":seen": {"N": in_seconds(now)}})
        except (ClientError, BotoCoreError) as error:
            log.warning("when somebody was here can't be noted: %s", type(error).__name__)

    async def note_forgetting(self, subject: str) -> None:
        """Give every link of ``subject`` another :attr:`Link.memory_version`."""
        for link in await self.by_subject(subject):
            with suppress(self._dynamodb.exceptions.ConditionalCheckFailedException):
                await self._execute(
                    self._dynamodb.update_item,
                    TableName=self._table,
                    Key={"chat_user": {"S": link.chat_user.key}},
                    UpdateExpression="SET memory_version = :version",
                    ConditionExpression="subject = :subject",
                    ExpressionAttributeValues={
                        ":version": _mark(),
                        ":subject": {"S": subject},
                    },
                )

    async def lease(self, link: Link, seconds: int) -> bool:
        """Be the one process that refreshes ``link``, until its token is replaced or it ends.

        :returns: False when another process is, or when the link was changed meanwhile.
        """
        now = int(time())
        return await self._update(
            link,
            "SET leased_until = :until",
            {":until": {"N": str(now + seconds)}, ":now": {"N": str(now)}},
            condition="(attribute_not_exists(leased_until) OR leased_until < :now)",
        )

    async def release(self, link: Link) -> None:
        """Give a lease back without having refreshed."""
        await self._update(link, "SET leased_until = :free", {":free": {"N": "0"}})

    async def expire(self, link: Link) -> bool:
        """Mark a link whose refresh token the pool refused, unless it was changed meanwhile."""
        return await self._end(link, "expired")

    async def revoke(self, link: Link) -> bool:
        """Mark a link that a person has ended, unless it was changed meanwhile."""
        return await self._end(link, "revoked")

    async def erase(self, chat_user: ChatUser) -> None:
        """End a link for good: its token, its account and its names go, and ids alone are left."""
        await self._execute(
            self._dynamodb.update_item,
            TableName=self._table,
            Key={"chat_user": {"S": chat_user.key}},
            UpdateExpression=(
                "SET link_state = :revoked, account = :none, workspace = :none, user_name = :none "
                "REMOVE sealed, leased_until, last_seen"
            ),
            ExpressionAttributeValues={":revoked": {"S": "revoked"}, ":none": {"S": ""}},
        )

    async def by_subject(self, subject: str) -> list[Link]:
        """Every link of one subject, in every state, oldest first."""
        pages = self._dynamodb.get_paginator("query").paginate(
            TableName=self._table,
            IndexName="by_subject",
            KeyConditionExpression="subject = :subject",
            ExpressionAttributeValues={":subject": {"S": subject}},
        )
        found = await self._execute(
            lambda: [_link(item) for page in pages for item in page["Items"]]
        )
        return sorted(found, key=lambda link: link.linked_at)

    async def everybody(self) -> list[Link]:
        """Every link of everybody, in every state and in no order, without its token (Scan)."""

        def read(segment: int) -> list[Link]:
            pages = self._dynamodb.get_paginator("scan").paginate(
                TableName=self._table,
                ProjectionExpression=", ".join(LISTED_ATTRIBUTES),
                Segment=segment,
                TotalSegments=SEGMENTS,
            )
            return [_link(item) for page in pages for item in page["Items"]]

        parts = await asyncio.gather(*(self._execute(read, one) for one in range(SEGMENTS)))
        return [link for part in parts for link in part]

    async def _end(self, link: Link, state: LinkState) -> bool:
        return await self._update(
            link, "SET link_state = :state REMOVE sealed, leased_until", {":state": {"S": state}}
        )

    async def _update(
        self,
        link: Link,
        change: str,
        values: "dict[str, AttributeValueTypeDef]",
        condition: str = "",
    ) -> bool:
        # The ciphertext is different each time, so it tells whether the row is still ours.
        unchanged, mark = "sealed = :old", _mark()
        try:
            await self._execute(
                self._dynamodb.update_item,
                TableName=self._table,
                Key={"chat_user": {"S": link.chat_user.key}},
                UpdateExpression=change.replace("SET ", f"SET {WRITTEN_BY} = :mark, ", 1),
                ConditionExpression=f"{unchanged} AND {condition}" if condition else unchanged,
                ExpressionAttributeValues={
                    **values,
                    ":old": {"B": link.encrypted_token},
                    ":mark": mark,
                },
                ReturnValuesOnConditionCheckFailure="ALL_OLD",
            )
        except ClientError as error:
            if error.response["Error"]["Code"] == "ConditionalCheckFailedException":
                found = cast("Item", error.response.get("Item", {}))
                return found.get(WRITTEN_BY) == mark
            raise
        return True


def new_link(
    chat_user: ChatUser,
    *,
    subject: str,
    account: str,
    encrypted_token: bytes,
    names: Names,
    linked: float | None = None,
    replaces: bool = False,
) -> Link:
    """An active link that begins now, or that began at ``linked`` in seconds since 1970."""
    now = datetime.now(UTC) if linked is None else datetime.fromtimestamp(linked, UTC)
    now = _time(in_seconds(now))  # as the table keeps it
    return Link(
        chat_user,
        subject,
        encrypted_token,
        account,
        linked_at=now,
        last_seen=now,
        names=names,
        replaces=replaces,
    )


def _mark() -> "AttributeValueTypeDef":
    return {"S": secrets.token_hex(8)}


def outbox_entry() -> "dict[str, AttributeValueTypeDef]":
    """What of a link's row says that its chat user's questions are to be queued, as of now."""
    return {"outbox": {"S": "linked"}, "outbox_at": {"S": timestamp(datetime.now(UTC))}}


def timestamp(moment: datetime) -> str:
    """A moment that sorts as text (ISO 8601, UTC, milliseconds)."""
    return moment.astimezone(UTC).isoformat(timespec="milliseconds")


def _item(link: Link) -> "dict[str, AttributeValueTypeDef]":
    item: dict[str, AttributeValueTypeDef] = {
        "chat_user": {"S": link.chat_user.key},
        "subject": {"S": link.subject},
        "link_state": {"S": link.state},
        "account": {"S": link.account},
        "linked_at": {"N": in_seconds(link.linked_at)},
        "memory_version": _mark(),
        "workspace": {"S": link.names.workspace},
        "user_name": {"S": link.names.user},
        "replaces": {"BOOL": link.replaces},
    }
    if link.encrypted_token:
        item["sealed"] = {"B": link.encrypted_token}
    if link.last_seen:
        item["last_seen"] = {"N": in_seconds(link.last_seen)}
    return item


def _link(item: Item) -> Link:
    return Link(
        chat_user=ChatUser.from_key(item["chat_user"]["S"]),
        subject=item["subject"]["S"],
        state=cast("LinkState", item["link_state"]["S"]),
        encrypted_token=bytes(item["sealed"]["B"]) if "sealed" in item else b"",
        account=item["account"]["S"],
        linked_at=_time(item["linked_at"]["N"]),
        last_seen=_time(item["last_seen"]["N"]) if "last_seen" in item else None,
        names=Names(workspace=item["workspace"]["S"], user=item["user_name"]["S"]),
        replaces="replaces" in item and item["replaces"]["BOOL"],
        receipt_sent="receipt_sent" in item,
        memory_version=item["memory_version"]["S"] if "memory_version" in item else "",
    )


def in_seconds(moment: datetime) -> str:
    """A moment as the table keeps it, in seconds since 1970."""
    return f"{moment.timestamp():.3f}"


def _time(seconds: str) -> datetime:
    return datetime.fromtimestamp(float(seconds), UTC)
