"""One conditional write to a row: two processes can't both make it (DynamoDB UpdateItem)."""

from typing import TYPE_CHECKING, Any, cast

from botocore.exceptions import ClientError

from identity.executor import Executor

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient


NAMES = {"#result": "result", "#state": "state"}
"""Attributes whose names DynamoDB reserves."""


async def conditional_write(
    dynamodb: "DynamoDBClient",
    call: Executor,
    table: str,
    key: dict[str, Any],
    *,
    update: str,
    condition: str,
    values: dict[str, Any],
) -> dict[str, Any] | None:
    """The row as it is then; None when the condition doesn't hold.

    :param update, condition: expressions, with :data:`NAMES` for what is reserved.
    """
    used = f"{update} {condition}"
    names: Any = {name: real for name, real in NAMES.items() if name in used}
    try:
        answer = await call(
            dynamodb.update_item,
            TableName=table,
            Key=key,
            UpdateExpression=update,
            ConditionExpression=condition,
            ExpressionAttributeValues=values,
            ReturnValues="ALL_NEW",
            **({"ExpressionAttributeNames": names} if names else {}),
        )
    except ClientError as error:
        if error.response["Error"]["Code"] == "ConditionalCheckFailedException":
            return None
        raise
    return cast("dict[str, Any]", answer["Attributes"])
