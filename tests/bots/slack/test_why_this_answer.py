"""Why an answer is as it is: told by the menu below it, whole, to the person who asked alone."""

from typing import Any

import pytest
from ag_ui.core import CustomEvent, ToolCallArgsEvent
from botocore.exceptions import EndpointConnectionError
from slack_sdk.models.blocks import Block

from bots.answer.explanation.run_explanation import EXPLANATION
from bots.answer.sources import SOURCE
from bots.platform import ReplyStream, Turn
from bots.slack.outgoing.answer.answer_buttons import EXPLAIN, WHY
from bots.slack.outgoing.answer.final_blocks import final_content
from tests.bots.slack.slack_client import ADMIN, ALICE, ALICE_DM, GENERAL, SlackClient
from tests.bots.slack.test_answer_stream import finished, result, said, tool
from tests.some import some

EXPLAINED = {
    "tools": [
        {"name": "warranty___check_status", "status": "ok", "milliseconds": 12},
        {"name": "web___search", "status": "refused", "milliseconds": 0},
    ],
    "memories": [{"kind": "facts", "text": "Has a laptop <!channel>"}],
    "sources": [{"title": "ignored here", "url": "javascript:x"}],
    "trace_id": "0af7651916cd43dd8448eb211c80319c",
}
SOURCES = [
    {"title": f"Page {number}", "section": None, "url": f"https://example.com/{number}"}
    for number in range(1, 8)
]
TOLD = [
    *("check status: worked", "serial: LAPTOP-2024-001", "search: not allowed"),
    *("Has a laptop", "fact", "[1]", "[7]", "https://example.com/7", "0af7651916cd43dd"),
]


async def run(reply: ReplyStream) -> None:
    await reply.show(tool("check_status"))
    given = '{"serial": "LAPTOP-2024-001"}'
    await reply.show(ToolCallArgsEvent(tool_call_id="t1", delta=given))
    await reply.show(result())
    for source in SOURCES:
        await reply.show(CustomEvent(name=SOURCE, value=source))
    await reply.show(said("It is active."))
    await reply.show(CustomEvent(name=EXPLANATION, value=EXPLAINED))
    await reply.show(finished())


def begin(slack: SlackClient, turn: Turn) -> None:
    """The row of a turn that is being answered."""
    model: Any = slack.parts.explanations._dynamodb
    row = {"turn": {"S": turn.id}, "chat_user": {"S": turn.chat_user.key}}
    model.tables["ledger"].items[turn.id] = row


async def answered(slack: SlackClient, place: str) -> dict[str, Any]:
    """The message with the whole answer; ``/`` before the place means by the command."""

    async def answer(turn: Turn) -> None:
        begin(slack, turn)
        async with slack.platform.reply(turn, slack.receipt(turn.id)) as reply:
            await run(reply)

    channel = place.removeprefix("/")
    if place.startswith("/"):
        await slack.command("Is it active?", channel=channel)
    else:
        await slack.message("@BizAssist Is it active?", channel=channel)
    await slack.work(answer)
    return (await slack.from_us(ALICE, channel))[-1]


def words(modal: dict[str, Any]) -> str:
    return "\n".join(
        part["text"]
        for block in some(modal["blocks"])
        for part in [block.get("text"), *block.get("elements", [])]
        if part
    )


@pytest.mark.parametrize("place", [GENERAL, ALICE_DM, f"/{GENERAL}"])
async def test_the_asker_is_told_all_of_it(slack: SlackClient, place: str) -> None:
    message = await answered(slack, place)
    assert [one["text"] for one in message["buttons"]][-1] == WHY
    assert await slack.click(ALICE, place.removeprefix("/"), message["ts"], EXPLAIN) == 200
    told = words(await slack.modal(ALICE))
    assert [one for one in TOLD if one not in told] == []
    assert "javascript" not in told
    modal = await slack.modal(ALICE)
    for block in some(modal["blocks"]):
        Block.parse(block).validate_json()  # type: ignore[union-attr]
        plain = block.get("text", {}).get("type") != "mrkdwn"
        assert plain or "<!" not in block["text"]["text"]
    assert await slack.modal(ADMIN) == {}


async def test_nobody_else_is_told(slack: SlackClient) -> None:
    message = await answered(slack, GENERAL)
    assert await slack.click(ADMIN, GENERAL, message["ts"], EXPLAIN) == 200
    assert words(await slack.modal(ADMIN)).startswith("Only the person who asked")
    assert await slack.modal(ALICE) == {}


async def test_what_is_not_kept_any_more_is_said(slack: SlackClient) -> None:
    message = await answered(slack, GENERAL)
    model: Any = slack.parts.explanations._dynamodb
    model.tables["ledger"].items.clear()
    await slack.click(ALICE, GENERAL, message["ts"], EXPLAIN)
    assert "ask again" in words(await slack.modal(ALICE))


async def test_an_answer_is_shown_where_its_explanation_can_not_be_kept(
    slack: SlackClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def down(*_: Any) -> None:
        raise EndpointConnectionError(endpoint_url="https://kms.example")

    monkeypatch.setattr(slack.parts.explanations, "keep", down)
    monkeypatch.setattr(slack.parts.explanations, "read", down)
    message = await answered(slack, GENERAL)
    assert "It is active." in message["text"]
    await slack.click(ALICE, GENERAL, message["ts"], EXPLAIN)
    assert "try again" in words(await slack.modal(ALICE))


async def test_much_of_it_fits_a_modal_and_a_row(slack: SlackClient) -> None:
    async def answer(turn: Turn) -> None:
        begin(slack, turn)
        async with slack.platform.reply(turn, slack.receipt(turn.id)) as reply:
            many = [{"name": "web___search"}] * 50
            memories = [{"kind": "facts", "text": "<&>" * 800}] * 50
            await reply.show(said("Yes."))
            value = {"tools": many, "memories": memories}
            await reply.show(CustomEvent(name=EXPLANATION, value=value))
            await reply.show(finished())

    await slack.message("@BizAssist Is it active?", channel=GENERAL)
    await slack.work(answer)
    [message] = await slack.from_us(ALICE, GENERAL)
    await slack.click(ALICE, GENERAL, message["ts"], EXPLAIN)
    assert len((await slack.modal(ALICE))["blocks"]) > 30


def test_a_turn_whose_id_no_option_carries_has_no_menu() -> None:
    blocks = final_content("Yes.", judged=f"slack:{'1' * 150}")["blocks"]
    assert [block["type"] for block in blocks] == ["markdown", "context_actions"]
