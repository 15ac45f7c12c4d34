"""The runtime is moved to the platform that restores it from a snapshot, and loses nothing."""

from datetime import UTC, datetime
from typing import Any

import boto3
import pytest
from botocore.stub import Stubber

from bizassist.deployment.runtime_platform import move_to_snapshots, runtime_id
from bizassist.errors import CommandError

RUNTIME = "bizassist-0123456789"
ARN = f"arn:aws:bedrock-agentcore:eu-west-1:123456789012:runtime/{RUNTIME}"
CONFIGURED: dict[str, Any] = {
    "agentRuntimeArtifact": {
        "containerConfiguration": {
            "containerUri": "123456789012.dkr.ecr.eu-west-1.amazonaws.com/bizassist/agent:1"
        }
    },
    "roleArn": "arn:aws:iam::123456789012:role/bizassist-runtime",
    "networkConfiguration": {"networkMode": "PUBLIC"},
    "description": "Answers as the person who asks",
    "authorizerConfiguration": {
        "customJWTAuthorizer": {
            "discoveryUrl": "https://example.com/.well-known/openid-configuration",
            "allowedClients": ["web"],
        }
    },
    "requestHeaderConfiguration": {"requestHeaderAllowlist": ["Authorization"]},
    "protocolConfiguration": {"serverProtocol": "AGUI"},
    "lifecycleConfiguration": {"idleRuntimeSessionTimeout": 900, "maxLifetime": 28800},
    "environmentVariables": {"BIZASSIST_MODEL": "offline"},
}


def found(status: str = "READY", **changes: Any) -> dict[str, Any]:
    """What GetAgentRuntime says."""
    now = datetime(2026, 11, 1, tzinfo=UTC)
    return {
        "agentRuntimeArn": ARN,
        "agentRuntimeName": "bizassist",
        "agentRuntimeId": RUNTIME,
        "agentRuntimeVersion": "1",
        "createdAt": now,
        "lastUpdatedAt": now,
        "status": status,
        **CONFIGURED,
        **changes,
    }


def moved(*states: dict[str, Any], update: bool = True) -> str:
    """What is said where the runtime is in each of these states, the update after the first."""
    control = boto3.client(
        "bedrock-agentcore-control",
        region_name="eu-west-1",
        aws_access_key_id="a",
        aws_secret_access_key="b",
    )
    asked = {"agentRuntimeId": RUNTIME}
    with Stubber(control) as stubber:
        for number, state in enumerate(states):
            stubber.add_response("get_agent_runtime", state, asked)
            if update and number == 0:
                now = datetime(2026, 11, 1, tzinfo=UTC)
                updating = {
                    "agentRuntimeArn": ARN,
                    "agentRuntimeId": RUNTIME,
                    "agentRuntimeVersion": "2",
                    "createdAt": now,
                    "lastUpdatedAt": now,
                    "status": "UPDATING",
                }
                sent = CONFIGURED | asked | {"platformVersion": "V2"}
                stubber.add_response("update_agent_runtime", updating, sent)
        said = move_to_snapshots(control, runtime_id(ARN), lambda _: None)
        stubber.assert_no_pending_responses()
    return said


@pytest.mark.parametrize("before", [{}, {"platformVersion": "V1"}])
def test_it_is_moved_with_all_that_it_is_configured_with(before: dict[str, Any]) -> None:
    said = moved(found(**before), found("UPDATING"), found(platformVersion="V2"))

    assert said == "The runtime was moved to platform V2."


def test_one_that_is_there_is_left_alone() -> None:
    assert moved(found(platformVersion="V2"), update=False) == "The runtime is on platform V2."


@pytest.mark.parametrize(
    ("after", "said"),
    [
        (found("UPDATE_FAILED", failureReason="no healthy ping"), "no healthy ping"),
        (found(platformVersion="V1"), "is not on platform V2"),
    ],
)
def test_an_update_that_fails_is_said(after: dict[str, Any], said: str) -> None:
    with pytest.raises(CommandError, match=said):
        moved(found(), after)
