"""A memory call names the person it is signed for, or it does not leave."""

from datetime import UTC, datetime, timedelta
from typing import Any

import boto3
import pytest

from agent.errors import ForeignMemoryError
from agent.memory.access.foreign_call_refusal import SubjectIsolation, is_own_namespace
from agent.memory.access.person_credentials import MemoryCredentials
from tests.agent.aws_requests import AwsRequests, aws_requests
from tests.agent.local_agent import Cloud

__all__ = ["aws_requests"]


@pytest.mark.parametrize(
    ("namespace", "own"),
    [
        ("/people/alice/facts/", True),
        ("/people/alice/summaries/", True),
        ("/people/alice/summaries/session-1/", True),
        ("/people/alice", False),
        ("/people/alice/facts", False),
        ("/facts/alice/", False),
        ("/people/alice2/facts/", False),
        ("/people/al/facts/", False),
        ("/people/", False),
        ("/", False),
        ("/people/*/", False),
        ("/people/alice/facts/../bob/", False),
        ("/people/bob/facts/alice/", False),
        ("people/alice/facts/", False),
        ("//alice/facts/", False),
        ("/people/alice/facts/*", False),
        ("/people/alice/facts/\n", False),
        ("/people/\u0430lice/facts/", False),
    ],
)
def test_a_namespace_is_own_or_it_is_not(namespace: str, own: bool) -> None:
    assert is_own_namespace(namespace, "alice") is own


def test_the_fence_stops_a_call_for_somebody_else_before_it_leaves(
    cloud: Cloud, aws_requests: AwsRequests
) -> None:
    memory = cloud.parameters["memory_id"]
    client: Any = boto3.client("bedrock-agentcore")
    SubjectIsolation("alice").watch(client)
    search = {"searchQuery": "x", "topK": 1}

    with pytest.raises(ForeignMemoryError):
        client.retrieve_memory_records(
            memoryId=memory, namespace="/people/alice2/facts/", searchCriteria=search
        )
    with pytest.raises(ForeignMemoryError):
        client.list_memory_records(memoryId=memory, namespacePath="/people/")
    with pytest.raises(ForeignMemoryError):
        client.create_event(
            memoryId=memory, actorId="bob", sessionId="s", eventTimestamp=0, payload=[]
        )
    with pytest.raises(ForeignMemoryError):
        client.list_events(memoryId=memory, actorId="bob", sessionId="s")

    assert aws_requests.sent == []


def test_credentials_are_kept_for_a_person_and_renewed_before_they_expire(
    cloud: Cloud, aws_requests: AwsRequests
) -> None:
    credentials = MemoryCredentials(cloud.parameters["memory_role_arn"], boto3.Session())
    alice = credentials.session("alice")
    assert credentials.session("alice") is alice
    assert credentials.session("bob") is not alice
    assert len(aws_requests.owners) == 2

    alice.expires = datetime.now(UTC) + timedelta(minutes=4)
    assert credentials.session("alice") is not alice
    assert sorted(aws_requests.owners.values()) == ["alice", "alice", "bob"]
