"""Who and what gets past the edge, and what the others are told."""

import json
import time
from collections.abc import AsyncIterator
from typing import Any

import jwt
import pytest

from bots.platform import Accepted
from bots.teams.incoming import signing_keys
from bots.teams.incoming.activity import question_text, read_activity
from bots.teams.registration import TeamsApp
from tests.bots.teams.connector import BOT, PERSONAL, TENANT
from tests.bots.teams.edge_client import CLOUD, LOCAL, TEAMS, EdgeClient, edge_client
from tests.bots.teams.issuer import Issuer
from tests.bots.teams.teams_client import APP_ID, ISSUER, activity


@pytest.fixture
async def edge() -> AsyncIterator[EdgeClient]:
    async with edge_client(CLOUD) as made:
        yield made


def told(caplog: pytest.LogCaptureFixture, status: int) -> str:
    """The one warning by which an operator learns why an activity is refused."""
    begins = f"an activity is refused, {status}: "
    warned = [record.getMessage() for record in caplog.records if record.levelname == "WARNING"]
    (reason,) = [message for message in warned if message.startswith(begins)]
    return reason.removeprefix(begins)


async def test_a_question_from_teams_goes_into_the_inbox_without_its_token(
    edge: EdgeClient,
) -> None:
    body = activity(TEAMS)
    assert await edge.send(body) == (202, "")
    (accepted,) = edge.inbox
    assert accepted == Accepted(
        "teams",
        f"{PERSONAL}/question-1",
        f"{PERSONAL}#{body['from']['aadObjectId']}",
        {"activity": body, "claims": {"iss": ISSUER, "aud": APP_ID, "serviceurl": TEAMS}},
        asker=f"teams#{TENANT}#{body['from']['aadObjectId']}",
    )


@pytest.mark.parametrize("who", [{"id": f"28:{APP_ID}"}, {"id": "29:1abc", "role": "bot"}])
async def test_what_a_bot_says_is_nobodys_question(edge: EdgeClient, who: dict[str, str]) -> None:
    sender = {**who, "name": "Helper", "aadObjectId": "00000000-0000-0000-0000-0000000000b0"}
    assert await edge.send(activity(TEAMS, **{"from": sender})) == (202, "")
    assert edge.inbox == []


async def test_keys_are_fetched_once(edge: EdgeClient) -> None:
    for _ in range(3):
        assert (await edge.send(activity(TEAMS)))[0] == 202
    assert edge.issuer.fetched == 1


@pytest.mark.parametrize(
    "authorization", [None, "Bearer", "Bearer x", "Bearer a.b.c", "Basic eDp5"]
)
async def test_without_a_token_nothing_is_enqueued(
    edge: EdgeClient, caplog: pytest.LogCaptureFixture, authorization: str | None
) -> None:
    status, sentence = await edge.send(activity(TEAMS), authorization)
    assert status == 401
    assert told(caplog, 401)
    assert sentence == "The activity carries no valid token."
    assert edge.inbox == []


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
async def test_a_token_for_something_else_is_refused(
    edge: EdgeClient, claims: dict[str, Any]
) -> None:
    token = edge.issuer.token(TEAMS, **claims)
    assert (await edge.send(activity(TEAMS), f"Bearer {token}"))[0] == 401
    assert edge.inbox == []


async def test_a_token_signed_by_the_wrong_key_is_refused(edge: EdgeClient) -> None:
    token = edge.issuer.token(TEAMS, signed_by=Issuer().key)
    assert (await edge.send(activity(TEAMS), f"Bearer {token}"))[0] == 401
    edge.issuer.name = "key-nobody-published"
    unknown = edge.issuer.token(TEAMS)
    edge.issuer.name = "key-1"
    assert (await edge.send(activity(TEAMS), f"Bearer {unknown}"))[0] == 401
    assert edge.inbox == []


