"""Link requests: short-lived, stored as a hash, void once their chat user is linked."""

import hashlib
import secrets
from dataclasses import dataclass, field
from time import time
from typing import TYPE_CHECKING

from identity.errors import LinkRequestInvalid
from identity.executor import Executor
from identity.people import ChatUser, Names

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient

LIFETIME = 600
"""Seconds; long enough to find a password, too short to be found in an old log."""


@dataclass(frozen=True, slots=True)
class LinkRequest:
    """A chat user's wish to be linked.

    :param id: the hash of the secret in the link; the secret itself is stored nowhere.
    :param made: when, in seconds since 1970.
    """

    id: str
    chat_user: ChatUser
    names: Names
    made: float = field(default_factory=time)


class LinkRequests:
    """The table of link requests."""

    def __init__(self, dynamodb: "DynamoDBClient", table: str, execute: Executor) -> None:
        self._dynamodb = dynamodb
        self._table = table
        self._execute = execute

    async def create(self, chat_user: ChatUser, names: Names) -> str:
        """The secret for ``/link/{secret}``: show it to this chat user and nobody else.

        :raises ValueError: for a user of the web chat, who is linked by signing in there.
        """
        if chat_user.platform == "web":
            raise ValueError("a user of the web chat signs in instead")
        secret = secrets.token_urlsafe(32)
        now = time()
        await self._execute(
            self._dynamodb.put_item,
            TableName=self._table,
            Item={
                "id": {"S": request_id(secret)},
                "chat_user": {"S": chat_user.key},
                "workspace": {"S": names.workspace},
                "user": {"S": names.user},
                "made": {"N": f"{now:.3f}"},
                "expires_at": {"N": str(int(now) + LIFETIME)},
            },
        )
        return secret

    async def find(self, hashed: str) -> LinkRequest:
        """Look at a request; previews of links open pages, too.

        :raises LinkRequestInvalid: when it is too old, or never was.
        """
        answer = await self._execute(
            self._dynamodb.get_item,
            TableName=self._table,
            Key={"id": {"S": hashed}},
            ConsistentRead=True,
        )
        item = answer.get("Item")
        # DynamoDB deletes what has expired within days, not at once.
        if item is None or int(item["expires_at"]["N"]) <= time():
            raise LinkRequestInvalid("unknown or expired")
        return LinkRequest(
            id=hashed,
            chat_user=ChatUser.from_key(item["chat_user"]["S"]),
            names=Names(workspace=item["workspace"]["S"], user=item["user"]["S"]),
            made=float(item["made"]["N"]),
        )


def request_id(secret: str) -> str:
    """What a request is stored under; 256 random bits need no salt."""
    return hashlib.sha256(secret.encode()).hexdigest()
