"""Reads one row of a table as it is now: after every write that was answered."""

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from identity.executor import Executor

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient


async def current_row(
    call: Executor, dynamodb: "DynamoDBClient", table: str, key: Mapping[str, Any]
) -> dict[str, Any]:
    """The row, as DynamoDB writes it; empty where there is none (GetItem, ``ConsistentRead``).

    :param key: of the row, as DynamoDB writes it.
    :raises botocore.exceptions.ClientError: when the table doesn't say.
    """
    answer = await call(dynamodb.get_item, TableName=table, Key=key, ConsistentRead=True)
    return dict(answer.get("Item", {}))
