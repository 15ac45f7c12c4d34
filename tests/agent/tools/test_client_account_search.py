"""A client's account is found however it is spelled; who asks decides how much of it is shown."""

import json
import logging
from typing import Any

import pytest

from agent.authorization.rights import Rights
from agent.request.audience import Audience, RunAudience
from agent.request.caller import Caller
from agent.tools.client_account_search import FIELDS, ClientAccounts
from tests.agent.local_agent import Answer, Cloud, ask

CONTOSO, FABRIKAM, NORTHWIND = "C-1001", "C-1002", "C-1003"


class Table:
    """A client of DynamoDB that has one table and counts how often it is read."""

    def __init__(self, *rows: dict[str, str]) -> None:
        self.rows, self.reads = rows, 0

    def client(self, *_: Any, **__: Any) -> Any:
        return self

    def get_paginator(self, _: str) -> Any:
        return self

    def paginate(self, **_: Any) -> Any:
        self.reads += 1
        return [{"Items": [{k: {"S": v} for k, v in row.items()} for row in self.rows]}]


def clients(*names: str) -> ClientAccounts:
    rows = [{"client_id": f"C-{place}", "name": name} for place, name in enumerate(names)]
    table: Any = Table(*rows)
    return ClientAccounts("clients", table)


def result(answer: Answer) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(answer.one("TOOL_CALL_RESULT")["content"])
    return found


@pytest.mark.parametrize(
    ("question", "client"),
    [
        ("Look up the client Contoso Retail", CONTOSO),
        ("What plan is the client Fabrikam Logistics on?", FABRIKAM),
        ("Is the account of Northwind suspended?", NORTHWIND),
        ("client account C-1002", FABRIKAM),
        ("Show me client c-1003", NORTHWIND),
        ("look up client account contosso", CONTOSO),
        ("Find the customer account Fabricam", FABRIKAM),
        ("Who is the account manager of Northwnd Foods?", NORTHWIND),
    ],
)
async def test_it_is_found_by_id_or_by_name_with_mistakes(
    runtime: str, cloud: Cloud, question: str, client: str
) -> None:
    answer = await ask(runtime, cloud.tokens["admin"], question)

    assert answer.one("TOOL_CALL_START")["toolCallName"] == "look_up_client_account"
    assert result(answer)["client_id"] == client
    assert set(result(answer)) == set(FIELDS)
    assert "{" not in answer.text


async def test_a_person_sees_what_the_policy_lets_them_see(
    runtime: str, cloud: Cloud, caplog: pytest.LogCaptureFixture
) -> None:
    with caplog.at_level(logging.WARNING, "agent.authorization.rights"):
        answer = await ask(runtime, cloud.tokens["alice"], "Look up the client Contoso")

    shown = result(answer)
    assert set(shown) == {"client_id", "name", "status", "plan", "not_shown"}
    assert "accounts@contoso.example" not in str(answer.events)
    assert "@" not in answer.text
    assert "don't have the right to see: email and account manager" in answer.text
    (audit,) = [
        entry.getMessage() for entry in caplog.records if entry.name == "agent.authorization.rights"
    ]
    assert cloud.subjects["alice"] in audit
    assert audit.split()[1].rstrip(":") in answer.text
    assert "Contoso" not in audit


async def test_who_may_not_see_an_email_cannot_find_out_by_it_either(
    runtime: str, cloud: Cloud, caplog: pytest.LogCaptureFixture
) -> None:
    question = "Look up the client account of accounts@contoso.example"
    with caplog.at_level(logging.WARNING, "agent.authorization.rights"):
        hers = await ask(runtime, cloud.tokens["alice"], question)
        his = await ask(runtime, cloud.tokens["admin"], question)

    assert hers.text.startswith("You don't have the right to see that.")
    assert "Contoso Retail" not in str(hers.events)
    assert result(his)["client_id"] == CONTOSO
    (audit,) = [
        entry.getMessage() for entry in caplog.records if entry.name == "agent.authorization.rights"
    ]
    assert "contoso" not in audit
    assert "refused look_up_client_account" in audit


async def test_an_unknown_client_is_a_plain_sentence(runtime: str, cloud: Cloud) -> None:
    answer = await ask(runtime, cloud.tokens["alice"], "Look up the client Zzyzx")

    assert answer.text.startswith("No client account fits that.")


def test_a_word_that_many_names_share_finds_none_of_them() -> None:
    many = clients("Alpha Logistics", "Beta Logistics", "Gamma Logistics", "Delta Foods")

    assert many.find("the logistics client", by_email=True) == []
    found = many.find("beta logistics", by_email=True)
    assert [account["name"] for account in found] == ["Beta Logistics"]


def test_two_that_fit_alike_are_both_shown() -> None:
    alike = clients("Contoso Retail", "Contoso Finance", "Fabrikam Logistics")
    found = alike.find("contoso, retail or finance", by_email=True)

    assert {account["name"] for account in found} == {"Contoso Retail", "Contoso Finance"}


def test_the_table_is_read_once_a_minute() -> None:
    table: Any = Table({"client_id": "C-1", "name": "One"})
    shared = ClientAccounts("clients", table)
    for _ in range(3):
        shared.find("One", by_email=True)

    assert table.reads == 1


def test_a_field_that_the_policy_does_not_name_is_seen_by_administrators_only() -> None:
    user, admin = Caller("a", frozenset({"bizassist-users"})), frozenset({"bizassist-admins"})

    alone = RunAudience(Audience.ALONE)

    assert Rights(user, alone).may_see("ClientField", "plan")
    assert not Rights(user, alone).may_see("ClientField", "credit_limit")
    assert not Rights(user, alone).may_see("OtherField", "plan")
    assert Rights(Caller("b", admin), alone).may_see("ClientField", "credit_limit")
    assert not Rights(Caller("b", admin), alone).may_see("OtherField", "plan")
