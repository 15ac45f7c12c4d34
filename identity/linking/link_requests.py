"""Link requests: one-time, short-lived, stored as a hash, used up by the first confirmation."""

import hashlib
import secrets
from collections.abc import Mapping
from dataclasses import dataclass, field
from time import time
from typing import TYPE_CHECKING, cast

from botocore.exceptions import ClientError

from identity.current_row import current_row
from identity.errors import LinkRequestClaimed, LinkRequestInvalid
from identity.executor import Executor
from identity.people import ChatUser, Names

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient
    from mypy_boto3_dynamodb.type_defs import AttributeValueTypeDef

Item = Mapping[str, "AttributeValueTypeDef"]

LIFETIME = 600
"""Seconds; long enough to find a password, too short to be found in an old log."""


@dataclass(frozen=True, slots=True)
class LinkRequest:
    """A chat user's wish to be linked.

    :param id: the hash of the secret in the link; the secret itself is stored nowhere.
    :param made: when, in seconds since 1970.
    :param browser: the id of the browser that it belongs to; empty until one claims it.
    :param confirmed: when a confirmation made a link of it, in the same way; 0 before that.
    :param replaces: that link took the place of another one.
    """

    id: str
    chat_user: ChatUser
    names: Names
    made: float = field(default_factory=time)
    browser: str = ""
    confirmed: float = 0.0
    replaces: bool = False


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
        """Look at a request without using it up: previews of links open pages, too.

        :raises LinkRequestInvalid: when it made a link, is too old, or never was.
        """
        item = await current_row(self._execute, self._dynamodb, self._table, {"id": {"S": hashed}})
        # DynamoDB deletes what has expired within days, not at once.
        if not item or int(item["expires_at"]["N"]) <= time():
            raise LinkRequestInvalid("unknown or expired")
        if "confirmed_by" in item:
            raise LinkRequestInvalid("it made a link")
        return _request(item)

    async def claim(self, hashed: str, browser: str) -> None:
        """Let the request belong to a browser from now on; its own may claim it again.

        :raises LinkRequestInvalid: when it made a link, or is too old.
        :raises LinkRequestClaimed: when it belongs to another browser.
        """
        item = await self._change(
            hashed,
            "SET browser = :browser",
            "expires_at > :now AND attribute_not_exists(confirmed_by) "
            "AND (attribute_not_exists(browser) OR browser = :browser)",
            {":browser": {"S": browser}, ":now": {"N": str(int(time()))}},
        )
        if "browser" not in item:
            raise LinkRequestInvalid("unknown or expired")
        if item["browser"]["S"] != browser:
            raise LinkRequestClaimed("it belongs to another browser")

    async def confirm(self, hashed: str, page: str, *, replaces: bool) -> LinkRequest:
        """Use the request up; of two confirmation pages that try, one succeeds.

        A page that is sent twice succeeds twice, with the same answer.

        :param page: what tells one confirmation page from another.
        :raises LinkRequestInvalid: when it made another link, was declined by this very page, or
            is too old.
        """
        now = time()
        item = await self._change(
            hashed,
            "SET confirmed_by = :page, confirmed = :at, replaces = :replaces",
            "expires_at > :now AND attribute_not_exists(confirmed_by) "
            "AND NOT contains(declined, :page)",
            {
                ":page": {"S": page},
                ":at": {"N": f"{now:.3f}"},
                ":now": {"N": str(int(now))},
                ":replaces": {"BOOL": replaces},
            },
        )
        if not _confirmed_by(item, page):
            raise LinkRequestInvalid("it made another link, or is too old")
        return _request(item)

    async def decline(self, hashed: str, page: str) -> LinkRequest | None:
        """Let a confirmation page make no link from now on; the request itself stays.

        :returns: the request, when that page has made a link of it already.
        """
        item = await self._change(
            hashed,
            "ADD declined :pages",
            "attribute_not_exists(confirmed_by) OR confirmed_by <> :page",
            {":page": {"S": page}, ":pages": {"SS": [page]}},
        )
        return _request(item) if _confirmed_by(item, page) else None

    async def _change(
        self,
        hashed: str,
        change: str,
        condition: str,
        values: "dict[str, AttributeValueTypeDef]",
    ) -> Item:
        """The row after the change, or the one that didn't allow it; empty where there is none."""
        try:
            answer = await self._execute(
                self._dynamodb.update_item,
                TableName=self._table,
                Key={"id": {"S": hashed}},
                UpdateExpression=change,
                ConditionExpression=f"attribute_exists(id) AND ({condition})",
                ExpressionAttributeValues=values,
                ReturnValues="ALL_NEW",
                ReturnValuesOnConditionCheckFailure="ALL_OLD",
            )
        except ClientError as error:
            if error.response["Error"]["Code"] == "ConditionalCheckFailedException":
                return cast("Item", error.response.get("Item", {}))
            raise
        return answer["Attributes"]


def _confirmed_by(item: Item, page: str) -> bool:
    return "confirmed_by" in item and item["confirmed_by"]["S"] == page


def _request(item: Item) -> LinkRequest:
    return LinkRequest(
        id=item["id"]["S"],
        chat_user=ChatUser.from_key(item["chat_user"]["S"]),
        names=Names(workspace=item["workspace"]["S"], user=item["user"]["S"]),
        made=float(item["made"]["N"]),
        browser=item["browser"]["S"] if "browser" in item else "",
        confirmed=float(item["confirmed"]["N"]) if "confirmed" in item else 0.0,
        replaces=item["replaces"]["BOOL"] if "replaces" in item else False,
    )


def request_id(secret: str) -> str:
    """What a request is stored under; 256 random bits need no salt."""
    return hashlib.sha256(secret.encode()).hexdigest()
