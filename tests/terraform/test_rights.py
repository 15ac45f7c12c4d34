"""The roles: what our code calls it may call, and no role may do more than it needs."""

import ast
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from botocore.session import get_session

from tests.some import some
from tests.terraform.account import ROOT

pytestmark = pytest.mark.timeout(400)

# What a client is called in our code, its name in boto3, its prefix in IAM.
CLIENTS = {
    "cognito": ("cognito-idp", "cognito-idp"),
    "control": ("bedrock-agentcore-control", "bedrock-agentcore"),
    "dynamodb": ("dynamodb", "dynamodb"),
    "kms": ("kms", "kms"),
    "s3": ("s3", "s3"),
    "sqs": ("sqs", "sqs"),
    "ssm": ("ssm", "ssm"),
    "sts": ("sts", "sts"),
}
CHAT = (
    *(
        ROOT / "bizassist" / name
        for name in ("service.py", "admin_pages.py", "deployment/setup_checks.py")
    ),
    *(file for file in (ROOT / "bots").rglob("*.py") if not file.name.startswith("kept_")),
    *(ROOT / "identity").rglob("*.py"),
)
# What is done as the role that exports and erases.
PERSONAL_DATA = tuple((ROOT / "bots" / "personal_data").glob("kept_*.py"))
AGENT = tuple((ROOT / "agent").rglob("*.py"))
# Cognito judges these by the token in them.
WITHOUT_A_RIGHT = {"cognito-idp:GetTokensFromRefreshToken", "cognito-idp:RevokeToken"}
# Needed by what AWS does for a call of ours, or called by a name of its own.
INDIRECT = {"ssm:GetParametersByPath", "sts:TagSession"}
# Done by commands, with the rights of whoever runs them: the doctor, and indexing policies.
OF_THE_DOCTOR = {"bedrock-agentcore:GetAgentRuntime"}
OF_INDEXING = {"s3:PutObject"}
# What may be done with the files that people attach.
UPLOADS = {"s3:DeleteObject", "s3:GetObject", "s3:PutObject"}
# What AgentCore, X-Ray and Bedrock's library need for the agent beside our own calls.
OF_THE_RUNTIME = {
    "bedrock:InvokeModel",
    "bedrock:InvokeModelWithResponseStream",
    "cloudwatch:PutMetricData",
    "ecr:BatchGetImage",
    "ecr:GetAuthorizationToken",
    "ecr:GetDownloadUrlForLayer",
    "kms:Decrypt",
    "kms:Encrypt",
    "logs:CreateLogGroup",
    "logs:CreateLogStream",
    "logs:DescribeLogGroups",
    "logs:DescribeLogStreams",
    "logs:PutLogEvents",
    "ssm:GetParametersByPath",
    "sts:TagSession",
    "xray:GetSamplingRules",
    "xray:GetSamplingTargets",
    "xray:PutSpans",
    "xray:PutSpansForIndexing",
    "xray:PutTelemetryRecords",
    "xray:PutTraceSegments",
}
OF_A_FUNCTION = {
    "kms:Decrypt",
    "logs:CreateLogStream",
    "logs:PutLogEvents",
    "xray:PutTelemetryRecords",
    "xray:PutTraceSegments",
}
# Where an action isn't called as its operation.
ACTIONS = {"ListObjectsV2": "s3:ListBucket", "ListObjectVersions": "s3:ListBucketVersions"}
# IAM's service reference knows no resource for these; a metric's namespace is a condition.
EVERYWHERE = {
    "cloudwatch:PutMetricData",
    "xray:GetSamplingRules",
    "xray:GetSamplingTargets",
    "xray:PutSpans",
    "xray:PutSpansForIndexing",
    "ecr:GetAuthorizationToken",
    "xray:PutTelemetryRecords",
    "xray:PutTraceSegments",
}


def test_the_chat_service_may_do_what_it_does_and_nothing_else(plan: dict[str, Any]) -> None:
    may = granted(plan, "module.bots.aws_iam_role_policy.task")
    assert may - INDIRECT - UPLOADS == called(*CHAT) - WITHOUT_A_RIGHT - UPLOADS - OF_THE_DOCTOR
    assert may >= INDIRECT | UPLOADS


