"""A workspace whose answers are for the asker alone: a mention is answered by direct message."""

from dataclasses import replace

from bots.platform import Answer, Turn
from tests.bots.slack.desk import ADMIN, ALICE, ALICE_DM, GENERAL, Desk
from tests.bots.slack.test_platform import written


def privately(desk: Desk, turns: list[Turn]) -> Answer:
    async def answer(turn: Turn) -> None:
        turns.append(turn)
        async with desk.platform.reply(replace(turn, private=True), desk.receipt(turn.id)) as reply:
            for event in written("Until March."):
                await reply.show(event)

    return answer


async def test_a_mention_is_answered_to_its_asker_alone(desk: Desk) -> None:
    turns: list[Turn] = []
    await desk.message("@BizAssist How long?", channel=GENERAL)
    await desk.work(privately(desk, turns))

    question, answer = [message["text"] for message in await desk.from_us(ALICE, ALICE_DM)]
    assert "How long?" in question
    assert answer == "Until March."
    assert await desk.from_us(ALICE, GENERAL) == []
    assert await desk.from_us(ADMIN, GENERAL) == []


async def test_a_direct_message_is_answered_where_it_is(desk: Desk) -> None:
    await desk.message("How long?")
    await desk.work(privately(desk, []))

    assert [m["text"] for m in await desk.from_us(ALICE, ALICE_DM)] == ["Until March."]


async def test_a_turn_knows_its_channel_unless_only_the_asker_is_there(desk: Desk) -> None:
    turns: list[Turn] = []
    await desk.message("@BizAssist One?", channel=GENERAL)
    await desk.command("Two?", channel=GENERAL)
    await desk.command("Three?", channel=ALICE_DM)
    await desk.message("Four?")
    await desk.work(privately(desk, turns))

    assert [turn.channel for turn in turns] == [GENERAL, GENERAL, None, None]
