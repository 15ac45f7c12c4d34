"""A workspace whose answers are for the asker alone: a mention is answered by direct message."""

from dataclasses import replace
from typing import Any

import pytest

from bots.errors import PlatformUnavailable
from bots.platform import Answer, Turn
from tests.bots.slack.slack_client import ADMIN, ALICE, ALICE_DM, GENERAL, SlackClient
from tests.bots.slack.test_platform import answering, written


def privately(slack: SlackClient, turns: list[Turn]) -> Answer:
    async def answer(turn: Turn) -> None:
        turns.append(turn)
        async with slack.platform.reply(
            replace(turn, private=True), slack.receipt(turn.id)
        ) as reply:
            for event in written("Until March."):
                await reply.show(event)

    return answer


async def test_a_mention_is_answered_to_its_asker_alone(slack: SlackClient) -> None:
    turns: list[Turn] = []
    await slack.message("@BizAssist How long?", channel=GENERAL)
    await slack.work(privately(slack, turns))

    question, answer = [message["text"] for message in await slack.from_us(ALICE, ALICE_DM)]
    assert "How long?" in question
    assert answer == "Until March."
    assert await slack.from_us(ALICE, GENERAL) == []
    assert await slack.from_us(ADMIN, GENERAL) == []


async def test_a_direct_message_is_answered_where_it_is(slack: SlackClient) -> None:
    await slack.message("How long?")
    await slack.work(privately(slack, []))

    assert [m["text"] for m in await slack.from_us(ALICE, ALICE_DM)] == ["Until March."]


async def test_a_turn_knows_its_channel_unless_only_the_asker_is_there(slack: SlackClient) -> None:
    turns: list[Turn] = []
    await slack.message("@BizAssist One?", channel=GENERAL)
    await slack.command("Two?", channel=GENERAL)
    await slack.command("Three?", channel=ALICE_DM)
    await slack.message("Four?")
    await slack.work(privately(slack, turns))

    assert [turn.channel for turn in turns] == [GENERAL, GENERAL, None, None]


def texts(messages: list[dict[str, Any]]) -> list[str]:
    return [str(message["text"]) for message in messages]


async def attempts(slack: SlackClient, text: str, times: int = 1) -> None:
    """Deliver a command's turn so often, whatever becomes of it; the inbox keeps it."""
    [accepted] = slack.inbox
    for _ in range(times):
        await slack.platform.dispatch(accepted, answering(slack, *written(text)))


async def test_one_private_message_carries_twelve_thousand_characters(slack: SlackClient) -> None:
    whole = "保証は有効です。\n" * 1_333
    await slack.command("質問")
    await attempts(slack, whole)
    _, answer = texts(await slack.from_us(ALICE, GENERAL))
    assert answer.split() == whole.split()
    assert await slack.from_us(ALICE, ALICE_DM) == []


@pytest.mark.parametrize("taken", [True, False])
async def test_an_answer_that_is_not_confirmed_comes_by_direct_message_too(
    slack: SlackClient, *, taken: bool
) -> None:
    await slack.command("How long?")
    await slack.fault(
        method="response_url", error="internal_error", status=500, after=taken, skip=1
    )
    await attempts(slack, "Until March.", times=3)
    assert texts(await slack.from_us(ALICE, GENERAL))[1:] == ["Until March."] * taken
    [copy] = texts(await slack.from_us(ALICE, ALICE_DM))
    assert copy.startswith("In case you can't see my answer")
    assert copy.endswith("Until March.")


async def test_a_direct_message_that_is_not_confirmed_is_looked_for(slack: SlackClient) -> None:
    await slack.command("How long?")
    await slack.fault(method="response_url", error="internal_error", status=500, skip=1)
    await slack.fault(method="chat.postMessage", error="internal_error", status=500, after=True)
    with pytest.raises(PlatformUnavailable):
        await attempts(slack, "Until March.")
    await attempts(slack, "Until March.", times=2)
    assert len(await slack.from_us(ALICE, ALICE_DM)) == 1


async def test_a_busy_address_is_tried_again_and_answers_once(slack: SlackClient) -> None:
    await slack.command("How long?")
    for times in (1, 2):
        await slack.fault(method="response_url", error="ratelimited", status=429, skip=times - 1)
    for _ in range(2):
        with pytest.raises(PlatformUnavailable):
            await attempts(slack, "Until March.")
    await attempts(slack, "Until March.", times=2)
    question, answer = texts(await slack.from_us(ALICE, GENERAL))
    assert "How long?" in question
    assert answer == "Until March."
    assert await slack.from_us(ALICE, ALICE_DM) == []


async def test_a_long_answer_is_not_sent_again(slack: SlackClient) -> None:
    await slack.command("How long?")
    await attempts(slack, "A long line.\n\n" * 1_200, times=2)
    assert len(await slack.from_us(ALICE, GENERAL)) == 2
    assert len(await slack.from_us(ALICE, ALICE_DM)) == 2


async def test_who_is_told_something_where_nothing_is_taken_is_told_by_direct_message(
    slack: SlackClient,
) -> None:
    async def answer(turn: Turn) -> None:
        await slack.platform.notify(turn, "No.")

    first = await slack.message("Thread")
    assert first == 200
    [root] = await slack.sees(ALICE, ALICE_DM)
    await slack.message("How long?", thread=root["ts"])
    slack.inbox[:] = slack.inbox[1:]
    await slack.set("delete", user=ALICE, channel=ALICE_DM, ts=root["ts"])
    await slack.fault(
        method="chat.postMessage", error="internal_error", status=500, skip=1, after=True
    )
    await slack.work(answer)
    assert texts(await slack.from_us(ALICE, ALICE_DM)) == ["No."]
