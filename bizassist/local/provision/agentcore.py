"""AgentCore: the memory with its three strategies, the role that fences it, the runtime."""

import json
from collections.abc import Iterable
from typing import Any

import boto3


def make_agentcore(aws: boto3.Session) -> dict[str, str]:
    """The memory, its role, and the runtime whose ARN the chat service calls."""
    control = aws.client("bedrock-agentcore-control")
    memory = control.create_memory(
        name="bizassist",
        eventExpiryDuration=90,
        memoryStrategies=[
            {
                "semanticMemoryStrategy": {
                    "name": "facts",
                    "namespaces": ["/people/{actorId}/facts/"],
                }
            },
            {
                "summaryMemoryStrategy": {
                    "name": "summaries",
                    "namespaces": ["/people/{actorId}/summaries/{sessionId}/"],
                }
            },
            {
                "userPreferenceMemoryStrategy": {
                    "name": "preferences",
                    "namespaces": ["/people/{actorId}/preferences/"],
                }
            },
        ],
    )["memory"]
    role = _memory_role(aws, memory["arn"])
    runtime = control.create_agent_runtime(
        agentRuntimeName="bizassist",
        agentRuntimeArtifact={
            "containerConfiguration": {
                "containerUri": "000000000000.dkr.ecr.us-east-1.amazonaws.com/bizassist-agent:local"
            }
        },
        roleArn=role,
        networkConfiguration={"networkMode": "PUBLIC"},
        platformVersion="V2",
    )["agentRuntimeArn"]
    return {"memory_id": memory["id"], "memory_role_arn": role, "runtime_arn": runtime}


def _memory_role(aws: boto3.Session, memory_arn: str) -> str:
    """The role an agent assumes with the session tag ``sub`` before it touches anyone's memory."""
    iam = aws.client("iam")
    account = memory_arn.split(":")[4]
    sub = "${aws:PrincipalTag/sub}"
    role = iam.create_role(
        RoleName="bizassist-memory",
        AssumeRolePolicyDocument=_policy(
            {
                "Effect": "Allow",
                "Principal": {"AWS": f"arn:aws:iam::{account}:root"},
                "Action": ["sts:AssumeRole", "sts:TagSession"],
            }
        ),
    )["Role"]["Arn"]
    own = f"/people/{sub}/*"
    events = ["CreateEvent", "GetEvent", "DeleteEvent", "ListEvents", "ListSessions"]
    records = ["ListMemoryRecords", "RetrieveMemoryRecords"]
    # These two name their record's namespace, which AWS may not compare. Batch calls name none.
    single = ["GetMemoryRecord", "DeleteMemoryRecord"]
    iam.put_role_policy(
        RoleName="bizassist-memory",
        PolicyName="own-memory",
        PolicyDocument=_policy(
            _own(memory_arn, events, {"StringEquals": {"bedrock-agentcore:actorId": sub}}),
            _own(memory_arn, records, {"StringLike": {"bedrock-agentcore:namespace": own}}),
            _own(memory_arn, single, {"StringLikeIfExists": {"bedrock-agentcore:namespace": own}}),
            _own(memory_arn, records, {"StringLike": {"bedrock-agentcore:namespacePath": own}}),
        ),
    )
    return str(role)


def _own(memory: str, actions: Iterable[str], condition: dict[str, Any]) -> dict[str, Any]:
    return {
        "Effect": "Allow",
        "Action": [f"bedrock-agentcore:{action}" for action in actions],
        "Resource": memory,
        "Condition": condition,
    }


def _policy(*statements: dict[str, Any]) -> str:
    return json.dumps({"Version": "2012-10-17", "Statement": statements})
