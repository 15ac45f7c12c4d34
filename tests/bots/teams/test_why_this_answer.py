"""Why an answer is as it is: in the form behind its thumbs, for the person who asked alone."""

import json
from collections.abc import AsyncIterator
from typing import Any

import pytest
from ag_ui.core import CustomEvent, ToolCallArgsEvent
from botocore.exceptions import EndpointConnectionError

from bots.answer.explanation.run_explanation import EXPLANATION
from bots.answer.sources import SOURCE
from bots.teams.outgoing.content.explanation_card import WHY
from tests.bots.receipt import MemoryReceipt
from tests.bots.teams.connector import GROUP, PERSONAL
from tests.bots.teams.edge_client import CLOUD, EdgeClient, edge_client
from tests.bots.teams.teams_client import TeamsClient, text, tool_begins, tool_ends
from tests.bots.teams.test_invokes import BOB, invoke

PLACES = {
    "groupChat": {"id": GROUP, "conversationType": "groupChat"},
    "personal": {"id": PERSONAL, "conversationType": "personal"},
}
EXPLAINED = {
    "tools": [
        {"name": "warranty___check_warranty_status", "status": "ok", "milliseconds": 12},
        {"name": "web___search", "status": "refused", "milliseconds": 0},
    ],
    "memories": [{"kind": "facts", "text": "Has a laptop <at>all</at>"}],
    "trace_id": "0af7651916cd43dd8448eb211c80319c",
}
SOURCES = [
    {"title": "Travel", "section": "3. Hotels", "url": "https://example.com/travel"},
    {"title": "Odd", "section": None, "url": "javascript:alert(1)"},
]


@pytest.fixture
async def edge() -> AsyncIterator[EdgeClient]:
    async with edge_client(CLOUD) as made:
        yield made


async def answered(edge: EdgeClient, teams: TeamsClient, kind: str, explained: Any) -> None:
    """An answer of a run with all that can be told of one."""
    teams.parts = edge.parts
    teams.platform._service = edge.parts.for_teams()
    in_group = kind == "groupChat"
    turn = await teams.turn(teams.accepted_in_group() if in_group else teams.accepted())
    await edge.parts.begun(turn)
    async with teams.platform.reply(turn, MemoryReceipt()) as reply:
        await reply.show(tool_begins())
        await reply.show(ToolCallArgsEvent(tool_call_id="t", delta='{"serial": "LAPTOP-1"}'))
        await reply.show(tool_ends())
        for source in SOURCES:
            await reply.show(CustomEvent(name=SOURCE, value=source))
        await reply.show(text("It is active [1]."))
        await reply.show(CustomEvent(name=EXPLANATION, value=explained))


async def form(edge: EdgeClient, kind: str, **changes: Any) -> Any:
    value = {"actionName": "feedback", "actionValue": {"reaction": "like"}}
    where = {"conversation": PLACES[kind], "replyToId": "1:1"}
    _, body = await invoke(edge, "message/fetchTask", value, **where, **changes)
    return body["task"]


@pytest.mark.parametrize("kind", PLACES)
async def test_the_asker_finds_it_behind_a_button_of_the_form(
    edge: EdgeClient, teams: TeamsClient, kind: str
) -> None:
    await answered(edge, teams, kind, EXPLAINED)
    card = (await form(edge, kind))["value"]["card"]["content"]
    send, why = card["actions"]
    assert (send["type"], why["type"], why["title"]) == ("Action.Submit", "Action.ShowCard", WHY)
    runs = [block["inlines"][0] for block in why["card"]["body"]]
    assert [run["text"] for run in runs] == [
        "Tools",
        "• check warranty status: worked (serial: LAPTOP-1)",
        "• search: not allowed",
        "What I remembered of you",
        "• Has a laptop <at>all</at> (fact)",
        "Sources",
        "[1] Travel, 3. Hotels",
        "[2] Odd",
        "Trace 0af7651916cd43dd8448eb211c80319c, for your administrator.",
    ]
    led = [run["selectAction"]["url"] for run in runs if "selectAction" in run]
    assert led == ["https://example.com/travel"]


async def test_nobody_else_does(edge: EdgeClient, teams: TeamsClient) -> None:
    await answered(edge, teams, "groupChat", EXPLAINED)
    assert (await form(edge, "groupChat", **{"from": BOB}))["type"] == "message"


@pytest.mark.parametrize("letter", ["x", "\N{ELEPHANT}"])
async def test_much_of_it_is_cut_to_what_a_form_takes(
    edge: EdgeClient, teams: TeamsClient, letter: str
) -> None:
    memories = [{"kind": "facts", "text": letter * 5_000}] * 50
    await answered(edge, teams, "groupChat", {**EXPLAINED, "memories": memories})
    task = await form(edge, "groupChat")
    body = task["value"]["card"]["content"]["actions"][1]["card"]["body"]
    assert body[-2]["inlines"][0]["text"] == "…"
    assert len(json.dumps(task)) < 28 * 1024


async def test_without_it_the_form_asks_all_the_same(
    edge: EdgeClient, teams: TeamsClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    await answered(edge, teams, "groupChat", "nothing that can be read")
    assert len((await form(edge, "groupChat"))["value"]["card"]["content"]["actions"]) == 1

    async def unreachable(*_: object) -> None:
        raise EndpointConnectionError(endpoint_url="https://dynamodb")

    monkeypatch.setattr(
        "bots.turn.explanations.kept_explanations.KeptExplanations.read", unreachable
    )
    assert len((await form(edge, "groupChat"))["value"]["card"]["content"]["actions"]) == 1
    # An answer is shown whole where nothing of it can be kept.
    monkeypatch.setattr(
        "bots.turn.explanations.kept_explanations.KeptExplanations.keep", unreachable
    )
    teams.parts.messages.note = unreachable  # type: ignore[method-assign, assignment]
    await answered(edge, teams, "groupChat", EXPLAINED)
    assert teams.connector.texts(GROUP)[-1].startswith("It is active")
