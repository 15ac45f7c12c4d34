"""What Teams refuses or loses does not cost a person their answer, nor show it twice."""

import asyncio

import pytest

from bots.answer.placeholder import opening
from bots.errors import After, DeliveryRefused
from bots.platform import Quote
from bots.teams.incoming.activity import others_words, question_text, read_activity
from bots.teams.outgoing.message import NOTHING_MORE
from tests.bots.receipt import MemoryReceipt
from tests.bots.teams.answered_turn import AnsweredTurn
from tests.bots.teams.connector import GROUP, PERSONAL
from tests.bots.teams.connector_faults import Fault
from tests.bots.teams.teams_client import TeamsClient, text
from tests.bots.teams.test_activity_shapes import recorded

pytestmark = pytest.mark.usefixtures("not_streamed")

OPENING = opening("Is it?")


@pytest.fixture
def pauses(teams: TeamsClient, monkeypatch: pytest.MonkeyPatch) -> list[float]:
    """What was slept, in seconds of Teams' clock, without the time that it takes."""
    slept, sleep = [], asyncio.sleep
    teams.connector.clock.stop()

    async def quick(seconds: float, result: object = None) -> object:
        slept.append(seconds)
        teams.connector.advance(seconds)
        return await sleep(0, result)

    monkeypatch.setattr(asyncio, "sleep", quick)
    return slept


async def answered(teams: TeamsClient, words: str = "It is.") -> AnsweredTurn:
    turn = AnsweredTurn(words)
    await turn.deliver(teams, teams.accepted())
    return turn


@pytest.mark.parametrize(
    "word", ["ConversationBlockedByUser", "NotEnoughPermissions", "BotNotInConversationRoster"]
)
async def test_where_nothing_can_be_posted_the_asker_is_told_once(
    teams: TeamsClient, word: str
) -> None:
    teams.connector.closed[GROUP] = word
    turn = AnsweredTurn()
    for _ in range(2):  # the second is a redelivery
        await turn.deliver(teams, teams.accepted_in_group())
    assert turn.runs == 0
    assert turn.passing == []
    assert turn.outcome is not None
    assert turn.outcome.problem == f"undeliverable: the Bot Connector answered 403: {word}"
    assert teams.connector.texts(PERSONAL) == [DeliveryRefused.sentence]


@pytest.mark.parametrize("word", ["MessageWritesBlocked", "ConversationNotFound"])
async def test_where_the_asker_cannot_be_told_either_it_ends(teams: TeamsClient, word: str) -> None:
    teams.connector.closed[PERSONAL] = word
    turn = await answered(teams)
    assert (turn.runs, turn.passing) == (0, [])
    assert turn.outcome is not None
    assert str(turn.outcome.problem).endswith(word)


async def test_a_place_that_closes_while_an_answer_is_made_takes_no_second_run(
    teams: TeamsClient,
) -> None:
    teams.connector.faults = [
        Fault("PUT", "NotEnoughPermissions", times=9),
        Fault("POST", "NotEnoughPermissions", skip=2, times=1),  # after typing and placeholder
    ]
    turn = AnsweredTurn()
    await turn.deliver(teams, teams.accepted_in_group())
    assert turn.runs == 1
    told = [one["text"] for one in teams.connector.targeted(GROUP)]
    assert told == [DeliveryRefused.sentence]


async def test_a_short_pause_that_teams_asks_for_is_kept(
    teams: TeamsClient, pauses: list[float]
) -> None:
    teams.connector.faults = [Fault("POST", "Throttled", retry_after=9)]
    turn = await answered(teams)
    assert 9 in pauses
    assert (turn.runs, turn.passing) == (1, [])
    assert teams.connector.texts(PERSONAL) == ["It is."]


@pytest.mark.parametrize("method", ["POST", "PUT"])
async def test_for_a_long_pause_the_turn_comes_back_after_it(
    teams: TeamsClient, method: str
) -> None:
    teams.connector.faults = [Fault(method, "Throttled", retry_after=30)]
    turn = await answered(teams)
    # A draft may have met it before: then less is left of the pause, and the end waits for that.
    assert [type(error.again) for error in turn.passing] in (
        [After],
        [] if method == "PUT" else None,
    )
    assert turn.runs == 1
    assert teams.connector.texts(PERSONAL) == ["It is."]


async def test_a_post_without_an_id_is_not_posted_again(teams: TeamsClient) -> None:
    teams.connector.faults = [Fault("POST", "", skip=1, taken=True)]
    turn = await answered(teams)
    assert (turn.runs, turn.passing) == (1, [])
    assert teams.connector.texts(PERSONAL) == [OPENING, "It is."]


async def test_a_teams_that_never_gives_an_id_shows_an_answer_once(teams: TeamsClient) -> None:
    teams.connector.faults = [Fault("POST", "", taken=True, times=9)]
    turn = AnsweredTurn()
    for _ in range(2):  # the second is a redelivery
        await turn.deliver(teams, teams.accepted())
    assert turn.runs == 1
    assert teams.connector.texts(PERSONAL) == [OPENING, "It is."]


