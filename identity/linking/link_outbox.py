"""The outbox of new links: what waits for a link is queued by one process at a time, until it is.

A link comes into the outbox by the very write that stores it (the pattern of the transactional
outbox), so that no death of a process lies between the two. The index ``by_outbox`` has the links
that are in it and no others.
"""

from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

from botocore.exceptions import ClientError

from identity.executor import Executor
from identity.links import Link, Links, in_seconds, timestamp
from identity.people import ChatUser

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient
    from mypy_boto3_dynamodb.type_defs import AttributeValueTypeDef

INDEX = "by_outbox"
CLAIM = timedelta(seconds=30)
"""Longer than queueing what waits for a link takes; whoever dies meanwhile is followed then."""

MOST = 100
"""Links of one look; the next look finds the others."""


class LinkOutbox:
    """The links of the table whose chat users' questions may still wait."""

    def __init__(
        self, dynamodb: "DynamoDBClient", table: str, execute: Executor, links: Links
    ) -> None:
        self._dynamodb = dynamodb
        self._table = table
        self._execute = execute
        self._links = links

    async def due(self) -> list[Link]:
        """The links that nobody is at work on, the oldest first."""
        answer = await self._execute(
            self._dynamodb.query,
            TableName=self._table,
            IndexName=INDEX,
            KeyConditionExpression="outbox = :linked AND outbox_at <= :now",
            ExpressionAttributeValues={
                ":linked": {"S": "linked"},
                ":now": {"S": timestamp(datetime.now(UTC))},
            },
            Limit=MOST,
        )
        users = [ChatUser.from_key(item["chat_user"]["S"]) for item in answer["Items"]]
        found = [await self._links.get(user) for user in users]
        return [link for link in found if link]

    async def claim(self, link: Link) -> bool:
        """Be the one who works on a link for :data:`CLAIM`; False when somebody else is."""
        now = datetime.now(UTC)
        return await self._update(
            link,
            "SET outbox_at = :until",
            {":until": {"S": timestamp(now + CLAIM)}, ":now": {"S": timestamp(now)}},
            condition="outbox_at <= :now",
        )

    async def begin_receipt(self, link: Link) -> bool:
        """Be the one who tells the link's chat user of it; False when somebody has begun to."""
        return await self._update(
            link,
            "SET receipt_sent = :true",
            {":true": {"BOOL": True}},
            condition="attribute_not_exists(receipt_sent)",
        )

    async def take_back_receipt(self, link: Link) -> None:
        """The chat user was not told after all, and may be."""
        await self._update(link, "REMOVE receipt_sent", {})

    async def done(self, link: Link) -> None:
        """Nothing waits for the link any more."""
        await self._update(link, "REMOVE outbox, outbox_at", {})

    async def _update(
        self,
        link: Link,
        change: str,
        values: "dict[str, AttributeValueTypeDef]",
        condition: str = "",
    ) -> bool:
        same = "linked_at = :linked_at"  # not one that has replaced it
        linked_at: AttributeValueTypeDef = {"N": in_seconds(link.linked_at)}
        try:
            await self._execute(
                self._dynamodb.update_item,
                TableName=self._table,
                Key={"chat_user": {"S": link.chat_user.key}},
                UpdateExpression=change,
                ConditionExpression=f"{same} AND {condition}" if condition else same,
                ExpressionAttributeValues={**values, ":linked_at": linked_at},
            )
        except ClientError as error:
            if error.response["Error"]["Code"] == "ConditionalCheckFailedException":
                return False
            raise
        return True
