"""What is in AgentCore Memory, written and read as the service's own calls do it."""

import json
from datetime import UTC, datetime, timedelta
from typing import Any

import boto3

from tests.agent.local_agent import Cloud


def event(role: str, *content: dict[str, Any]) -> Any:
    now = datetime.now(UTC).isoformat()
    saved = {
        "message": {"role": role, "content": list(content)},
        "message_id": 0,
        "created_at": now,
        "updated_at": now,
    }
    text = {"text": json.dumps(saved)}
    return {"conversational": {"content": text, "role": role.upper()}}


def put(cloud: Cloud, actor: str, session: str, *messages: Any) -> None:
    client = boto3.client("bedrock-agentcore")
    before = datetime.now(UTC) - timedelta(minutes=5)
    for place, message in enumerate(messages):
        client.create_event(
            memoryId=cloud.parameters["memory_id"],
            actorId=actor,
            sessionId=session,
            eventTimestamp=before + timedelta(seconds=place),
            payload=[message],
        )


def records(cloud: Cloud, namespace: str) -> list[str]:
    found = boto3.client("bedrock-agentcore").list_memory_records(
        memoryId=cloud.parameters["memory_id"], namespace=namespace
    )
    return [str(record["content"]["text"]) for record in found["memoryRecordSummaries"]]
