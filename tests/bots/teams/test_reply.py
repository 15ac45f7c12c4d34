"""An answer as people see it grow in Teams, with everything that Teams may do to it."""

import asyncio
from itertools import pairwise

import pytest

from bots.answer.draft import NOTHING
from bots.errors import PlatformUnavailable
from bots.teams.outgoing.answer.replies import Pace
from bots.teams.outgoing.message import PIECE
from tests.bots.receipt import MemoryReceipt
from tests.bots.teams.connector import GROUP, PERSONAL
from tests.bots.teams.teams_client import TeamsClient, text, tool_begins, tool_ends
from tests.some import some

pytestmark = pytest.mark.usefixtures("not_streamed")

FIRST = "_Thinking…_\n\n> Is it?"
"""All that a push notification shows of an answer."""


async def until(seen: str, teams: TeamsClient) -> None:
    for _ in range(500):
        if any(seen in shown for shown in teams.connector.texts(PERSONAL)):
            return
        await asyncio.sleep(0.005)
    pytest.fail(f"{seen!r} was never shown")


async def test_a_placeholder_becomes_the_answer_in_one_message(teams: TeamsClient) -> None:
    receipt = MemoryReceipt()
    async with teams.platform.reply(await teams.turn(), receipt) as reply:
        assert teams.connector.texts(PERSONAL) == [FIRST]
        assert receipt.message == "1:1"
        await reply.show(tool_begins())
        await until("_Checking warranty status…_", teams)
        await reply.show(tool_ends())
        await reply.show(text("It is "))
        await until("It is", teams)
        await reply.show(text("**active**."))
    assert teams.connector.only(PERSONAL) == [
        FIRST,
        "_Checking warranty status…_",
        "It is",
        "It is **active**.",
    ]
    assert receipt.history == ["1:1"]


async def test_the_answer_stays_in_the_conversation_where_it_was_asked(teams: TeamsClient) -> None:
    turn = await teams.turn(teams.accepted_in_group())
    async with teams.platform.reply(turn, MemoryReceipt()) as reply:
        await reply.show(text("Yes."))
    assert teams.connector.texts(GROUP) == ["Yes."]
    assert teams.connector.texts(PERSONAL) == []


async def test_updates_keep_their_distance_and_the_last_text_is_complete(
    teams: TeamsClient,
) -> None:
    teams.platform._pace = Pace(edits=0.2)
    async with teams.platform.reply(await teams.turn(), MemoryReceipt()) as reply:
        for word in range(40):
            await reply.show(text(f"{word} "))
            await asyncio.sleep(0.01)
        moments = [moment for method, _, moment in teams.connector.calls if method == "PUT"]
    assert len(moments) >= 2
    assert all(later - earlier > 0.19 for earlier, later in some(pairwise(moments)))
    assert teams.connector.texts(PERSONAL) == [" ".join(map(str, range(40)))]


async def test_a_redelivered_turn_continues_its_message(teams: TeamsClient) -> None:
    turn, receipt = await teams.turn(), MemoryReceipt()

    async def die() -> None:
        async with teams.platform.reply(turn, receipt) as reply:
            await reply.show(text("It is act"))
            await until("It is act", teams)
            raise RuntimeError("the process dies")

    with pytest.raises(RuntimeError):
        await die()
    async with teams.platform.reply(turn, receipt) as reply:
        await reply.show(text("It is active."))
    assert teams.connector.texts(PERSONAL) == ["It is active."]
    assert receipt.history == ["1:1"]


async def test_a_sentence_replaces_all_and_a_later_attempt_replaces_the_sentence(
    teams: TeamsClient,
) -> None:
    turn, receipt = await teams.turn(), MemoryReceipt()
    async with teams.platform.reply(turn, receipt) as reply:
        await reply.show(text("It is"))
        await reply.say("I'm trying again.", stoppable=True)
    assert teams.connector.texts(PERSONAL) == ["I'm trying again. To end this, write me `stop`."]
    async with teams.platform.reply(turn, receipt) as reply:
        await reply.show(text("It is active."))
    assert teams.connector.texts(PERSONAL) == ["It is active."]


