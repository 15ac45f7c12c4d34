"""Makes cases of answers that people turned down, from what the web chat keeps of them."""

import json
import os
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

from pydantic import ValidationError

from bizassist.evaluation.cases import Case, read_cases

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient

MOST_BEFORE = 5
"""What was asked before in the same conversation, as far as a follow-up may need it."""

Row = dict[str, str]


def turn_row(dynamodb: "DynamoDBClient", table: str, turn: str) -> Row | None:
    """The question and answer with this id; None when it isn't kept (any more).

    :param turn: as the web chat or the ledger names it, with ``web:`` before it or not.
    """
    wanted = {":turn": {"S": turn.removeprefix("web:")}}
    return next(_found(dynamodb, table, "#position = :turn", wanted), None)


def rejected_rows(dynamodb: "DynamoDBClient", table: str) -> list[Row]:
    """Every kept question whose answer was turned down."""
    return list(_found(dynamodb, table, "feedback = :down", {":down": {"S": "down"}}))


def case_of(dynamodb: "DynamoDBClient", table: str, row: Row) -> Case:
    """The case that a question makes: the tool and arguments are those that were used."""
    used = _used(row)
    tool = used[0][0] if used else None
    given = [arguments for name, arguments in used if name == tool]
    return Case(
        id=f"turn-{row['position']}",
        question=row["question"],
        tool=tool,
        arguments=given[0] if len(given) == 1 else given,
        before=_before(dynamodb, table, row),
    )


def add(cases: Iterable[Case], path: Path) -> list[Case]:
    """Append the cases that a file doesn't have yet; only its owner may read a file made here.

    :raises QuestionsError: when the file has a line that is no case.
    """
    known = {case.id for case in read_cases(path)} if path.exists() else set()
    new = [case for case in cases if case.id not in known]
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
    with os.fdopen(descriptor, "a", encoding="utf-8") as file:
        for case in new:
            line = case.model_dump(exclude_defaults=True) | {"tool": case.tool, "facts": []}
            file.write(f"{json.dumps(line, ensure_ascii=False)}\n")
    return new


def _used(row: Row) -> list[tuple[str, dict[str, Any]]]:
    """The tools of the kept explanation, and the arguments as far as they were kept whole."""
    try:
        tools = json.loads(row.get("why", "{}")).get("tools", [])
        return [(str(tool["name"]), _arguments(tool.get("arguments"))) for tool in tools]
    except (AttributeError, KeyError, TypeError, ValueError, ValidationError):
        return []


def _arguments(given: Any) -> dict[str, Any]:
    try:
        found = json.loads(given) if isinstance(given, str) else given
    except ValueError:
        return {}
    return found if isinstance(found, dict) else {}


def _before(dynamodb: "DynamoDBClient", table: str, row: Row) -> list[str]:
    answer = dynamodb.query(
        TableName=table,
        KeyConditionExpression="conversation = :conversation AND #position < :turn",
        ExpressionAttributeNames={"#position": "position"},
        ExpressionAttributeValues={
            ":conversation": {"S": row["conversation"]},
            ":turn": {"S": row["position"]},
        },
        ScanIndexForward=False,
        Limit=MOST_BEFORE,
    )
    return [text for item in reversed(answer["Items"]) if (text := _texts(item).get("question"))]


def _found(
    dynamodb: "DynamoDBClient", table: str, condition: str, values: dict[str, Any]
) -> Iterator[Row]:
    """Turns that fit; the table is read whole, since its keys begin with the person."""
    given: Any = {"ExpressionAttributeNames": {"#position": "position"}}
    pages = dynamodb.get_paginator("scan").paginate(
        TableName=table,
        FilterExpression=f"begins_with(conversation, :turns) AND {condition}",
        ExpressionAttributeValues={":turns": {"S": "turns#"}, **values},
        **(given if "#position" in condition else {}),
    )
    for page in pages:
        for item in page["Items"]:
            row = _texts(item)
            if "question" in row:
                yield row


def _texts(item: Any) -> Row:
    return {name: value["S"] for name, value in item.items() if "S" in value}