async def test_while_keys_cannot_be_had_teams_is_asked_to_send_again(
    edge: EdgeClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    edge.issuer.is_down = True
    for _ in range(3):  # the issuer is asked once, not by each of them
        assert (await edge.send(activity(TEAMS)))[0] == 503
    assert edge.issuer.fetched == 1
    monkeypatch.setattr(signing_keys, "FAILURE_PAUSE", 0.0)
    edge.issuer.is_down = False
    assert (await edge.send(activity(TEAMS)))[0] == 202


async def test_a_token_that_names_no_key_makes_nobody_look(edge: EdgeClient) -> None:
    nameless = jwt.encode({"iss": ISSUER}, "x" * 32, algorithm="HS256")
    assert (await edge.send(activity(TEAMS), f"Bearer {nameless}"))[0] == 401
    assert edge.issuer.fetched == 0


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"{",
        b"[]",
        b'"text"',
        b"[" * 100_000,
        b"[" * 1_000 + b"]" * 1_000,
        b'{"a":' * 1_000 + b"{}" + b"}" * 1_000,
        b'{"id":' + b"1" * 5_000 + b"}",
        b"[" * 65 + b"]" * 65,
        b'{"entities":[' + b"{}," * 30_000 + b"{}]}",
        b"\xff\xfe",
        activity(TEAMS, id=None),
        activity(TEAMS, type=None),
        activity(TEAMS, conversation=None),
        activity(TEAMS, conversation=[]),
        activity(TEAMS, conversation={"id": "x" * 2000}),
        activity(TEAMS, recipient=None),
        activity(TEAMS, **{"from": {"name": "nobody"}}),
        activity(TEAMS, **{"from": {"id": "a#b"}}),
        activity(TEAMS, channelData=None, conversation={"id": PERSONAL}),
        activity(TEAMS, text="\ud800"),
        activity(TEAMS, id="\ud800"),
        activity("http://["),
    ],
    ids=range(23),
)
async def test_what_is_no_activity_is_a_bad_request(edge: EdgeClient, body: Any) -> None:
    token = edge.issuer.token(str(body["serviceUrl"]) if isinstance(body, dict) else TEAMS)
    status, sentence = await edge.send(body, f"Bearer {token}")
    assert status == 400
    assert sentence.endswith(".")
    assert edge.inbox == []


@pytest.mark.parametrize(
    "changes",
    [
        {"channelData": {"tenant": "t"}},
        {"entities": "x"},
        {"entities": [None, 1, {"type": "mention", "mentioned": 2, "text": ["x"]}]},
        {"attachments": {"content": "x"}},
        {"localTimestamp": "yesterday"},
        {"timestamp": int("1" * 400)},
        {"value": {"nested": [[[{"deeply": []}]]]}},
    ],
    ids=lambda changes: next(iter(changes)),
)
async def test_a_field_that_is_not_read_may_hold_anything(
    edge: EdgeClient, changes: dict[str, Any]
) -> None:
    assert await edge.send(activity(TEAMS, **changes)) == (202, "")
    assert question_text(read_activity(edge.inbox[0].body["activity"])) == "Is it?"


async def test_another_channel_has_no_key(edge: EdgeClient) -> None:
    assert (await edge.send(activity(TEAMS, channelId="directline")))[0] == 401
    assert edge.inbox == []


