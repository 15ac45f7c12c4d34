"""The module ``agentcore`` fits two AWS providers, the local stack, and the tools' schemas."""

import json
import re
from pathlib import Path
from typing import Any

import boto3
import pytest
from botocore.session import get_session
from mcp_types.version import KNOWN_PROTOCOL_VERSIONS

from tests.conftest import ROOT, Stack
from tests.some import some
from tests.terraform.provider_hcl import (
    AGENTCORE,
    OVERRIDE,
    Sources,
    faults,
    parsed,
    provider_schema,
    resources,
)

MODULE = ROOT / "terraform" / "modules" / "agentcore"
SCHEMAS = ROOT / "gateway_tools" / "schemas"
_RESOURCE = re.compile(r'^resource "aws_bedrockagentcore_.*?^\}\n', re.MULTILINE | re.DOTALL)
OLDEST, NEWEST = "6.25", "6.62"


def sources() -> dict[str, str]:
    return {path.name: path.read_text("utf-8") for path in sorted(MODULE.glob("*.tf"))}


def without_override() -> dict[str, str]:
    """What remains for providers that are older than the override wants."""
    return {name: text for name, text in sources().items() if not name.endswith(OVERRIDE)}


@pytest.mark.parametrize(
    ("version", "files"), [(OLDEST, without_override()), (NEWEST, sources())], ids=[OLDEST, NEWEST]
)
def test_the_provider_takes_every_attribute_and_misses_none(
    version: str, files: dict[str, str]
) -> None:
    declared = {type_ for type_, _, _ in resources(parsed(files))}
    assert faults(files, provider_schema(version)) == []
    known = {type_ for type_ in provider_schema(version) if type_.startswith(AGENTCORE)}
    assert declared >= known, "each of these resources is in use"


@pytest.mark.parametrize(
    ("file", "was", "becomes", "fault"),
    [
        ("main.tf", "container_uri = ", "container_url = ", "container_url: is unknown"),
        ("main.tf", "container_uri = var.image.uri", "", "container_uri: is missing"),
        ("main.tf", "role_arn           = aws", "role = aws", ".role: is unknown"),
        ("main.tf", "allowed_clients = [", "allowed_scopes = [", "allowed_scopes: is unknown"),
        ("main.tf", "protocol_configuration {", "protocols {", ".protocols: is unknown"),
        ("main.tf", "protocol_configuration {", "protocol_configuration = {", "is a block"),
        ("main.tf", "network_configuration {", "timeouts {", "network_configuration is missing"),
        ("main.tf", '"network_mode_config"', '"vpc"', ".vpc: is unknown"),
        ("main.tf", '_agent_runtime_endpoint"', '_endpoint"', "there is no such resource"),
        ("gateway.tf", "required    = contains(try(tool", "need = contains(try(tool", ".need"),
        ("gateway.tf", "lambda_arn = ", "arn = ", "lambda_arn: is missing"),
        (
            "memory.tf",
            'namespaces = ["/people/{actorId}/facts',
            'namespace = ["/people/{actorId}/facts',
            "namespaces: is missing",
        ),
        ("parameters.tf", "this.gateway_url", "this.url", "has no attribute url"),
        ("memory.tf", "var.event_expiry_days", "var.expiry", "var.expiry: is not declared"),
        ("main.tf", "var.image.uri", "var.image.url", "var.image.url: is not declared"),
        ("roles.tf", "local.models)", "local.model)", "local.model: is not declared"),
        ("main.tf", "[aws_iam_role_policy.runtime", "[aws_iam_role_policy.run", "run: is not decl"),
    ],
)
def test_a_slip_in_the_module_is_seen(file: str, was: str, becomes: str, fault: str) -> None:
    files = without_override()
    assert was in files[file]
    files[file] = files[file].replace(was, becomes, 1)
    assert any(fault in line for line in faults(files, provider_schema(OLDEST)))


def test_the_override_is_not_for_older_providers() -> None:
    refused = faults(sources(), provider_schema(OLDEST))
    assert [line.partition("custom_jwt_authorizer.")[2] for line in sorted(refused)] == [
        "custom_claim: is unknown",
        "allowed_scopes: is unknown",
    ]


def test_the_override_demands_the_group_and_the_scope_and_loses_nothing() -> None:
    before, after = _authorizers(without_override()), _authorizers(sources())
    assert len(before) == 2
    for type_, authorizer in some(before.items()):
        assert authorizer.items() <= after[type_].items()

    (claim,) = after["aws_bedrockagentcore_agent_runtime"]["custom_claim"]
    (match,) = claim["authorizing_claim_match_value"]
    (value,) = match["claim_match_value"]
    assert claim["inbound_token_claim_name"] == '"cognito:groups"'
    assert match["claim_match_operator"] == '"CONTAINS"'
    assert value["match_value_string"] == "${var.identity.users_group}"
    assert after["aws_bedrockagentcore_gateway"]["allowed_scopes"] == ["${var.identity.m2m_scope}"]


def _authorizers(files: Sources) -> dict[str, Any]:
    return {
        type_: body["authorizer_configuration"][0]["custom_jwt_authorizer"][0]
        for type_, _, body in resources(parsed(files))
        if "authorizer_configuration" in body
    }