def test_the_agent_may_do_what_it_does_and_nothing_else(plan: dict[str, Any]) -> None:
    may = granted(plan, "module.agentcore.aws_iam_role_policy.runtime")
    assert may - OF_THE_RUNTIME == called(*AGENT) - OF_INDEXING
    assert may >= OF_THE_RUNTIME
    # Nobody's memory: that is what the memory role is assumed for.
    assert not [action for action in some(may) if action.startswith("bedrock-agentcore:")]


def test_whoever_exports_and_erases_may_do_that_and_nothing_else(plan: dict[str, Any]) -> None:
    may = granted(plan, "module.bots.aws_iam_role_policy.personal_data")
    of_versions = {"kms:Decrypt", "s3:DeleteObjectVersion"}
    assert may == called(*PERSONAL_DATA) | of_versions


def test_a_function_may_do_what_its_target_does_and_nothing_else(plan: dict[str, Any]) -> None:
    needs = {
        "warranty": called(ROOT / "gateway_tools" / "warranty_table.py"),
        "search": {"bedrock-agentcore:InvokeWebSearch"},
    }
    for target, actions in needs.items():
        may = granted(plan, f'module.gateway_tools.aws_iam_role_policy.tools["{target}"]')
        assert actions
        assert may - OF_A_FUNCTION == actions


def test_every_right_names_its_resource(plan: dict[str, Any]) -> None:
    assert unnamed(plan) <= EVERYWHERE
    assert {"xray:PutTraceSegments", "ecr:GetAuthorizationToken"} <= unnamed(plan)


def test_a_right_to_everything_is_noticed(plan: dict[str, Any]) -> None:
    mistake = {"Effect": "Allow", "Action": ["s3:GetObject"], "Resource": ["*"]}
    policy = {"address": "x", "type": "aws_iam_role_policy"}
    values = {"values": {"policy": json.dumps({"Statement": mistake})}}
    root = {"root_module": {"resources": [{**policy, **values}]}}

    assert not unnamed({"planned_values": root}) <= EVERYWHERE


def unnamed(plan: dict[str, Any]) -> set[str]:
    """The actions that some role may do to anything."""
    return {
        action
        for policy in statements(plan).values()
        for statement in policy
        for action in listed(statement["Action"])
        if statement["Effect"] == "Allow" and "*" in listed(statement["Resource"])
    }


def statements(plan: dict[str, Any]) -> dict[str, list[dict[str, Any]]]:
    """The statements of every role's policy, by the policy's address."""
    return {
        resource["address"]: listed(json.loads(resource["values"]["policy"])["Statement"])
        for resource in _resources(plan["planned_values"]["root_module"])
        if resource["type"] == "aws_iam_role_policy"
    }


def listed(value: Any) -> list[Any]:
    """IAM writes a list of one without its brackets."""
    return value if isinstance(value, list) else [value]


def _resources(module: dict[str, Any]) -> Iterator[dict[str, Any]]:
    yield from module.get("resources", [])
    for child in module.get("child_modules", []):
        yield from _resources(child)


def granted(plan: dict[str, Any], policy: str) -> set[str]:
    """The actions of a policy by its address."""
    return {action for one in statements(plan)[policy] for action in listed(one["Action"])}


def called(*files: Path) -> set[str]:
    """The IAM actions of every call that these files make."""
    session = get_session()
    methods = {
        client: {
            _snake(name): ACTIONS.get(name, f"{prefix}:{name.removesuffix('Batch')}")
            for name in session.get_service_model(service).operation_names
        }
        for client, (service, prefix) in CLIENTS.items()
    }
    return {
        methods[client][method]
        for file in files
        for client, method in _calls(ast.parse(file.read_text()))
        if method in methods[client]
    }


def _calls(tree: ast.Module) -> Iterator[tuple[str, str]]:
    """``self._dynamodb.get_item`` and ``dynamodb.get_paginator("query")`` as client and method."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Attribute) and (client := _client(node.value)):
            yield client, node.attr
        if (
            isinstance(node, ast.Call)
            and isinstance(node.func, ast.Attribute)
            and node.func.attr == "get_paginator"
            and (client := _client(node.func.value))
            and isinstance(node.args[0], ast.Constant)
        ):
            yield client, str(node.args[0].value)


def _client(node: ast.expr) -> str | None:
    name = getattr(node, "attr", getattr(node, "id", "")).lstrip("_")
    return name if name in CLIENTS else None


def _snake(operation: str) -> str:
    return "".join(f"_{letter.lower()}" if letter.isupper() else letter for letter in operation)[1:]
