"""The longest name that a deployment may have makes no name that a service refuses."""

import re
from pathlib import Path
from typing import Any

import hcl2
import pytest
from botocore.session import get_session

from tests.some import some

DEPLOYMENT = "bizassist"
LONGEST = "b-z-s-s-s-a-b-c-d-ef"
"""As many letters and dashes as a name may have."""
# Where a service's model has no pattern, what its API page says.
RULES: dict[str, tuple[str, str]] = {
    "aws_acm_certificate": ("domain_name", r".{1,253}"),
    "aws_appautoscaling_policy": ("name", r".{1,256}"),
    "aws_cloudwatch_dashboard": ("dashboard_name", r"[A-Za-z0-9_-]{1,255}"),
    "aws_cloudwatch_log_group": ("name", "logs:LogGroupName"),
    "aws_cloudwatch_log_metric_filter": ("name", "logs:FilterName"),
    "aws_cloudwatch_metric_alarm": ("alarm_name", "cloudwatch:AlarmName"),
    "aws_cognito_resource_server": ("name", "cognito-idp:ResourceServerNameType"),
    "aws_cognito_user_group": ("name", "cognito-idp:GroupNameType"),
    "aws_cognito_user_pool": ("name", "cognito-idp:UserPoolNameType"),
    "aws_cognito_user_pool_client": ("name", "cognito-idp:ClientNameType"),
    "aws_cognito_user_pool_domain": (
        "domain",
        r"(?!.*(aws|amazon|cognito))[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?",
    ),
    "aws_dynamodb_table": ("name", "dynamodb:TableName"),
    "aws_ecr_repository": ("name", "ecr:RepositoryName"),
    "aws_ecs_cluster": ("name", r"[A-Za-z0-9_-]{1,255}"),
    "aws_ecs_service": ("name", r"[A-Za-z0-9_-]{1,255}"),
    "aws_ecs_task_definition": ("family", r"[A-Za-z0-9_-]{1,255}"),
    "aws_iam_role": ("name", r"[\w+=,.@-]{1,64}"),
    "aws_iam_role_policy": ("name", r"[\w+=,.@-]{1,128}"),
    "aws_kms_alias": ("name", "kms:AliasNameType"),
    "aws_lambda_function": ("function_name", r"[a-zA-Z0-9-_]{1,64}"),
    "aws_lambda_layer_version": ("layer_name", r"[a-zA-Z0-9-_]{1,140}"),
    "aws_lambda_permission": ("statement_id", r"[a-zA-Z0-9-_]{1,100}"),
    "aws_lb": ("name", r"(?!internal-)[a-zA-Z0-9](?:[a-zA-Z0-9-]{0,30}[a-zA-Z0-9])?"),
    "aws_lb_target_group": ("name", r"[a-zA-Z0-9](?:[a-zA-Z0-9-]{0,30}[a-zA-Z0-9])?"),
    "aws_s3_bucket": ("bucket", r"(?!xn--|sthree-)[a-z0-9][a-z0-9.-]{1,61}[a-z0-9](?<!-s3alias)"),
    "aws_secretsmanager_secret": ("name", r"[\w/+=.@-]{1,512}"),
    "aws_security_group": ("name", r"(?!sg-)[\w .:/()#,@\[\]+=&;{}!$*-]{1,255}"),
    "aws_sqs_queue": ("name", r"(?=.{1,80}$)[\w-]+(\.fifo)?"),
    "aws_wafv2_web_acl": ("name", r"[A-Za-z0-9_-]{1,80}"),
    "aws_ssm_parameter": ("name", r"/(?!aws|ssm)[\w./-]{1,1010}"),
}
AGENTCORE = {
    "AgentRuntimeName": LONGEST.replace("-", "_"),
    "Name": LONGEST.replace("-", "_"),
    "GatewayName": LONGEST,
    "WorkloadIdentityNameType": LONGEST,
}


def _matches(rule: str, name: str) -> bool:
    """Whether a pattern, or the shape ``service:Shape`` of a service's model, takes a name."""
    service, _, shape = rule.partition(":")
    if not re.fullmatch(r"[a-z-]+:\w+", rule):
        return bool(re.fullmatch(rule, name))
    found = get_session().get_service_model(service).shape_for(shape).metadata
    fits = found.get("min", 0) <= len(name) <= found.get("max", 255)
    # Classes of Unicode, which this library doesn't know; our names have letters alone.
    pattern = re.sub(r"\\p\{\w+\}", r"\\w\\-", found.get("pattern", ".*"))
    return fits and bool(re.fullmatch(pattern, name))


def test_each_service_takes_the_names_of_the_longest_deployment(plan: dict[str, Any]) -> None:
    refused, unknown = [], set()
    for change in some(plan["resource_changes"]):
        after = change["change"]["after"]
        if not isinstance(after, dict):
            continue
        if change["type"] not in RULES:
            values = [after.get(key) for key in ("name", "name_prefix", "alarm_name")]
            if any(DEPLOYMENT in str(value) for value in values):
                unknown.add(change["type"])
            continue
        attribute, rule = RULES[change["type"]]
        name = str(after[attribute] or "").replace(DEPLOYMENT, LONGEST)
        if not _matches(rule, name):
            refused.append((change["address"], name))

    assert (refused, unknown) == ([], set())


@pytest.mark.parametrize("shape", AGENTCORE)
def test_agentcore_takes_them_too(shape: str) -> None:
    assert _matches(f"bedrock-agentcore-control:{shape}", AGENTCORE[shape])


@pytest.mark.parametrize(
    ("name", "taken"),
    [
        (LONGEST, True),
        ("bot", True),
        (LONGEST + "x", False),
        ("my--bot", False),  # AgentCore Gateway: no two dashes
        ("bot-", False),
        ("my-aws-bot", False),  # Cognito's sign-in domain
        ("internal-bot", False),  # a load balancer's name
        ("sg-bot", False),  # a security group's name
        ("Bot", False),
    ],
)
def test_a_name_is_refused_before_a_service_does(name: str, taken: bool, sources: Path) -> None:
    parsed = hcl2.loads((sources / "variables.tf").read_text())
    (variable,) = [one['"name"'] for one in parsed["variable"] if '"name"' in one]
    condition = variable["validation"][0]["condition"]
    patterns = re.findall(r'regex\("(.*?)", var\.name\)', condition)
    whole, forbidden = patterns
    assert "length(var.name) <= 20" in condition
    fits = re.search(whole, name) and len(name) <= 20 and not re.search(forbidden, name)
    assert bool(fits) is taken
