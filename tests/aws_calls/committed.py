"""The calls that are known: each with the role that makes it and what it is about."""

import json
import re
from collections.abc import Callable
from pathlib import Path

KNOWN = Path(__file__).parents[1] / "data" / "aws_calls.json"
ROLES = {"serve": "chat", "runtime.py": "agent", "gateway.py": "warranty"}
KEEP = "BIZASSIST_KEEP_CALLS"
"""Set in the environment, it adds to the file what a run of the tests has noted."""
RARE = [
    # A client is looked for.
    ("agent", "dynamodb:Scan", "table/bizassist-clients"),
    # The files of a question that the queue didn't take are withdrawn.
    ("chat", "dynamodb:DeleteItem", "table/bizassist-transcripts"),
    ("chat", "s3:DeleteObject", "uploads/object"),
    # An answer takes long, is put back, or is given up.
    ("chat", "sqs:ChangeMessageVisibility", "bizassist-inbox.fifo"),
    ("chat", "sqs:ChangeMessageVisibility", "bizassist-dead-letter.fifo"),
    ("chat", "sqs:DeleteMessage", "bizassist-dead-letter.fifo"),
    ("chat", "sqs:SendMessage", "bizassist-dead-letter.fifo"),
]
"""Calls that not every run makes; each is one of the code's."""
PERSONAL_DATA = {
    *(
        ("dynamodb:Scan", f"table/bizassist-{table}")
        for table in ("ledger", "transcripts", "sessions", "link-requests")
    ),
    *(
        ("dynamodb:DeleteItem", f"table/bizassist-{table}")
        for table in ("ledger", "links", "link-requests", "forgetting", "workspaces")
    ),
    ("s3:ListBucket", "uploads"),
    ("s3:ListBucketVersions", "uploads"),
}
"""What the chat service does by the role that exports and erases, and by no other."""
SHARED_WITH_IT = [
    ("personal data", "dynamodb:DeleteItem", "table/bizassist-sessions"),
    ("personal data", "dynamodb:DeleteItem", "table/bizassist-transcripts"),
    ("personal data", "dynamodb:Scan", "table/bizassist-forgetting"),
    ("personal data", "dynamodb:Scan", "table/bizassist-links"),
    ("personal data", "dynamodb:Scan", "table/bizassist-workspaces"),
    ("personal data", "s3:DeleteObjectVersion", "uploads/object"),
    ("personal data", "s3:GetObject", "uploads/object"),
    ("chat", "sts:AssumeRole", "role/bizassist-personal-data"),
]
"""The same calls as the chat service's own, which a recorder can't tell apart."""
# The local stack's own, done by AWS in AWS.
LOCAL = {
    ("memory", "bedrock-agentcore:BatchCreateMemoryRecords"),
    ("memory", "bedrock-agentcore:BatchUpdateMemoryRecords"),
    ("warranty", "ssm:GetParametersByPath"),
}
# Cognito judges these by the token in them.
WITHOUT_A_RIGHT = {"cognito-idp:GetTokensFromRefreshToken", "cognito-idp:RevokeToken"}
# Where IAM's name is not the operation's.
ACTIONS = {
    "s3:ListObjectsV2": "s3:ListBucket",
    "s3:ListObjectVersions": "s3:ListBucketVersions",
}
NAMES: dict[str, Callable[[str], str]] = {
    "dynamodb": lambda on: f"table/{on}",
    "sqs": lambda on: on.rpartition("/")[2],
    "ssm": lambda on: f"parameter{on}",
    "sts": lambda on: on.rpartition(":")[2],
    "kms": lambda _: "key/tokens",
    "cognito-idp": lambda _: "pool",
    "bedrock-agentcore": lambda _: "memory",
    "s3": lambda on: on.removeprefix("bizassist-"),
}


def committed_calls() -> list[tuple[str, str, str]]:
    """Role, action and what it is about; those of failures as well."""
    erasing = [("personal data", action, on) for action, on in sorted(PERSONAL_DATA)]
    return [*_known(), *RARE, *erasing, *SHARED_WITH_IT]


def noted_calls(file: Path) -> set[tuple[str, str, str]]:
    """The same of what processes have noted in ``file``."""
    lines = map(json.loads, file.read_text().splitlines())
    return {call for noted in lines if "part" in noted and (call := _call(noted))}


def keep(calls: set[tuple[str, str, str]]) -> None:
    """Add ``calls`` to those that are known."""
    lines = ",\n".join(f" {json.dumps(call)}" for call in sorted({*_known(), *calls}))
    KNOWN.write_text(f"[\n{lines}\n]\n")


def _known() -> list[tuple[str, str, str]]:
    return [(role, action, on) for role, action, on in json.loads(KNOWN.read_text())]


def _call(noted: dict[str, str]) -> tuple[str, str, str] | None:
    role = next((r for end, r in ROLES.items() if noted["part"].endswith(end)), None)
    service, _, operation = noted["call"].partition(":")
    if service == "bedrock-agentcore":
        role = "memory"
    prefix = re.sub("-control$", "", service)
    action = ACTIONS.get(noted["call"], f"{prefix}:{operation.removesuffix('Batch')}")
    if role is None or (role, action) in LOCAL or action in WITHOUT_A_RIGHT:
        return None
    on = NAMES[prefix](noted["on"])
    if prefix == "s3" and not action.startswith("s3:ListBucket"):
        # What a role may read by its very name is no object like any other.
        on = f"{on}/{noted['key'] if noted['key'].startswith('.') else 'object'}"
    if role == "chat" and (action, on) in PERSONAL_DATA:
        role = "personal data"
    return role, action, f"{on}/index/{noted['index']}" if noted["index"] else on
