"""``bizassist warranty import FILE.csv``: devices from a spreadsheet into the warranty table."""

import os
import sys
from argparse import ArgumentParser, Namespace
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import boto3
from botocore.exceptions import BotoCoreError, ClientError

from bizassist.commands.target_deployment import add_target_arguments, lead_to_target
from bizassist.deployment.warranty_csv import COLUMNS, Row, read_csv
from bizassist.errors import CommandError
from bizassist.settings.ssm_parameters import read_parameters

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient
    from mypy_boto3_dynamodb.type_defs import AttributeValueTypeDef, TransactWriteItemTypeDef

NAME = "warranty"
HELP = "load devices into the warranty table"

# TransactWriteItems takes no more (DynamoDB API reference).
TOGETHER = 100


def add_arguments(parser: ArgumentParser) -> None:
    """Declare the one thing that can be done."""
    actions = parser.add_subparsers(required=True, metavar="ACTION")
    action = actions.add_parser("import", help="load a CSV file, all of it or nothing")
    action.add_argument(
        "file", type=Path, metavar="FILE.csv", help=f"columns: {', '.join(COLUMNS)}"
    )
    action.add_argument("--table", help="the table's name, instead of the parameter's")
    add_target_arguments(action)


def run(options: Namespace) -> int:
    """Import the file and say how many devices it had."""
    lead_to_target(options)
    try:
        dynamodb = boto3.client("dynamodb")
        table = options.table or _table()
        count = import_csv(options.file, dynamodb, table)
    except OSError as error:
        raise CommandError(f"{options.file} can't be read: {error.strerror}") from error
    except (BotoCoreError, ClientError) as error:
        raise CommandError(f"nothing was imported: {error}") from error
    sys.stdout.write(f"{count} devices are in {table}\n")
    return 0


def import_csv(path: Path, dynamodb: "DynamoDBClient", table: str) -> int:
    """Write every device of the file, or none; a device that is there already is replaced.

    :returns: how many devices were written.
    :raises CsvError: when anything in the file is wrong; nothing was written then.
    :raises ClientError: when the table refused a part; what was written before is undone.
    """
    rows = read_csv(path)
    before = [_before(dynamodb, table, row) for row in rows]
    try:
        _write(dynamodb, [_put(table, row) for row in rows])
    except (BotoCoreError, ClientError):
        # One transaction is all or nothing, several are not; and one that seemed to fail may
        # have been carried out. Every key is put back as it was.
        _write(dynamodb, before)
        raise
    return len(rows)


def _write(dynamodb: "DynamoDBClient", changes: "Sequence[TransactWriteItemTypeDef]") -> None:
    for start in range(0, len(changes), TOGETHER):
        dynamodb.transact_write_items(TransactItems=changes[start : start + TOGETHER])


def _put(table: str, row: Row) -> "TransactWriteItemTypeDef":
    item: dict[str, AttributeValueTypeDef] = {
        name: {"BOOL": value} if isinstance(value, bool) else {"S": value}
        for name, value in row.items()
    }
    return {"Put": {"TableName": table, "Item": item}}


def _before(dynamodb: "DynamoDBClient", table: str, row: Row) -> "TransactWriteItemTypeDef":
    """The change that puts a row's key back as it is now."""
    key: dict[str, AttributeValueTypeDef] = {"serial_number": {"S": str(row["serial_number"])}}
    item = dynamodb.get_item(TableName=table, Key=key, ConsistentRead=True).get("Item")
    if item is None:
        return {"Delete": {"TableName": table, "Key": key}}
    return {"Put": {"TableName": table, "Item": item}}


def _table() -> str:
    prefix = os.environ.get("BIZASSIST_SSM_PREFIX", "/app/bizassist")
    table = read_parameters(boto3.client("ssm"), prefix).get("warranty_table")
    if not table:
        raise CommandError(f"there is no parameter {prefix}/warranty_table; use --table NAME")
    return table
