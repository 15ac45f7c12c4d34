"""Words are acted on before any model, for who says them, and told to them alone."""

from dataclasses import replace

import pytest

from bots.platform import Turn
from bots.teams.incoming.activity import read_activity
from tests.bots.teams.connector import GROUP, PERSONAL
from tests.bots.teams.service_parts import PUBLIC
from tests.bots.teams.teams_client import ASKER, TeamsClient


async def never(turn: Turn) -> None:
    pytest.fail(f"{turn.text} is no question")


@pytest.mark.parametrize(
    ("said", "told"),
    [
        ("help", "`whoami`"),
        ("WhoAmI", "alice@example.com"),
        ("memory.", "Alice likes tea"),
        ("stop", "nothing of yours"),
        ("new", "fresh conversation"),
        ("unlink", "signed out here"),
        ("link", "alice@example.com"),
    ],
)
async def test_in_a_group_a_word_is_answered_to_its_person_alone(
    teams: TeamsClient, said: str, told: str
) -> None:
    teams.parts.link(ASKER, "alice@example.com")
    teams.parts.account.remembered["subject-of-alice@example.com"] = ["Alice likes tea"]
    mentioned = f"<at>Assistant</at>\N{NO-BREAK SPACE}{said}"
    await teams.platform.dispatch(teams.accepted_in_group(text=mentioned), never)
    (message,) = teams.connector.targeted(GROUP)
    assert told in message["text"]
    assert teams.connector.shown(GROUP) == teams.connector.shown(PERSONAL) == []


async def test_who_is_not_linked_gets_a_button_to_sign_in(teams: TeamsClient) -> None:
    await teams.platform.dispatch(teams.accepted(text="link"), never)
    (message,) = teams.connector.shown(PERSONAL)
    (action,) = message["attachments"][0]["content"]["actions"]
    assert action == {
        "type": "Action.OpenUrl",
        "title": "Sign in",
        "url": f"{PUBLIC}/link/one-time",
    }


async def test_stop_ends_what_is_being_answered_here(teams: TeamsClient) -> None:
    teams.parts.link(ASKER, "alice@example.com")
    turn = await teams.turn()
    await teams.parts.begun(turn)
    await teams.platform.dispatch(teams.accepted(text="stop", id="question-2"), never)
    assert await teams.parts.actions.stopped(turn)
    [said] = teams.connector.texts(PERSONAL)
    assert said.startswith("Stopped.")


async def test_stop_ends_what_still_waits_here_too(teams: TeamsClient) -> None:
    teams.parts.link(ASKER, "alice@example.com")
    stop = replace(teams.accepted(text="stop", id="question-2"), sent_at=50.0)
    await teams.platform.dispatch(stop, never)
    before, after = [await teams.turn(replace(teams.accepted(), sent_at=at)) for at in (49.0, 51.0)]
    assert await teams.parts.actions.stopped(before)
    assert not await teams.parts.actions.stopped(after)
    [said] = teams.connector.texts(PERSONAL)
    assert "still waits" in said


def test_a_word_waits_behind_no_question(teams: TeamsClient) -> None:
    groups = [
        read_activity(teams.body(text=text)).accepted({}).conversation for text in ("stop", "Stop?")
    ]
    assert groups[0] != groups[1]


async def test_new_begins_another_conversation_for_the_agents_memory(teams: TeamsClient) -> None:
    before = await teams.turn()
    await teams.platform.dispatch(teams.accepted(text="new", id="question-2"), never)
    after = await teams.turn()
    assert before.conversation != after.conversation
    assert after.conversation.startswith(before.conversation)


async def test_forget_asks_first_and_only_its_person_decides(teams: TeamsClient) -> None:
    teams.parts.link(ASKER, "alice@example.com")
    teams.parts.account.remembered["subject-of-alice@example.com"] = ["Alice likes tea"]
    await teams.platform.dispatch(teams.accepted(text="forget"), never)
    (message,) = teams.connector.shown(PERSONAL)
    verbs = [one["verb"] for one in message["attachments"][0]["content"]["actions"]]
    assert verbs == ["forget_everything", "keep_everything"]
    assert teams.parts.account.remembered