async def test_nothing_is_read_of_an_activity_before_its_token(
    edge: EdgeClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    def read(body: object) -> None:
        pytest.fail(f"{body} was read")

    monkeypatch.setattr("bots.teams.incoming.endpoint.read_activity", read)
    assert (await edge.send(activity(TEAMS), "Bearer a.b.c"))[0] == 401
    assert (await edge.send({"serviceUrl": [], "channelId": {}}, "Bearer a.b.c"))[0] == 401


@pytest.mark.parametrize("size", [256 * 1024 + 1, 1024 * 1024])
async def test_an_oversize_activity_is_refused(edge: EdgeClient, size: int) -> None:
    body = activity(TEAMS, text="")
    body["text"] = "x" * (size - len(json.dumps(body)))
    assert await edge.send(body) == (413, "The request is too large.")
    assert edge.inbox == []


async def test_the_largest_activity_costs_no_seconds(edge: EdgeClient) -> None:
    body = activity(TEAMS, entities=[{"n": []}] * 9_000)
    assert (await edge.send(body))[0] == 202
    began = time.thread_time()
    for _ in range(10):
        assert (await edge.send(body))[0] == 202
    assert time.thread_time() - began < 1.0


async def test_another_tenant_is_a_stranger(
    edge: EdgeClient, caplog: pytest.LogCaptureFixture
) -> None:
    other = {"tenant": {"id": "99999999-0000-0000-0000-000000000000"}}
    assert (await edge.send(activity(TEAMS, channelData=other)))[0] == 403
    assert "MICROSOFT_APP_TENANT_ID names another" in told(caplog, 403)
    assert (await edge.send(activity(TEAMS, channelData={"tenant": {"id": TENANT.upper()}})))[
        0
    ] == 202
    assert len(edge.inbox) == 1


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
async def test_answers_go_nowhere_but_to_teams(
    caplog: pytest.LogCaptureFixture, service_url: str
) -> None:
    async with edge_client(CLOUD, service_url) as edge:
        assert (await edge.send(activity(service_url)))[0] == 403
        assert "no service address of Teams' that we know" in told(caplog, 403)
        assert edge.inbox == []


@pytest.mark.parametrize("kind", ["typing", "messageReaction", "messageDelete", "event"])
async def test_what_needs_nothing_is_acknowledged_and_forgotten(
    edge: EdgeClient, kind: str
) -> None:
    assert (await edge.send(activity(TEAMS, type=kind)))[0] == 202
    assert edge.inbox == []


async def test_only_the_bots_own_arrival_is_enqueued(edge: EdgeClient) -> None:
    update = {"type": "conversationUpdate", "id": "f:1"}
    assert (await edge.send(activity(TEAMS, membersAdded=[{"id": "29:2"}], **update)))[0] == 202
    assert edge.inbox == []
    assert (await edge.send(activity(TEAMS, membersAdded=[None, BOT], **update)))[0] == 202
    assert len(edge.inbox) == 1


async def test_what_cannot_be_kept_is_sent_again(edge: EdgeClient) -> None:
    edge.inbox_is_down = True
    assert (await edge.send(activity(TEAMS)))[0] == 503


async def test_without_an_app_id_everybody_is_refused(caplog: pytest.LogCaptureFixture) -> None:
    async with edge_client(TeamsApp()) as edge:
        assert (await edge.send(activity(TEAMS), None))[0] == 401
        assert "MICROSOFT_APP_ID is not set" in told(caplog, 401)
        assert (await edge.send(activity(TEAMS)))[0] == 401
        assert edge.inbox == []


async def test_the_local_stack_takes_activities_of_this_machine_only() -> None:
    async with edge_client(TeamsApp(anonymous=True), LOCAL) as edge:
        assert (await edge.send(activity(LOCAL), None))[0] == 202
        assert (await edge.send(activity(TEAMS), None))[0] == 403
        assert (await edge.send(activity("http://10.0.0.1/_connector"), None))[0] == 403
        assert [accepted.body["claims"] for accepted in edge.inbox] == [{}]


@pytest.mark.parametrize(
    "parts",
    [
        {"app_id": APP_ID, "app_password": "p", "anonymous": True},
        {"app_id": APP_ID},
        {"app_password": "p"},
        {"app_id": APP_ID, "app_type": "UserAssignedMSI"},
        {"app_id": APP_ID, "app_tenant_id": TENANT, "app_password": "p"}
        | {"app_type": "UserAssignedMSI"},
        {"app_id": APP_ID, "app_password": "p", "app_type": "SingleTenant"},
    ],
)
def test_contradicting_settings_are_refused(parts: dict[str, Any]) -> None:
    with pytest.raises(ValueError, match=r"app id"):
        TeamsApp(**parts)
