"""An answer as people see it grow in Teams, with everything that Teams may do to it."""

import asyncio
from itertools import pairwise

import pytest

from bots.answer.draft import NOTHING
from bots.teams.errors import CallUnanswered
from bots.teams.outgoing.message import PIECE
from tests.bots.teams.connector import GROUP, PERSONAL
from tests.bots.teams.desk import Desk, Kept, text, tool_begins, tool_ends
from tests.some import some


async def until(seen: str, desk: Desk) -> None:
    for _ in range(500):
        if any(seen in shown for shown in desk.connector.texts(PERSONAL)):
            return
        await asyncio.sleep(0.005)
    pytest.fail(f"{seen!r} was never shown")


async def test_a_placeholder_becomes_the_answer_in_one_message(desk: Desk) -> None:
    receipt = Kept()
    async with desk.platform.reply(await desk.turn(), receipt) as reply:
        assert desk.connector.texts(PERSONAL) == ["_Thinking…_"]
        assert receipt.message == "1:1"
        await reply.show(tool_begins())
        await until("_Checking warranty status…_", desk)
        await reply.show(tool_ends())
        await reply.show(text("It is "))
        await until("It is", desk)
        await reply.show(text("**active**."))
    assert desk.connector.only(PERSONAL) == [
        "_Thinking…_",
        "_Checking warranty status…_",
        "It is",
        "It is **active**.",
    ]
    assert receipt.history == ["1:1"]


async def test_the_answer_stays_in_the_conversation_where_it_was_asked(desk: Desk) -> None:
    turn = await desk.turn(desk.accepted_in_group())
    async with desk.platform.reply(turn, Kept()) as reply:
        await reply.show(text("Yes."))
    assert desk.connector.texts(GROUP) == ["Yes."]
    assert desk.connector.texts(PERSONAL) == []


async def test_updates_keep_their_distance_and_the_last_text_is_complete(desk: Desk) -> None:
    desk.platform._pace = 0.2
    async with desk.platform.reply(await desk.turn(), Kept()) as reply:
        for word in range(40):
            await reply.show(text(f"{word} "))
            await asyncio.sleep(0.01)
        moments = [moment for method, _, moment in desk.connector.calls if method == "PUT"]
    assert len(moments) >= 2
    assert all(later - earlier > 0.19 for earlier, later in some(pairwise(moments)))
    assert desk.connector.texts(PERSONAL) == [" ".join(map(str, range(40)))]


async def test_a_redelivered_turn_continues_its_message(desk: Desk) -> None:
    turn, receipt = await desk.turn(), Kept()

    async def die() -> None:
        async with desk.platform.reply(turn, receipt) as reply:
            await reply.show(text("It is act"))
            await until("It is act", desk)
            raise RuntimeError("the process dies")

    with pytest.raises(RuntimeError):
        await die()
    async with desk.platform.reply(turn, receipt) as reply:
        await reply.show(text("It is active."))
    assert desk.connector.texts(PERSONAL) == ["It is active."]
    assert receipt.history == ["1:1"]


async def test_a_sentence_replaces_all_and_a_later_attempt_replaces_the_sentence(
    desk: Desk,
) -> None:
    turn, receipt = await desk.turn(), Kept()
    async with desk.platform.reply(turn, receipt) as reply:
        await reply.show(text("It is"))
        await reply.say("I'm trying again.")
    assert desk.connector.texts(PERSONAL) == ["I'm trying again."]
    async with desk.platform.reply(turn, receipt) as reply:
        await reply.show(text("It is active."))
    assert desk.connector.texts(PERSONAL) == ["It is active."]


async def test_a_long_answer_takes_several_messages_and_a_redelivery_repeats_none(
    desk: Desk,
) -> None:
    answer = "\n\n".join(f"Paragraph {number} " + "x" * 990 for number in range(20))
    turn, receipt = await desk.turn(), Kept()
    for _ in range(2):
        async with desk.platform.reply(turn, receipt) as reply:
            await reply.show(text(answer))
    shown = desk.connector.texts(PERSONAL)
    assert len(shown) == 3
    assert "\n\n".join(shown) == answer
    assert max(map(len, shown)) <= PIECE


async def test_a_shorter_second_answer_leaves_nothing_of_the_first(desk: Desk) -> None:
    turn, receipt = await desk.turn(), Kept()
    for answer in ("long " * 4000, "Short."):
        async with desk.platform.reply(turn, receipt) as reply:
            await reply.show(text(answer))
    assert desk.connector.texts(PERSONAL) == ["Short."]


async def test_refused_updates_end_in_one_whole_message(desk: Desk) -> None:
    desk.connector.updates_refused = True
    turn, receipt = await desk.turn(), Kept()
    for _ in range(2):  # the second is a redelivery
        async with desk.platform.reply(turn, receipt) as reply:
            await reply.show(text("It is "))
            await asyncio.sleep(0.05)
            await reply.show(text("active."))
    assert desk.connector.texts(PERSONAL) == ["It is active."]


async def test_a_throttled_teams_gets_the_whole_answer_later(desk: Desk) -> None:
    async with desk.platform.reply(await desk.turn(), Kept()) as reply:
        desk.connector.failures = [429]
        await reply.show(text("It is "))
        await asyncio.sleep(0.03)
        await reply.show(text("active."))
        await asyncio.sleep(0.03)
        desk.connector.failures = [429, 503]
    assert desk.connector.only(PERSONAL)[-1] == "It is active."


async def test_an_answer_that_cannot_be_delivered_is_not_taken_for_delivered(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("bots.teams.outgoing.conversation.LONGEST_PAUSE", 0.01)

    async def answer() -> None:
        async with desk.platform.reply(await desk.turn(), Kept()) as reply:
            desk.connector.failures = [503] * 5
            await reply.show(text("It is active."))

    with pytest.raises(CallUnanswered):
        await answer()


async def test_a_post_that_may_have_been_taken_is_not_repeated(desk: Desk) -> None:
    desk.connector.failures = [502]
    with pytest.raises(CallUnanswered):
        async with desk.platform.reply(await desk.turn(), Kept()):
            pass
    assert [method for method, _, _ in desk.connector.calls] == ["POST"]


async def test_no_answer_is_said_to_be_none(desk: Desk) -> None:
    async with desk.platform.reply(await desk.turn(), Kept()):
        pass
    assert desk.connector.texts(PERSONAL) == [NOTHING]


async def test_nothing_in_an_answer_acts(desk: Desk) -> None:
    async with desk.platform.reply(await desk.turn(), Kept()) as reply:
        await reply.show(text("<at>Everyone</at> <b>bold</b> 1 < 2"))
    assert desk.connector.texts(PERSONAL) == ["&lt;at>Everyone&lt;/at> &lt;b>bold&lt;/b> 1 < 2"]


async def test_a_cancelled_turn_ends_at_once_and_leaves_no_task(desk: Desk) -> None:
    turn, opened = await desk.turn(), asyncio.Event()

    async def answer() -> None:
        async with desk.platform.reply(turn, Kept()) as reply:
            await reply.show(text("It is "))
            opened.set()
            await asyncio.Event().wait()

    task = asyncio.create_task(answer())
    await opened.wait()
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    assert not [task for task in some(asyncio.all_tasks()) if "TeamsReply" in repr(task)]
