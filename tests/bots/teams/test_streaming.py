"""An answer in a personal chat is streamed by Teams' rules, and whatever fails it is shown."""

import asyncio
from itertools import pairwise
from typing import Any

import pytest
from ag_ui.core import CustomEvent

from bots.answer.sources import SOURCE
from bots.teams.outgoing.answer import streamed_conversation
from bots.teams.outgoing.answer.replies import Pace
from bots.teams.outgoing.message import THINKING
from tests.bots.receipt import MemoryReceipt
from tests.bots.teams.answered_turn import AnsweredTurn
from tests.bots.teams.connector import GROUP, PERSONAL
from tests.bots.teams.connector_faults import Fault
from tests.bots.teams.teams_client import ASKER, TeamsClient, text, tool_begins, tool_ends
from tests.bots.teams.test_reply import until
from tests.some import some


def stream_of(teams: TeamsClient) -> list[dict[str, Any]]:
    """What the only message of the personal chat has shown, first to last."""
    (states,) = [s for (where, _), s in teams.connector.history.items() if where == PERSONAL]
    return states


def part_of(state: dict[str, Any]) -> dict[str, Any]:
    (info,) = [one for one in state.get("entities", []) if one["type"] == "streaminfo"]
    return dict(info)


async def test_it_says_what_is_done_then_what_is_written_then_all_of_it(
    teams: TeamsClient,
) -> None:
    receipt = MemoryReceipt()
    async with teams.platform.reply(await teams.turn(), receipt) as reply:
        assert receipt.history == ["~1:1"]
        await reply.show(tool_begins())
        await until("Checking warranty status…", teams)
        await reply.show(tool_ends())
        await reply.show(text("It is **active** until March, and"))
        await until("It is **active** until March", teams)
        await reply.show(text(" so on."))
    states = stream_of(teams)
    parts = [part_of(state) for state in states]
    assert states[0]["text"] == THINKING
    assert states[-1]["text"] == "It is **active** until March, and so on."
    assert [part.get("streamId") for part in parts] == [None, *["1:1"] * (len(parts) - 1)]
    *numbers, last = [part.get("streamSequence") for part in parts]
    assert (numbers, last) == (list(range(1, len(parts))), None)
    kinds = list(dict.fromkeys(part["streamType"] for part in parts))
    assert kinds == ["informative", "streaming", "final"]
    assert receipt.history == ["~1:1"]


async def test_each_text_begins_with_the_one_before_whatever_is_written(
    teams: TeamsClient,
) -> None:
    answer = (
        "Some *words* and `code`, a [link](https://example.com/a) & more.\n\n"
        "- one **two\n- three\n\n1. a\n2. b\n\n```py\nx = 1\n```\n\n"
        "| a | b |\n|---|---|\n| 1 | 2 |\n\n~~gone~~ 5 * 3 <at>you</at> [1] end"
    )
    async with teams.platform.reply(await teams.turn(), MemoryReceipt()) as reply:
        for letter in answer:
            await reply.show(text(letter))
            await asyncio.sleep(0.002)
    shown = [s["text"] for s in stream_of(teams) if part_of(s)["streamType"] == "streaming"]
    assert len(shown) > 5
    assert all(later.startswith(earlier) for earlier, later in some(pairwise(shown)))
    # The double refuses what doesn't, so that nothing was held back either.
    assert 403 not in [status for _, status, _ in teams.connector.calls]


async def test_updates_of_a_stream_keep_their_distance(teams: TeamsClient) -> None:
    teams.platform._pace = Pace(stream=0.2, apart=0.1)
    teams.connector.streams.pace = 0.1
    async with teams.platform.reply(await teams.turn(), MemoryReceipt()) as reply:
        for word in range(60):
            await reply.show(text(f"{word} "))
            await asyncio.sleep(0.01)
    statuses = [status for _, status, _ in teams.connector.calls]
    assert statuses == [201, *[202] * (len(statuses) - 1)]
    assert 3 <= len(statuses) <= 6


