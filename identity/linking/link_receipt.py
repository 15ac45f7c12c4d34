"""The receipt of a link: one private sentence in the chat, with a way to undo what it tells of.

Whoever reads a chat user's private messages is that chat user, so the secret in the receipt is all
it takes; who was linked by somebody else could not sign in as them anyway. It is stored as a hash,
works for a day, and for exactly the link that it was written for: a later one is not touched.
"""

import hashlib
import re
import secrets
from dataclasses import dataclass
from datetime import UTC, datetime
from time import time
from typing import TYPE_CHECKING

from identity.current_row import current_row
from identity.errors import UndoInvalid
from identity.executor import Executor
from identity.links import Link
from identity.people import ChatUser
from identity.web.untrusted_text import single_line

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient

LIFETIME = 24 * 60 * 60
"""Seconds; long enough to be read the next morning."""

CHAT_MARKUP = re.compile(r"[*`~|<>\[\]()\\]")
"""What a chat might take for formatting or for a link; an account's name needs none of it."""


@dataclass(frozen=True, slots=True)
class Undo:
    """What an undo link may end: one chat user's link to one subject, made at one moment."""

    chat_user: ChatUser
    subject: str
    linked_at: datetime

    def covers(self, link: Link | None) -> bool:
        """Whether ``link`` is the very one, and still in use."""
        return (
            link is not None
            and link.state == "active"
            and link.subject == self.subject
            and link.linked_at == self.linked_at
        )


class Receipts:
    """Undo links, kept in the table of link requests under hashes of their own kind.

    :param public_url: our own base URL, as browsers know it.
    """

    def __init__(
        self, dynamodb: "DynamoDBClient", table: str, execute: Executor, public_url: str
    ) -> None:
        self._dynamodb = dynamodb
        self._table = table
        self._execute = execute
        self._public_url = public_url

    async def write(self, link: Link) -> str:
        """The sentence to show to the link's chat user and nobody else.

        Of a replaced link it tells only that there was one: it may have been somebody else's.
        """
        # Hexadecimal, for a chat may take an underscore in an address for formatting.
        secret = secrets.token_hex(32)
        await self._execute(
            self._dynamodb.put_item,
            TableName=self._table,
            Item={
                "id": {"S": _key(secret)},
                "chat_user": {"S": link.chat_user.key},
                "subject": {"S": link.subject},
                "linked_at": {"N": f"{link.linked_at.timestamp():.3f}"},
                "expires_at": {"N": str(int(time()) + LIFETIME)},
            },
        )
        account = CHAT_MARKUP.sub("", single_line(link.account))
        earlier = " This replaced an earlier link." if link.replaces else ""
        return f"Linked as {account}.{earlier} Not you? Undo: {self._public_url}/undo/{secret}"

    async def find(self, secret: str) -> Undo:
        """What the link with ``secret`` may undo; looking uses nothing up.

        :raises UndoInvalid: when its day is over, or there never was such a link.
        """
        item = await current_row(
            self._execute, self._dynamodb, self._table, {"id": {"S": _key(secret)}}
        )
        # DynamoDB deletes what has expired within days, not at once.
        if not item or int(item["expires_at"]["N"]) <= time():
            raise UndoInvalid("unknown or expired")
        return Undo(
            ChatUser.from_key(item["chat_user"]["S"]),
            item["subject"]["S"],
            datetime.fromtimestamp(float(item["linked_at"]["N"]), UTC),
        )


def _key(secret: str) -> str:
    """The prefix keeps it apart from link requests: neither opens the other's page."""
    return hashlib.sha256(f"undo:{secret}".encode()).hexdigest()
