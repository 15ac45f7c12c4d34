"""Approval in Slack: asked of the asker alone, decided by their click, once, and in time."""

import json
from collections.abc import Sequence
from typing import Any
from urllib.parse import urlencode

import pytest
from ag_ui.core import BaseEvent, Interrupt, RunFinishedEvent, RunFinishedInterruptOutcome

from bots.platform import Answer, Audience, Turn
from bots.turn.decision_and_stop import Decided
from identity.people import ChatUser
from tests.bots.slack.slack_client import ADMIN, ALICE, ALICE_DM, GENERAL, SlackClient
from tests.bots.slack.test_endpoint import send, signed
from tests.bots.slack.test_strict_slack import answering

WAITING = [
    Interrupt(
        id="i-1",
        reason="tool_call",
        message="It shows which devices a customer has.",
        metadata={
            "tool_name": "warranty___find_serial_numbers",
            "tool_input": {"customer_email": "<!channel> *a*@example.com"},
        },
    )
]
REFUSED = "You didn't approve this, so it isn't done: find serial numbers."


def asking(slack: SlackClient, turns: list[Turn], waiting: Sequence[Interrupt] = WAITING) -> Answer:
    async def answer(turn: Turn) -> None:
        turns.append(turn)
        await slack.platform.ask_approval(turn, waiting)
        await slack.platform.ask_approval(turn, waiting)  # a redelivery finds it there

    return answer


async def asked(slack: SlackClient, question: str = "Which?", channel: str = ALICE_DM) -> Any:
    """The message with the buttons, and the turn that asks by it."""
    turns: list[Turn] = []
    await slack.message(question, channel=channel)
    await slack.work(asking(slack, turns))
    (message,) = [one for one in await slack.from_us(ALICE, ALICE_DM) if one["buttons"]]
    return message, turns[0]


async def test_the_asker_reads_what_would_be_done_and_with_which_values(
    slack: SlackClient,
) -> None:
    message, _ = await asked(slack)

    assert [one["text"] for one in message["buttons"]] == ["Approve", "Don't"]
    assert "Find serial numbers needs your approval." in message["text"]
    assert "It shows which devices a customer has." in message["text"]
    assert "customer email: <!channel> *a*@example.com" in message["text"]  # as it is, and inert
    assert message["mentions"] == []


async def test_in_a_channel_only_the_asker_is_asked(slack: SlackClient) -> None:
    await asked(slack, "@BizAssist Which?", GENERAL)

    assert await slack.from_us(ADMIN, GENERAL) == []
    assert await slack.from_us(ALICE, GENERAL) == []


@pytest.mark.parametrize(
    ("button", "decision", "said"),
    [
        ("approve_call", "approve", "You approved this: find serial numbers."),
        (
            "refuse_call",
            "refuse",
            REFUSED,
        ),
    ],
)
async def test_a_click_decides_and_the_answer_goes_on_where_it_was_asked(
    slack: SlackClient, button: str, decision: Any, said: str
) -> None:
    message, turn = await asked(slack)
    slack.stands = Decided(decision, ("i-1",))
    await slack.click(ALICE, ALICE_DM, message["ts"], button)
    await slack.click(ALICE, ALICE_DM, message["ts"], button)

    assert slack.decisions == [(turn.id, ChatUser("slack", "T0NORTHWND", ALICE), decision)] * 2
    assert len({one.event_id for one in slack.inbox}) == 1  # the inbox drops the second
    del slack.inbox[1:]
    turns: list[Turn] = []
    await slack.work(answering(slack, "LAPTOP-2024-001", turns))
    (goes_on,) = turns
    assert goes_on.resume == slack.stands.resume()
    assert (goes_on.conversation, goes_on.chat_user) == (turn.conversation, turn.chat_user)
    assert goes_on.audience is Audience.ALONE
    assert goes_on.id != turn.id
    shown = [(one["text"], one["buttons"]) for one in await slack.from_us(ALICE, ALICE_DM)]
    assert shown == [(said, []), ("LAPTOP-2024-001", [])]


async def test_a_click_that_comes_too_late_is_told_so_and_runs_nothing(
    slack: SlackClient,
) -> None:
    message, _ = await asked(slack)
    await slack.click(ALICE, ALICE_DM, message["ts"], "approve_call")
    turns: list[Turn] = []
    await slack.work(answering(slack, "LAPTOP-2024-001", turns))

    assert turns == []
    (shown,) = await slack.from_us(ALICE, ALICE_DM)
    assert shown["text"] == "Too late to decide this: find serial numbers. Please ask me again."


@pytest.mark.parametrize("stands", [Decided("approve", ("i-1",)), None], ids=["decided", "late"])
@pytest.mark.parametrize("channel", [GENERAL, ALICE_DM])
async def test_the_session_waits_until_it_is_decided(
    slack: SlackClient, channel: str, stands: Decided | None
) -> None:
    async def answer(turn: Turn) -> None:
        async with slack.platform.reply(turn, slack.receipt(turn.id)) as reply:
            await reply.show(waits())
            await slack.platform.ask_approval(turn, WAITING)

    await slack.message("@BizAssist Which?", channel=channel)
    await slack.work(answer)
    assert (await slack.session(channel))["status"] == "suspended"
    [message] = [
        one
        for one in await slack.from_us(ALICE, ALICE_DM)
        if "Approve" in {button["text"] for button in one["buttons"]}
    ]
    slack.stands = stands
    await slack.click(ALICE, ALICE_DM, message["ts"], "approve_call")
    await slack.work(answering(slack, "LAPTOP-2024-001", []))
    assert (await slack.session(channel))["status"] == "active"


async def test_nobody_else_decides(slack: SlackClient) -> None:
    message, turn = await asked(slack)
    payload = {
        "type": "block_actions",
        "user": {"id": ADMIN, "team_id": "T0NORTHWND"},
        "team": {"id": "T0NORTHWND"},
        "enterprise": None,
        "container": {"channel_id": ALICE_DM, "message_ts": message["ts"]},
        "actions": [{"action_id": "approve_call", "value": value(turn)}],
    }
    assert await click(slack, payload) == 200
    assert slack.decisions == []
    assert slack.inbox == []


@pytest.mark.parametrize("broken", ["{", "[]", "null", "{}", '{"event": "1"}', "1"])
async def test_a_button_that_is_none_of_ours_is_refused_in_a_sentence(
    slack: SlackClient, broken: str
) -> None:
    payload = {
        "type": "block_actions",
        "user": {"id": ALICE},
        "team": {"id": "T0NORTHWND"},
        "container": {"channel_id": ALICE_DM, "message_ts": "1.2"},
        "actions": [{"action_id": "approve_call", "value": broken}],
    }
    assert await click(slack, payload) == 400
    assert slack.decisions == []


def waits() -> BaseEvent:
    outcome = RunFinishedInterruptOutcome(interrupts=list(WAITING))
    return RunFinishedEvent(thread_id="c", run_id="r", outcome=outcome)


def value(turn: Turn) -> str:
    event = turn.id.removeprefix("slack:")
    fields = {"event": event, "tenant": "T0NORTHWND", "user": ALICE}
    return json.dumps({**fields, "conversation": turn.conversation, "what": "calls"})


async def click(slack: SlackClient, payload: dict[str, Any]) -> int:
    body = urlencode({"payload": json.dumps(payload)}).encode()
    status, _ = await send(slack, "/slack/interactions", body, signed(body))
    return status