async def test_a_long_answer_takes_several_messages_and_a_redelivery_repeats_none(
    teams: TeamsClient,
) -> None:
    answer = "\n\n".join(f"Paragraph {number} " + "x" * 990 for number in range(20))
    turn, receipt = await teams.turn(), MemoryReceipt()
    for _ in range(2):
        async with teams.platform.reply(turn, receipt) as reply:
            await reply.show(text(answer))
    shown = teams.connector.texts(PERSONAL)
    assert len(shown) == 3
    assert "\n\n".join(shown) == answer
    assert max(map(len, shown)) <= PIECE


async def test_a_shorter_second_answer_leaves_nothing_of_the_first(teams: TeamsClient) -> None:
    turn, receipt = await teams.turn(), MemoryReceipt()
    for answer in ("long " * 4000, "Short."):
        async with teams.platform.reply(turn, receipt) as reply:
            await reply.show(text(answer))
    assert teams.connector.texts(PERSONAL) == ["Short."]


async def test_refused_updates_end_in_one_whole_message(teams: TeamsClient) -> None:
    teams.connector.updates_refused = True
    turn, receipt = await teams.turn(), MemoryReceipt()
    for _ in range(2):  # the second is a redelivery
        async with teams.platform.reply(turn, receipt) as reply:
            await reply.show(text("It is "))
            await asyncio.sleep(0.05)
            await reply.show(text("active."))
    assert teams.connector.texts(PERSONAL) == ["It is active."]


async def test_a_throttled_teams_gets_the_whole_answer_later(teams: TeamsClient) -> None:
    async with teams.platform.reply(await teams.turn(), MemoryReceipt()) as reply:
        teams.connector.failures = [429]
        await reply.show(text("It is "))
        await asyncio.sleep(0.03)
        await reply.show(text("active."))
        await asyncio.sleep(0.03)
        teams.connector.failures = [429, 503]
    assert teams.connector.only(PERSONAL)[-1] == "It is active."


async def test_an_answer_that_cannot_be_delivered_is_not_taken_for_delivered(
    teams: TeamsClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("bots.teams.outgoing.call_retries.LONGEST_PAUSE", 0.01)

    async def answer() -> None:
        async with teams.platform.reply(await teams.turn(), MemoryReceipt()) as reply:
            teams.connector.failures = [503] * 5
            await reply.show(text("It is active."))

    with pytest.raises(PlatformUnavailable):
        await answer()


async def test_a_post_that_may_have_been_taken_is_not_repeated(teams: TeamsClient) -> None:
    teams.connector.failures = [502]
    with pytest.raises(PlatformUnavailable):
        async with teams.platform.reply(await teams.turn(), MemoryReceipt()):
            pass
    assert [method for method, _, _ in teams.connector.calls] == ["POST"]


async def test_no_answer_is_said_to_be_none(teams: TeamsClient) -> None:
    async with teams.platform.reply(await teams.turn(), MemoryReceipt()):
        pass
    assert teams.connector.texts(PERSONAL) == [NOTHING]


async def test_nothing_in_an_answer_acts(teams: TeamsClient) -> None:
    async with teams.platform.reply(await teams.turn(), MemoryReceipt()) as reply:
        await reply.show(text("<at>Everyone</at> <b>bold</b> 1 < 2"))
    assert teams.connector.texts(PERSONAL) == ["&lt;at>Everyone&lt;/at> &lt;b>bold&lt;/b> 1 < 2"]


async def test_a_cancelled_turn_ends_at_once_and_leaves_no_task(teams: TeamsClient) -> None:
    turn, edge_client = await teams.turn(), asyncio.Event()

    async def answer() -> None:
        async with teams.platform.reply(turn, MemoryReceipt()) as reply:
            await reply.show(text("It is "))
            edge_client.set()
            await asyncio.Event().wait()

    task = asyncio.create_task(answer())
    await edge_client.wait()
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    assert not [task for task in some(asyncio.all_tasks()) if "PostedAnswer" in repr(task)]
