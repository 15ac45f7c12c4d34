"""Who and what gets past the door, and what the others are told."""

import time
from collections.abc import AsyncIterator
from typing import Any

import pytest

from bots.platform import Accepted
from bots.teams.registration import TeamsApp
from tests.bots.teams.connector import BOT, PERSONAL, TENANT
from tests.bots.teams.desk import APP_ID, ISSUER, activity
from tests.bots.teams.door import CLOUD, LOCAL, TEAMS, Door, opened
from tests.bots.teams.issuer import Issuer


@pytest.fixture
async def door() -> AsyncIterator[Door]:
    async with opened(CLOUD) as made:
        yield made


async def test_a_question_from_teams_goes_into_the_inbox_without_its_token(door: Door) -> None:
    body = activity(TEAMS)
    assert await door.send(body) == (202, "")
    (accepted,) = door.inbox
    assert accepted == Accepted(
        "teams",
        f"{PERSONAL}/question-1",
        PERSONAL,
        {"activity": body, "claims": {"iss": ISSUER, "aud": APP_ID, "serviceurl": TEAMS}},
    )


async def test_keys_are_fetched_once(door: Door) -> None:
    for _ in range(3):
        assert (await door.send(activity(TEAMS)))[0] == 202
    assert door.issuer.fetched == 1


@pytest.mark.parametrize(
    "authorization", [None, "Bearer", "Bearer x", "Bearer a.b.c", "Basic eDp5"]
)
async def test_without_a_token_nothing_is_enqueued(door: Door, authorization: str | None) -> None:
    status, sentence = await door.send(activity(TEAMS), authorization)
    assert status == 401
    assert sentence == "The activity carries no valid token."
    assert door.inbox == []


EMULATOR = "https://login.microsoftonline.com/d6d49420-f39b-4df7-a1dc-d59a935871db/v2.0"


@pytest.mark.parametrize(
    "claims",
    [
        {"aud": "another-app"},
        {"iss": "https://evil.example"},
        {"iss": EMULATOR, "ver": "2.0", "azp": APP_ID},
        {"serviceurl": "https://smba.trafficmanager.net/elsewhere/"},
        {"exp": int(time.time()) - 3600},
        {"nbf": int(time.time()) + 3600},
    ],
    ids=lambda claims: next(iter(claims)),
)
async def test_a_token_for_something_else_is_refused(door: Door, claims: dict[str, Any]) -> None:
    token = door.issuer.token(TEAMS, **claims)
    assert (await door.send(activity(TEAMS), f"Bearer {token}"))[0] == 401
    assert door.inbox == []


async def test_a_token_signed_by_the_wrong_key_is_refused(door: Door) -> None:
    token = door.issuer.token(TEAMS, signed_by=Issuer().key)
    assert (await door.send(activity(TEAMS), f"Bearer {token}"))[0] == 401
    door.issuer.name = "key-nobody-published"
    unknown = door.issuer.token(TEAMS)
    door.issuer.name = "key-1"
    assert (await door.send(activity(TEAMS), f"Bearer {unknown}"))[0] == 401
    assert door.inbox == []


async def test_while_keys_cannot_be_had_teams_is_asked_to_send_again(door: Door) -> None:
    door.issuer.is_down = True
    assert (await door.send(activity(TEAMS)))[0] == 503
    door.issuer.is_down = False
    assert (await door.send(activity(TEAMS)))[0] == 202


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"{",
        b"[]",
        b'"text"',
        b"[" * 100_000,
        b"\xff\xfe",
        activity(TEAMS, id=None),
        activity(TEAMS, type=None),
        activity(TEAMS, channelId="directline"),
        activity(TEAMS, conversation=None),
        activity(TEAMS, conversation=[]),
        activity(TEAMS, conversation={"id": "x" * 2000}),
        activity(TEAMS, recipient=None),
        activity(TEAMS, **{"from": {"name": "nobody"}}),
        activity(TEAMS, **{"from": {"id": "a#b"}}),
        activity(TEAMS, channelData={"tenant": "t"}),
        activity(TEAMS, channelData=None, conversation={"id": PERSONAL}),
        activity(TEAMS, entities=[{"type": "mention"}]),
        activity(TEAMS, entities="x"),
        activity(TEAMS, localTimestamp="yesterday"),
        activity(TEAMS, text="\ud800"),
        activity(TEAMS, id="\ud800"),
        activity("http://["),
    ],
    ids=range(23),
)
async def test_what_is_no_activity_is_a_bad_request(door: Door, body: Any) -> None:
    token = door.issuer.token(str(body["serviceUrl"]) if isinstance(body, dict) else TEAMS)
    status, sentence = await door.send(body, f"Bearer {token}")
    assert status == 400
    assert sentence.endswith(".")
    assert door.inbox == []


