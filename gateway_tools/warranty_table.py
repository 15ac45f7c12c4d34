"""Warranties in DynamoDB."""

import functools
import os
from collections.abc import Iterable, Iterator, Mapping
from datetime import date
from typing import TYPE_CHECKING, Any

import boto3
from botocore.config import Config
from botocore.exceptions import BotoCoreError, ClientError

from gateway_tools.errors import Unavailable
from gateway_tools.warranty_validity import Warranty

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient
    from mypy_boto3_dynamodb.type_defs import AttributeValueTypeDef

# One look-up must end well within the Gateway's patience, its retry included.
_TIMEOUTS = Config(
    connect_timeout=2, read_timeout=3, retries={"mode": "standard", "max_attempts": 2}
)

SCANNED_PAGES = 20
"""At 1 MB a page, some hundred thousand devices; beyond that a look-through takes too long."""

_COLUMNS = (
    "serial_number, printed_serial, product, purchase_date, end_date, coverage, #void, "
    "customer_email"
)


class WarrantyTable:
    """The table that ``WARRANTY_TABLE`` names, keyed by ``serial_number``."""

    def __init__(self, dynamodb: "DynamoDBClient", name: str) -> None:
        self._dynamodb = dynamodb
        self._name = name

    def first(self, keys: Iterable[str]) -> Warranty | None:
        """The warranty under the first of these keys that there is.

        :raises Unavailable: when the table can't be reached.
        """
        for key in keys:
            try:
                row = self._dynamodb.get_item(
                    TableName=self._name, Key={"serial_number": {"S": key}}
                ).get("Item")
            except (BotoCoreError, ClientError) as error:
                raise _unreachable(_kind(error)) from error
            if row:
                return _warranty(row)
        return None

    def all(self) -> Iterator[Warranty]:
        """Every warranty, read as it is consumed.

        :raises Unavailable: when the table can't be reached, or is too large to be read through.
        """
        pages = self._dynamodb.get_paginator("scan").paginate(
            TableName=self._name,
            ProjectionExpression=_COLUMNS,
            ExpressionAttributeNames={"#void": "void"},
        )
        try:
            for number, page in enumerate(pages, start=1):
                if number > SCANNED_PAGES:
                    raise _too_large()
                yield from map(_warranty, page["Items"])
        except (BotoCoreError, ClientError) as error:
            raise _unreachable(_kind(error)) from error


@functools.cache
def warranty_table() -> WarrantyTable:
    """The process's one table: its client is made once and serves every later call.

    :raises Unavailable: when the environment names no table.
    """
    name = os.environ.get("WARRANTY_TABLE")
    if not name:
        raise _unreachable("WARRANTY_TABLE is missing")
    return WarrantyTable(boto3.Session().client("dynamodb", config=_TIMEOUTS), name)


def _warranty(row: "Mapping[str, AttributeValueTypeDef]") -> Warranty:
    values: dict[str, Any] = {name: next(iter(value.values())) for name, value in row.items()}
    return Warranty(
        serial_number=values.get("printed_serial", values["serial_number"]),
        product=values["product"],
        purchase_date=date.fromisoformat(values["purchase_date"]),
        end_date=date.fromisoformat(values["end_date"]),
        coverage=values["coverage"],
        void=values.get("void", False),
        customer_email=values.get("customer_email", ""),
    )


def _unreachable(reason: str) -> Unavailable:
    return Unavailable(
        "The warranty records can't be reached right now.",
        "Try again in a minute.",
        reason=reason,
    )


def _kind(error: BotoCoreError | ClientError) -> str:
    """What AWS calls the error, without the request's own words."""
    if isinstance(error, ClientError):
        return error.response.get("Error", {}).get("Code", "ClientError")
    return type(error).__name__


def _too_large() -> Unavailable:
    return Unavailable(
        "There are too many devices to look through.",
        "Look the whole serial number up instead.",
    )