async def test_before_two_minutes_it_becomes_a_message_that_is_edited(
    teams: TeamsClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(streamed_conversation, "LONGEST", 0.2)
    async with teams.platform.reply(await teams.turn(), MemoryReceipt()) as reply:
        await reply.show(text("It is act"))
        for _ in range(500):  # nothing new is said: it ends by the clock
            if not teams.connector.streams.is_open("1:1"):
                break
            await asyncio.sleep(0.01)
        await reply.show(text("ive, and more."))
        await until("more", teams)
    methods = [method for method, _, _ in teams.connector.calls]
    assert "PUT" in methods
    assert teams.connector.texts(PERSONAL) == ["It is active, and more."]
    assert {status for _, status, _ in teams.connector.calls} == {200, 201, 202}


async def test_one_that_teams_has_ended_is_edited(teams: TeamsClient) -> None:
    async with teams.platform.reply(await teams.turn(), MemoryReceipt()) as reply:
        await reply.show(text("It is act"))
        teams.connector.advance(120)
        await reply.show(text("ive."))
    assert teams.connector.texts(PERSONAL) == ["It is active."]
    assert teams.connector.calls[-1][:2] == ("PUT", 200)


async def test_who_presses_stop_stops_the_turn_and_sees_nothing_more(teams: TeamsClient) -> None:
    turn = await teams.turn()
    teams.parts.link(ASKER, "alice@example.com")
    await teams.parts.begun(turn)
    async with teams.platform.reply(turn, MemoryReceipt()) as reply:
        await reply.show(text("It is act"))
        await until("It is", teams)
        teams.connector.streams.stop(PERSONAL)
        await reply.show(text("ive, and a lot more could be said about that."))
        for _ in range(500):
            if teams.parts.cancelled:
                break
            await asyncio.sleep(0.01)
        await reply.show(text(" Stopped."))
    assert await teams.parts.actions.stopped(turn)
    assert [one.run for one in teams.parts.cancelled] == [turn.id]
    assert teams.connector.texts(PERSONAL) == ["It is"]
    assert "PUT" not in [method for method, _, _ in teams.connector.calls]


async def test_a_redelivery_ends_the_stream_of_the_process_that_died(teams: TeamsClient) -> None:
    turn, receipt = await teams.turn(), MemoryReceipt()

    async def die() -> None:
        async with teams.platform.reply(turn, receipt) as reply:
            await reply.show(text("It is act"))
            await until("It is", teams)
            raise RuntimeError("the process dies")

    with pytest.raises(RuntimeError):
        await die()
    await asyncio.sleep(0.02)
    async with teams.platform.reply(turn, receipt) as reply:
        await reply.show(text("It is active."))
    assert teams.connector.texts(PERSONAL) == ["It is active."]
    assert not teams.connector.streams.is_open("1:1")


@pytest.mark.parametrize("after", [0, 200])
async def test_a_redelivery_of_what_was_shown_shows_it_once(
    teams: TeamsClient, after: float
) -> None:
    turn, receipt = await teams.turn(), MemoryReceipt()
    for _ in range(2):
        async with teams.platform.reply(turn, receipt) as reply:
            await reply.show(text("It is active."))
        teams.connector.advance(after)
    assert teams.connector.texts(PERSONAL) == ["It is active."]


async def test_a_sentence_ends_the_stream_and_the_next_attempt_edits_it(
    teams: TeamsClient,
) -> None:
    turn, receipt = await teams.turn(), MemoryReceipt()
    async with teams.platform.reply(turn, receipt) as reply:
        await reply.show(text("It is"))
        await reply.say("I'm trying again.")
    assert teams.connector.texts(PERSONAL) == ["I'm trying again."]
    assert not teams.connector.streams.is_open("1:1")
    async with teams.platform.reply(turn, receipt) as reply:
        await reply.show(text("It is active."))
    assert teams.connector.texts(PERSONAL) == ["It is active."]


async def test_while_another_answer_is_streamed_there_one_is_edited(teams: TeamsClient) -> None:
    async with teams.platform.reply(await teams.turn(), MemoryReceipt()) as first:
        async with teams.platform.reply(await teams.turn(), MemoryReceipt()) as second:
            await second.show(text("Two."))
        await first.show(text("One."))
    assert sorted(teams.connector.texts(PERSONAL)) == ["One.", "Two."]


async def test_a_long_answer_goes_on_in_messages_below_its_stream(teams: TeamsClient) -> None:
    answer = "\n\n".join(f"Paragraph {number} " + "x" * 990 for number in range(20))
    turn, receipt = await teams.turn(), MemoryReceipt()
    for _ in range(2):
        async with teams.platform.reply(turn, receipt) as reply:
            await reply.show(text(answer))
    assert "\n\n".join(teams.connector.texts(PERSONAL)) == answer


@pytest.mark.parametrize(
    "faults",
    [
        [Fault("POST", "", taken=True)],
        [Fault("POST", "ServiceUnavailable", skip=1, times=1)],
        [Fault("POST", "BadGateway", skip=1, times=1, taken=True)],
        [Fault("POST", "Throttled", skip=1, times=2, retry_after=0)],
        [Fault("POST", "BadArgument", skip=1, times=2)],
        [Fault("POST", "BadArgument", skip=1, times=3)],
        [Fault("POST", broken=True, skip=1, taken=True)],
    ],
    ids=range(7),
)
async def test_whatever_fails_the_run_is_made_once_and_its_answer_seen_once(
    teams: TeamsClient, faults: list[Fault], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("bots.teams.outgoing.call_retries.LONGEST_PAUSE", 0.01)
    teams.connector.faults = faults
    turn = AnsweredTurn()
    await turn.deliver(teams, teams.accepted())
    assert turn.runs == 1
    assert [said for said in teams.connector.texts(PERSONAL) if said != THINKING] == ["It is."]


async def test_in_a_group_there_is_typing_one_placeholder_and_one_edit(
    teams: TeamsClient,
) -> None:
    turn = await teams.turn(teams.accepted_in_group())
    async with teams.platform.reply(turn, MemoryReceipt()) as reply:
        await reply.show(tool_begins())
        await reply.show(text("It is "))
        await asyncio.sleep(0.1)
        await reply.show(text("active."))
    assert teams.connector.typing[GROUP] == 1
    assert teams.connector.only(GROUP) == ["_Thinking…_\n\n> Is it?", "It is active."]


def source(title: str, **more: str) -> CustomEvent:
    return CustomEvent(name=SOURCE, value={"title": title, **more})


async def test_the_end_is_labelled_cites_asks_for_feedback_and_offers_what_to_ask_next(
    teams: TeamsClient,
) -> None:
    async with teams.platform.reply(await teams.turn(), MemoryReceipt()) as reply:
        await reply.show(text("Two years."))
        await reply.show(source("Warranty policy", section="Laptops"))
        await reply.show(source("Returns", url="https://example.com/returns"))
    end = stream_of(teams)[-1]
    assert end["text"] == (
        "Two years.\n\n**Sources:** [1] Warranty policy · Laptops; "
        "[2] [Returns](https://example.com/returns)"
    )
    (label,) = [one for one in end["entities"] if one["type"] == "https://schema.org/Message"]
    assert label["additionalType"] == ["AIGeneratedContent"]
    assert [(one["position"], one["appearance"]["name"]) for one in label["citation"]] == [
        (1, "Warranty policy"),
        (2, "Returns"),
    ]
    assert label["citation"][1]["appearance"]["url"] == "https://example.com/returns"
    assert end["channelData"] == {"feedbackLoop": {"type": "custom"}}
    titles = [one["title"] for one in end["suggestedActions"]["actions"]]
    assert titles == ["Tell me more about this", "What exactly do the sources say?"]
    # Nothing of that belongs to what is shown before the end.
    assert all(len(state["entities"]) == 1 for state in some(stream_of(teams)[:-1]))
    assert not any("channelData" in state for state in some(stream_of(teams)[:-1]))


async def test_our_own_sentences_are_not_labelled(teams: TeamsClient) -> None:
    async with teams.platform.reply(await teams.turn(), MemoryReceipt()) as reply:
        await reply.say("I'm trying again.")
    assert "channelData" not in stream_of(teams)[-1]
    assert len(stream_of(teams)[-1]["entities"]) == 1