@pytest.mark.parametrize(
    ("attribute", "shape"),
    [
        ("authorizer_type", "AuthorizerType"),
        ("claim_match_operator", "ClaimMatchOperatorType"),
        ("inbound_token_claim_value_type", "InboundTokenClaimValueType"),
        ("network_mode", "NetworkMode"),
        ("protocol_type", "GatewayProtocolType"),
        ("type", "MemoryStrategyType"),
    ],
)
def test_a_fixed_value_is_one_that_aws_knows(attribute: str, shape: str) -> None:
    """A schema says nothing about values; the service's own model does."""
    known = get_session().get_service_model("bedrock-agentcore-control").shape_for(shape)
    text = "".join(_RESOURCE.findall("".join(sources().values())))
    given = re.findall(rf"^ *{attribute} *= (.*)$", text, re.MULTILINE)
    values = {value for line in given for value in re.findall(r'"([A-Z_]+)"', line)}
    assert values
    assert values <= set(known.metadata["enum"])


def test_the_memory_role_may_do_what_the_local_one_may(aws: boto3.Session) -> None:
    local = aws.client("iam").get_role_policy(RoleName="bizassist-memory", PolicyName="own-memory")
    document: Any = local["PolicyDocument"]
    document = json.loads(document) if isinstance(document, str) else document
    assert _written() == [
        {
            "actions": sorted(statement["Action"]),
            "conditions": {
                test: {key: sorted([value] if isinstance(value, str) else value)}
                for test, compared in statement["Condition"].items()
                for key, value in compared.items()
            },
        }
        for statement in document["Statement"]
    ]


def _written() -> list[dict[str, Any]]:
    """The statements of the module's memory role, its locals put in their places."""
    (file,) = parsed({"memory_role.tf": (MODULE / "memory_role.tf").read_text("utf-8")})
    (values,) = file["locals"]
    sub = values["sub"].strip('"').replace("$$", "$")
    own = values["own_namespace"].strip('"').replace("${local.sub}", sub)
    known = {"${local.own_namespace}": own, "${local.sub}": sub}
    statements = next(
        body["statement"] for _, name, body in resources([file], "data") if name == "own_memory"
    )
    for statement in some(statements):
        assert statement["resources"] == ["${aws_bedrockagentcore_memory.this.arn}"]
    return [
        {
            "actions": sorted(action.strip('"') for action in statement["actions"]),
            "conditions": {
                condition["test"].strip('"'): {
                    condition["variable"].strip('"'): sorted(
                        known[value] for value in condition["values"]
                    )
                }
                for condition in statement["condition"]
            },
        }
        for statement in statements
    ]


def test_the_strategies_are_those_of_the_local_stack(stack: Stack, aws: boto3.Session) -> None:
    memory = aws.client("bedrock-agentcore-control").get_memory(
        memoryId=stack.parameters["memory_id"]
    )["memory"]
    local = {one["name"]: list(one["namespaces"]) for one in memory["strategies"]}
    written = {
        body["name"].strip('"'): [namespace.strip('"') for namespace in body["namespaces"]]
        for type_, _, body in resources(parsed(sources()))
        if type_ == "aws_bedrockagentcore_memory_strategy"
    }
    assert written == local


@pytest.mark.parametrize("path", sorted(SCHEMAS.glob("*.json")), ids=lambda path: path.stem)
def test_a_tools_schema_is_no_deeper_than_the_targets_blocks(path: Path) -> None:
    tool = json.loads(path.read_text("utf-8"))
    told = {"type", "description"}
    for argument in some(tool["inputSchema"]["properties"].values()):
        assert set(some(argument)) <= told
    assert set(some(tool["inputSchema"])) <= {
        "type",
        "properties",
        "required",
    }, "anything else would be lost on its way to the Gateway"


def test_the_gateway_speaks_the_newest_version_that_both_ends_know() -> None:
    """What AgentCore Gateway speaks: docs.aws.amazon.com, devguide/gateway-using."""
    aws = ("2025-03-26", "2025-06-18", "2025-11-25", "2026-07-28")
    (gateway,) = [
        body
        for type_, _, body in resources(parsed(sources()))
        if type_ == "aws_bedrockagentcore_gateway"
    ]
    (protocol,) = gateway["protocol_configuration"]
    told = [version.strip('"') for version in protocol["mcp"][0]["supported_versions"]]
    assert max(set(aws) & set(KNOWN_PROTOCOL_VERSIONS)) in told
    assert set(some(told)) <= set(aws)


def test_the_readme_lists_what_goes_in_and_what_comes_out() -> None:
    readme = (MODULE / "README.md").read_text("utf-8")
    files = parsed(sources())
    for kind, heading in (("variable", "## Inputs"), ("output", "## Outputs")):
        table = readme.partition(heading)[2].partition("\n\n## ")[0]
        listed = [line.split("|")[1].strip() for line in table.splitlines() if line[:2] == "| "]
        declared = {name.strip('"') for file in files for one in file.get(kind, []) for name in one}
        whole = [name for name in listed[1:] if "." not in name]
        assert whole == sorted(declared)
