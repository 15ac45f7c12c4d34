"""The browser sessions of one person: seen and ended from any of them."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from time import time
from typing import TYPE_CHECKING

from botocore.exceptions import ClientError

from identity.executor import Executor

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient
    from mypy_boto3_dynamodb.type_defs import AttributeValueTypeDef


@dataclass(frozen=True, slots=True)
class OpenSession:
    """One signed-in browser.

    :param id: the row's key, a hash of the cookie: it names the session and opens nothing.
    :param browser: what kind of browser it said it was at sign-in.
    """

    id: str
    began: datetime
    last_seen: datetime
    browser: str


class SessionList:
    """The table of sessions by subject (its index lags behind by less than a second)."""

    def __init__(self, dynamodb: "DynamoDBClient", table: str, execute: Executor) -> None:
        self._dynamodb = dynamodb
        self._table = table
        self._execute = execute

    async def of(self, subject: str) -> list[OpenSession]:
        """The subject's sessions that have not ended, the one seen last first."""
        pages = self._dynamodb.get_paginator("query").paginate(
            TableName=self._table,
            IndexName="by_subject",
            KeyConditionExpression="subject = :subject",
            FilterExpression="expires_at > :now",
            ExpressionAttributeValues={":subject": {"S": subject}, ":now": {"N": str(int(time()))}},
        )
        found = await self._execute(
            lambda: [_open(item) for page in pages for item in page["Items"]]
        )
        return sorted(found, key=lambda one: one.last_seen, reverse=True)

    async def end(self, subject: str, session: str) -> bool:
        """End a session; False when it is another person's."""
        try:
            await self._execute(
                self._dynamodb.delete_item,
                TableName=self._table,
                Key={"id": {"S": session}},
                ConditionExpression="attribute_not_exists(id) OR subject = :subject",
                ExpressionAttributeValues={":subject": {"S": subject}},
            )
        except ClientError as error:
            if error.response["Error"]["Code"] == "ConditionalCheckFailedException":
                return False
            raise
        return True

    async def end_all(self, subject: str, *, but: str = "") -> int:
        """End every session of ``subject``, except the one with the id ``but``."""
        ended = [await self.end(subject, one.id) for one in await self.of(subject) if one.id != but]
        return sum(ended)


def _open(item: Mapping[str, "AttributeValueTypeDef"]) -> OpenSession:
    return OpenSession(
        id=item["id"]["S"],
        began=_time(item["began"]["N"]),
        last_seen=_time(item["last_seen"]["N"]),
        browser=str(json.loads(item["content"]["S"]).get("browser", "")),
    )


def _time(seconds: str) -> datetime:
    return datetime.fromtimestamp(int(seconds), UTC)
