"""A workspace whose answers are for the asker alone: a mention is answered by direct message."""

from dataclasses import replace

from bots.platform import Answer, Turn
from tests.bots.slack.slack_client import ADMIN, ALICE, ALICE_DM, GENERAL, SlackClient
from tests.bots.slack.test_platform import written


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
