"""Every role against IAM's rules: each call that the product makes is allowed, these aren't."""

import json
from typing import Any

import pytest

from tests.aws_calls.committed import committed_calls
from tests.conftest import ROOT
from tests.some import some
from tests.terraform.simulated_rights import Call, Rights

pytestmark = pytest.mark.timeout(400)
FORBIDDEN = (ROOT / "tests" / "data" / "forbidden_calls.jsonl").read_text().splitlines()
TAGGED = {"aws:RequestTag/sub": "ann", "aws:TagKeys": "sub"}
ANN = {"aws:PrincipalTag/sub": "ann"}
# By whose key a call is judged, where the recorder can't see it.
RECORDS = ("RetrieveMemoryRecords", "ListMemoryRecords", "GetMemoryRecord", "DeleteMemoryRecord")


@pytest.fixture(scope="module")
def rights(plan: dict[str, Any]) -> Rights:
    return Rights(plan)


async def test_every_call_that_the_product_makes_is_allowed(rights: Rights) -> None:
    calls = [Call(*call, context(*call)) for call in some(committed_calls())]

    judged = await rights.judged(calls)

    assert {call: word for call, word in judged.items() if word != "Allowed"} == {}


async def test_what_nobody_may_do_is_denied(rights: Rights) -> None:
    rows = [json.loads(line) for line in FORBIDDEN]
    assert len({(r["role"], r["action"], r["on"]) for r in rows}) >= 60
    calls = [Call(r["role"], r["action"], r["on"], r.get("context", {})) for r in rows]

    judged = await rights.judged(calls)

    assert {call: word for call, word in judged.items() if not word.endswith("Denied")} == {}


async def test_the_judge_allows_what_is_granted(rights: Rights) -> None:
    """Else it would deny for another reason, and every denial would show nothing."""
    own = {**ANN, "bedrock-agentcore:namespace": "/people/ann/summaries/s1/"}
    calls = [
        Call("chat", "dynamodb:PutItem", "table/bizassist-audit"),
        Call("chat", "kms:Decrypt", "key/data", via("dynamodb")),
        Call("agent", "kms:Decrypt", "key/data", via("ssm")),
        Call("agent", "sts:AssumeRole", "role/bizassist-memory", TAGGED),
        Call("memory", "bedrock-agentcore:RetrieveMemoryRecords", "memory", own),
        Call("warranty", "dynamodb:GetItem", "table/bizassist-warranty"),
        Call("gateway", "lambda:InvokeFunction", "function:bizassist-tools-search"),
        Call("starter", "kms:Decrypt", "key/data", via("secretsmanager")),
    ]

    assert set((await rights.judged(calls)).values()) == {"Allowed"}


def test_the_chat_service_has_no_right_to_a_table_that_it_does_not_use(rights: Rights) -> None:
    used = {
        (action, rights.arn(action, on))
        for role, action, on in committed_calls()
        if role == "chat" and action.startswith("dynamodb:")
    }
    granted = {pair for pair in rights.granted("chat") if pair[0].startswith("dynamodb:")}

    assert granted == used


def via(service: str) -> dict[str, str]:
    return {"kms:ViaService": f"{service}.us-east-1.amazonaws.com"}


def context(role: str, action: str, on: str) -> dict[str, str]:
    if action == "sts:AssumeRole":
        return TAGGED
    if role != "memory":
        return {}
    if action.endswith(RECORDS):
        return {**ANN, "bedrock-agentcore:namespace": "/people/ann/facts/"}
    return {**ANN, "bedrock-agentcore:actorId": "ann"}
