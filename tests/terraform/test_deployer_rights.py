"""The deployer's documented policies: enough for what Terraform calls, and no more."""

import json
from typing import Any

import pytest

from tests.conftest import ROOT
from tests.some import some
from tests.terraform.account import REGION, Account
from tests.terraform.simulated_rights import ACCOUNT, judged_by_iam

pytestmark = pytest.mark.timeout(400)
FOLDER = ROOT / "docs" / "deployer-policies"
FILLED_IN = {"ACCOUNT": ACCOUNT, "REGION": REGION, "ZONE": "Z0123456789", "STATE-BUCKET": "state"}
MOST = 6_144
"""Characters that a managed policy may have, without white space (IAM quotas)."""
DEPLOYER = f"arn:aws:iam::{ACCOUNT}:role/deployer"
TABLE = f"arn:aws:dynamodb:{REGION}:{ACCOUNT}:table"
ROLE = f"arn:aws:iam::{ACCOUNT}:role"
FORBIDDEN = [
    ("dynamodb:GetItem", f"{TABLE}/bizassist-links"),
    ("dynamodb:Scan", f"{TABLE}/bizassist-audit"),
    ("dynamodb:DeleteTable", f"{TABLE}/payroll"),
    ("s3:GetObject", f"arn:aws:s3:::bizassist-uploads-{ACCOUNT}-{REGION}/file"),
    ("s3:DeleteBucket", "arn:aws:s3:::payroll"),
    (
        "secretsmanager:GetSecretValue",
        f"arn:aws:secretsmanager:{REGION}:{ACCOUNT}:secret:bizassist/slack-a1b2c3",
    ),
    ("sqs:ReceiveMessage", f"arn:aws:sqs:{REGION}:{ACCOUNT}:bizassist-inbox.fifo"),
    ("iam:PutRolePolicy", f"{ROLE}/payroll"),
    ("iam:CreateUser", f"arn:aws:iam::{ACCOUNT}:user/somebody"),
    ("iam:PassRole", f"{ROLE}/payroll"),
    ("lambda:InvokeFunction", f"arn:aws:lambda:{REGION}:{ACCOUNT}:function:bizassist-tools-search"),
    (
        "cognito-idp:AdminCreateUser",
        f"arn:aws:cognito-idp:{REGION}:{ACCOUNT}:userpool/{REGION}_AbCdEfGhI",
    ),
]
NOT_NEEDED = {
    "acm:ImportCertificate",  # for the tests' own load balancer
    "iam:GetUser",  # the provider asks first, and then STS
}
"""What is called here and not granted."""


def documents() -> list[dict[str, Any]]:
    """The policies, filled in as the documentation says."""
    found = []
    for file in sorted(FOLDER.glob("*.json")):
        text = file.read_text()
        for placeholder, value in FILLED_IN.items():
            text = text.replace(placeholder, value)
        found.append(json.loads(text))
    return found


async def judged(calls: list[tuple[str, str]]) -> dict[tuple[str, str], str]:
    """IAM's word for each call of the deployer's."""
    policies = [{"name": str(n), "policy": one} for n, one in enumerate(documents())]
    everybody = {
        "Effect": "Allow",
        "Principal": {"AWS": f"arn:aws:iam::{ACCOUNT}:root"},
        "Action": "kms:*",
        "Resource": "*",
    }
    key = {"resourcePolicy": {"Version": "2012-10-17", "Statement": [everybody]}}
    simulations = [
        {
            "request": {
                "principal": DEPLOYER,
                "action": action,
                "resource": {"resource": resource, "accountId": ACCOUNT},
                "contextVariables": {},
            },
            "identityPolicies": policies,
            **(key if action.startswith("kms:") and resource != "*" else {}),
        }
        for action, resource in calls
    ]
    return dict(zip(calls, await judged_by_iam(simulations), strict=True))


def test_each_fits_into_a_managed_policy() -> None:
    sizes = [len(json.dumps(one, separators=(",", ":"))) for one in some(documents())]
    assert max(sizes) <= MOST


async def test_what_terraform_calls_is_allowed(account: Account) -> None:
    calls = sorted({(action, _resource(action, on)) for action, on in some(account.calls)})
    assert len({action for action, _ in calls}) > 100

    words = await judged(calls)
    unknown = [call for call, word in words.items() if "must.use.wildcard" in word]
    words |= await judged([(action, "*") for action, _ in unknown])

    wrong = {call: word for call, word in words.items() if word != "Allowed"}
    assert wrong.keys() - {*unknown} == {(action, "*") for action in NOT_NEEDED}


def _resource(action: str, on: str) -> str:
    """What AWS judges a call by, where the emulator names something beside it."""
    if action.startswith("ecs:") and action.endswith(("Service", "Services")):
        return f"arn:aws:ecs:{REGION}:{ACCOUNT}:service/bizassist/bizassist-chat"
    if action == "kms:DescribeKey" and ":alias/" in on:
        return f"arn:aws:kms:{REGION}:{ACCOUNT}:key/11111111-2222-3333-4444-555555555555"
    return on


async def test_nothing_of_what_people_keep_can_be_read() -> None:
    words = await judged(FORBIDDEN)
    assert {call: word for call, word in words.items() if not word.endswith("Denied")} == {}