@pytest.mark.parametrize("fault", [Fault("POST", "BadGateway"), Fault("POST", broken=True)])
async def test_a_placeholder_that_was_taken_and_not_confirmed_costs_no_second_answer(
    teams: TeamsClient, fault: Fault
) -> None:
    fault.taken, fault.times, fault.skip = True, 1, 1
    teams.connector.faults = [fault]
    turn = await answered(teams)
    assert (turn.runs, len(turn.passing)) == (1, 1)
    assert teams.connector.texts(PERSONAL) == [OPENING, "It is."]


async def test_a_last_edit_that_fails_for_a_while_does_not_make_the_answer_again(
    teams: TeamsClient, pauses: list[float]
) -> None:
    teams.connector.faults = [Fault("PUT", "ServiceUnavailable", times=5)]
    turn = await answered(teams)
    assert turn.runs == 1
    assert len(turn.passing) == 1
    assert teams.connector.texts(PERSONAL) == ["It is."]


async def test_what_is_no_longer_needed_is_taken_away_at_teams_pace(teams: TeamsClient) -> None:
    turn, receipt = await teams.turn(), MemoryReceipt()
    for answer in ("long " * 4000, "Short."):
        async with teams.platform.reply(turn, receipt) as reply:
            await reply.show(text(answer))
    assert teams.connector.texts(PERSONAL) == ["Short."]


async def test_what_cannot_be_taken_away_now_is_taken_away_by_the_next_delivery(
    teams: TeamsClient,
) -> None:
    turn = AnsweredTurn("Short.")
    async with teams.platform.reply(await teams.turn(), turn.entry) as reply:
        await reply.show(text("long " * 4000))
    teams.connector.faults = [Fault("DELETE", "Throttled", skip=1, retry_after=30)]
    await turn.deliver(teams, teams.accepted())
    assert [error.again for error in turn.passing] == [After(30)]
    assert turn.runs == 1
    assert teams.connector.texts(PERSONAL) == ["Short."]


async def test_what_may_not_be_taken_away_says_nothing_any_more(teams: TeamsClient) -> None:
    receipt = MemoryReceipt()
    for answer in ("long " * 2000, "Short."):
        teams.connector.faults = [Fault("DELETE", "NotEnoughPermissions")]
        async with teams.platform.reply(await teams.turn(), receipt) as reply:
            await reply.show(text(answer))
    assert teams.connector.texts(PERSONAL) == ["Short.", NOTHING_MORE]


async def test_no_lone_placeholder_stays_beside_an_answer_that_was_posted_anew(
    teams: TeamsClient,
) -> None:
    teams.connector.updates_refused = True
    teams.connector.faults = [Fault("DELETE", "Throttled", retry_after=30)]
    turn = await answered(teams)
    assert (turn.runs, len(turn.passing)) == (1, 1)
    assert teams.connector.texts(PERSONAL) == ["It is."]


async def test_what_is_too_long_for_a_message_goes_into_smaller_ones(teams: TeamsClient) -> None:
    words = " ".join(["\U0001f600" * 9] * 790)
    turn = await answered(teams, words)
    assert (turn.runs, turn.passing) == (1, [])
    shown = teams.connector.texts(PERSONAL)
    assert len(shown) > 1
    assert " ".join(shown) == words


async def test_what_is_not_taken_as_markdown_is_shown_plain(teams: TeamsClient) -> None:
    turn, receipt = await teams.turn(), MemoryReceipt()
    async with teams.platform.reply(turn, receipt) as reply:
        teams.connector.faults = [Fault("PUT", "BadArgument", times=2)]
        await reply.show(text("It *is*."))
    (message,) = teams.connector.shown(PERSONAL)
    assert (message["text"], message["textFormat"]) == ("It *is*.", "plain")


async def test_an_asker_who_has_deleted_the_question_is_answered_in_the_conversation(
    teams: TeamsClient,
) -> None:
    turn = AnsweredTurn()
    await turn.deliver(teams, teams.accepted(id="deleted-1"))
    assert turn.passing == []
    assert teams.connector.texts(PERSONAL) == ["It is."]


@pytest.mark.parametrize(
    ("name", "meant"),
    [
        ("message_nbsp", "help"),
        ("message_entities", "R&D budget?"),
        ("message_mention_without_text", "help"),
    ],
)
def test_a_text_is_read_as_its_writer_meant_it(name: str, meant: str) -> None:
    assert question_text(read_activity(recorded(name))) == meant


def test_quoted_words_reach_the_question_as_somebody_elses() -> None:
    incoming = read_activity(recorded("message_quoted_reply"))
    assert question_text(incoming) == "Is this one still under warranty?"
    assert others_words(incoming) == (Quote("Bob", "Our broken phone is PHONE-2021-007"),)