async def test_an_oversize_activity_is_refused(door: Door) -> None:
    status, sentence = await door.send(activity(TEAMS, text="x" * 1024 * 1024))
    assert (status, sentence) == (413, "The activity is larger than one megabyte.")
    assert door.inbox == []


async def test_another_tenant_is_a_stranger(door: Door) -> None:
    other = {"tenant": {"id": "99999999-0000-0000-0000-000000000000"}}
    assert (await door.send(activity(TEAMS, channelData=other)))[0] == 403
    assert (await door.send(activity(TEAMS, channelData={"tenant": {"id": TENANT.upper()}})))[
        0
    ] == 202
    assert len(door.inbox) == 1


@pytest.mark.parametrize(
    "service_url",
    [
        "http://smba.trafficmanager.net/emea/",
        "https://evil.trafficmanager.net/emea/",
        "https://smba.trafficmanager.net.evil.example/",
        "https://smba.trafficmanager.net@evil.example/",
        "http://169.254.169.254/latest/",
        LOCAL,
    ],
)
async def test_answers_go_nowhere_but_to_teams(service_url: str) -> None:
    async with opened(CLOUD, service_url) as door:
        assert (await door.send(activity(service_url)))[0] == 403
        assert door.inbox == []


@pytest.mark.parametrize("kind", ["typing", "messageReaction", "installationUpdate", "event"])
async def test_what_needs_nothing_is_acknowledged_and_forgotten(door: Door, kind: str) -> None:
    assert (await door.send(activity(TEAMS, type=kind)))[0] == 202
    assert door.inbox == []


async def test_only_the_bots_own_arrival_is_enqueued(door: Door) -> None:
    update = {"type": "conversationUpdate", "id": "f:1"}
    assert (await door.send(activity(TEAMS, membersAdded=[{"id": "29:2"}], **update)))[0] == 202
    assert door.inbox == []
    assert (await door.send(activity(TEAMS, membersAdded=[None, BOT], **update)))[0] == 202
    assert len(door.inbox) == 1


async def test_an_invoke_is_answered_in_the_response(door: Door) -> None:
    invoke = activity(TEAMS, type="invoke", name="adaptiveCard/action", value={})
    assert (await door.send(invoke))[0] == 501
    assert door.inbox == []


async def test_what_cannot_be_kept_is_sent_again(door: Door) -> None:
    door.inbox_is_down = True
    assert (await door.send(activity(TEAMS)))[0] == 503


async def test_without_an_app_id_everybody_is_refused() -> None:
    async with opened(TeamsApp()) as door:
        assert (await door.send(activity(TEAMS), None))[0] == 401
        assert (await door.send(activity(TEAMS)))[0] == 401
        assert door.inbox == []


async def test_the_local_stack_takes_activities_of_this_machine_only() -> None:
    async with opened(TeamsApp(anonymous=True), LOCAL) as door:
        assert (await door.send(activity(LOCAL), None))[0] == 202
        assert (await door.send(activity(TEAMS), None))[0] == 403
        assert (await door.send(activity("http://10.0.0.1/_connector"), None))[0] == 403
        assert [accepted.body["claims"] for accepted in door.inbox] == [{}]


@pytest.mark.parametrize(
    "parts",
    [
        {"app_id": APP_ID, "app_password": "p", "anonymous": True},
        {"app_id": APP_ID},
        {"app_password": "p"},
    ],
)
def test_contradicting_settings_are_refused(parts: dict[str, Any]) -> None:
    with pytest.raises(ValueError, match=r"app id"):
        TeamsApp(**parts)
