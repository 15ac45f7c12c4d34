"""Records that a person has forgotten a moment ago: listings may go on showing them for minutes.

They lie in the table of those who are being forgotten, in a row of their own for each person.
"""

import logging
from collections.abc import Collection
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from botocore.exceptions import BotoCoreError, ClientError

from identity.current_row import current_row
from identity.errors import MemoryUnavailable
from identity.executor import Executor
from identity.links import Links
from identity.memory.forgetting import LAG

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient

log = logging.getLogger(__name__)

MOST = 200
"""Records of one row; who forgets more of them one by one in five minutes sees some again."""


class RecentlyForgotten:
    """The ids of those records, by subject.

    :param links: carry to the agent that what it recalled a moment ago is out of date.
    """

    def __init__(
        self, dynamodb: "DynamoDBClient", table: str, execute: Executor, links: Links
    ) -> None:
        self._links = links
        self._dynamodb = dynamodb
        self._table = table
        self._execute = execute

    async def of(self, subject: str) -> Collection[str]:
        """The records that are gone although they may be listed.

        :raises MemoryUnavailable: when that can't be read.
        """
        try:
            row = await current_row(self._execute, self._dynamodb, self._table, _key(subject))
        except (BotoCoreError, ClientError) as error:
            raise MemoryUnavailable(type(error).__name__) from None
        # DynamoDB deletes what has expired within days, not at once.
        if not row or int(row["expires_at"]["N"]) < datetime.now(UTC).timestamp():
            return ()
        gone: list[str] = row["records"]["SS"]
        return gone

    async def add(self, subject: str, record: str) -> None:
        """Note that a record is gone; it is, whether or not that can be noted."""
        until = int((datetime.now(UTC) + LAG).timestamp())
        try:
            await self._links.note_forgetting(subject)
            if len(await self.of(subject)) >= MOST:
                return
            await self._execute(
                self._dynamodb.update_item,
                TableName=self._table,
                Key=_key(subject),
                UpdateExpression="SET expires_at = :until ADD records :record",
                ExpressionAttributeValues={
                    ":until": {"N": str(until)},
                    ":record": {"SS": [record]},
                },
            )
        except (BotoCoreError, ClientError, MemoryUnavailable) as error:
            log.warning("what somebody forgot may be listed for minutes: %s", type(error).__name__)


def _key(subject: str) -> dict[str, dict[str, str]]:
    return {"subject": {"S": f"{subject}/records"}}
