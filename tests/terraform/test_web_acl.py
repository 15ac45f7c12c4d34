"""The web ACL: chats, files, Slack and Teams pass; what reads bodies only counts."""

import re
from pathlib import Path
from typing import Any

import hcl2
import pytest

from bots.limits.request_bodies import LARGEST, largest_body
from tests.conftest import ROOT
from tests.some import some
from tests.terraform.account import Account

# Rules that judge bodies, by group (AWS WAF Developer Guide, "Baseline rule groups").
JUDGE_BODIES = {
    "AWSManagedRulesCommonRuleSet": {
        "CrossSiteScripting_BODY",
        "EC2MetaDataSSRF_BODY",
        "GenericLFI_BODY",
        "GenericRFI_BODY",
        "SizeRestrictions_BODY",
    },
    "AWSManagedRulesKnownBadInputsRuleSet": {
        "JavaDeserializationRCE_BODY",
        "Log4JRCE_BODY",
        "ReactJSRCE_BODY",
    },
    "AWSManagedRulesAmazonIpReputationList": set[str](),
}
# Routes whose bodies may have more than 8 KB: events, a client's whole conversation, questions and
# their files, a comment of a thousand characters as a form writes it, a policy, 200 channels.
LONG = {
    "/slack/commands",
    "/slack/events",
    "/slack/interactions",
    "/api/messages",
    "/agui",
    "/chat/{conversation}",
    "/chat/{conversation}/{turn}/feedback",
    "/admin/rights",
    "/admin/workspaces/settings",
}


@pytest.fixture
def acl(plan: dict[str, Any]) -> dict[str, Any]:
    (found,) = (
        change["change"]["after"]
        for change in plan["resource_changes"]
        if change["type"] == "aws_wafv2_web_acl"
    )
    return dict(found)


def test_rules_that_judge_bodies_only_count(acl: dict[str, Any]) -> None:
    counted: dict[str, set[str]] = {}
    statements = [rule["statement"][0]["managed_rule_group_statement"] for rule in acl["rule"]]
    for (group,) in some([one for one in statements if one]):
        # One that did anything else than to count would have no name here.
        counted[group["name"]] = {
            one["action_to_use"][0]["count"] and one["name"]
            for one in group["rule_action_override"]
        }
    assert counted == JUDGE_BODIES


def test_no_sample_of_a_request_is_kept(acl: dict[str, Any]) -> None:
    configurations = [*acl["visibility_config"]]
    configurations += [one for rule in acl["rule"] for one in rule["visibility_config"]]
    assert {one["sampled_requests_enabled"] for one in some(configurations)} == {False}


def test_long_bodies_pass_where_they_are_expected_and_nowhere_else(sources: Path) -> None:
    parsed = hcl2.loads((sources / "modules" / "web_acl" / "variables.tf").read_text())
    (long,) = [one for one in parsed["variable"] if '"long_bodies"' in one]
    pattern = long['"long_bodies"']["default"].strip('"')
    routes = (ROOT / "tests" / "data" / "routes.txt").read_text().splitlines()
    posts = {line.split()[1] for line in routes if line.startswith("POST ")}
    let_through = {
        path for path in some(posts) if re.search(pattern, re.sub(r"\{\w+\}", "x1", path))
    }
    assert posts >= LONG
    # What the service itself lets be longest is among them.
    longest = {path for path in some(posts) if largest_body(path) > LARGEST}
    assert set(some(longest)) <= LONG
    assert let_through == LONG


def test_it_stands_before_the_load_balancer(account: Account) -> None:
    waf, elb = account.client("wafv2"), account.client("elbv2")
    (balancer,) = elb.describe_load_balancers()["LoadBalancers"]
    found = waf.get_web_acl_for_resource(ResourceArn=balancer["LoadBalancerArn"])
    assert found["WebACL"]["Name"] == "bizassist"
