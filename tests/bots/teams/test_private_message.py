"""Sign-in links and notices reach the asker and nobody else."""

import json

import pytest

from bots.errors import NoPrivateChat, PlatformUnavailable
from bots.teams.outgoing.message import SIGN_IN
from tests.bots.teams.connector import ALICE, GROUP, PERSONAL
from tests.bots.teams.teams_client import TeamsClient

URL = "https://assistant.example/link/one-time"


async def test_in_the_personal_chat_the_link_is_a_button(teams: TeamsClient) -> None:
    await teams.platform.ask_to_link(await teams.turn(), URL)
    (message,) = teams.connector.shown(PERSONAL)
    (card,) = message["attachments"]
    assert card["contentType"] == "application/vnd.microsoft.card.hero"
    assert card["content"]["text"] == SIGN_IN
    assert card["content"]["buttons"] == [{"type": "openUrl", "title": "Sign in", "value": URL}]


async def test_in_a_group_the_link_is_seen_by_its_asker_alone(teams: TeamsClient) -> None:
    await teams.platform.ask_to_link(await teams.turn(teams.accepted_in_group()), URL)
    (message,) = teams.connector.targeted(GROUP)
    assert URL in json.dumps(message)
    assert list(teams.connector.targets.values()) == [ALICE["id"]]
    assert teams.connector.shown(GROUP) == teams.connector.shown(PERSONAL) == []


async def test_where_nothing_can_be_targeted_the_link_goes_to_the_personal_chat(
    teams: TeamsClient,
) -> None:
    teams.connector.takes_targeted = False
    await teams.platform.ask_to_link(await teams.turn(teams.accepted_in_group()), URL)
    assert URL in json.dumps(teams.connector.shown(PERSONAL))
    assert teams.connector.shown(GROUP) == []


async def test_a_group_never_sees_the_link_even_where_no_chat_can_be_opened(
    teams: TeamsClient,
) -> None:
    teams.connector.installed = teams.connector.takes_targeted = False
    await teams.platform.ask_to_link(await teams.turn(teams.accepted_in_group()), URL)
    assert teams.connector.texts(GROUP) == [NoPrivateChat.sentence]
    assert URL not in json.dumps(list(teams.connector.history.values()))


async def test_while_teams_is_broken_the_group_is_told_nothing(
    teams: TeamsClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("bots.teams.outgoing.call_retries.LONGEST_PAUSE", 0.01)
    teams.connector.failures = [500, 503, 429]
    turn = await teams.turn(teams.accepted_in_group())
    with pytest.raises(PlatformUnavailable):
        await teams.platform.ask_to_link(turn, URL)
    assert teams.connector.history == {}


async def test_a_notice_is_shown_as_it_is(teams: TeamsClient) -> None:
    await teams.platform.notify(
        await teams.turn(teams.accepted_in_group()), "You're linked: *a_b*."
    )
    await teams.platform.notify(await teams.turn(), "Once more.")
    shown = [*teams.connector.targeted(GROUP), *teams.connector.shown(PERSONAL)]
    assert [message["text"] for message in shown] == ["You're linked: *a_b*.", "Once more."]
    assert {message["textFormat"] for message in shown} == {"plain"}
    assert teams.connector.shown(GROUP) == []
