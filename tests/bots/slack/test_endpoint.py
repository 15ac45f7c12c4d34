"""Bad input at Slack's edge ends in one sentence, and nothing of it reaches the inbox."""

import json
import time
from urllib.parse import urlencode

import pytest
from slack_sdk.signature import SignatureVerifier

from tests.bots.slack.slack_client import ALICE, SECRET, SlackClient

COMMAND = {
    "token": "verification",
    "team_id": "T0NORTHWND",
    "user_id": ALICE,
    "channel_id": "C0GENERAL00",
    "command": "/bizassist",
    "text": "hello",
    "response_url": "https://hooks.slack.com/commands/1",
    "trigger_id": "1.2.3",
}
EVENT = {
    "type": "event_callback",
    "team_id": "T0NORTHWND",
    "event": {
        "type": "message",
        "channel_type": "im",
        "channel": "D0ALICE0000",
        "user": ALICE,
        "ts": "1700000000.000100",
        "text": "hello",
    },
}
FORM, JSON = "application/x-www-form-urlencoded", "application/json"
ROUTES = ("/slack/commands", "/slack/events", "/slack/interactions")


def signed(body: bytes, secret: str = SECRET, at: float | None = None) -> dict[str, str]:
    timestamp = str(int(time.time() if at is None else at))
    signature = SignatureVerifier(secret).generate_signature(timestamp=timestamp, body=body)
    return {"X-Slack-Request-Timestamp": timestamp, "X-Slack-Signature": str(signature)}


async def send(
    slack: SlackClient, route: str, body: bytes, headers: dict[str, str], content_type: str = FORM
) -> tuple[int, str]:
    headers = {"Content-Type": content_type, **headers}
    async with slack.http.post(slack.service_url + route, data=body, headers=headers) as answer:
        return answer.status, await answer.text()


def is_one_sentence(text: str) -> bool:
    return text.endswith(".") and "\n" not in text and "Traceback" not in text


@pytest.mark.parametrize("route", ROUTES)
@pytest.mark.parametrize(
    "headers",
    [
        {},
        signed(urlencode(COMMAND).encode(), at=time.time() - 301),
        signed(urlencode(COMMAND).encode(), at=time.time() + 36_000),
        signed(urlencode(COMMAND).encode(), secret="another"),
        signed(b"another body"),
        signed(urlencode(COMMAND).encode()) | {"X-Slack-Request-Timestamp": "yesterday"},
        signed(urlencode(COMMAND).encode()) | {"X-Slack-Signature": "v0=é"},
    ],
    ids=["unsigned", "stale", "future", "wrong secret", "wrong body", "no number", "no ascii"],
)
async def test_what_slack_did_not_sign_is_refused(
    slack: SlackClient, route: str, headers: dict[str, str]
) -> None:
    status, text = await send(slack, route, urlencode(COMMAND).encode(), headers)
    assert status == 401
    assert is_one_sentence(text)
    assert slack.inbox == []


@pytest.mark.parametrize(
    ("route", "body"),
    [
        ("/slack/commands", b"not a form"),
        ("/slack/commands", b""),
        ("/slack/commands", urlencode({"text": "no command"}).encode()),
        ("/slack/commands", urlencode(COMMAND | {"user_id": ""}).encode()),
        ("/slack/commands", urlencode(COMMAND | {"user_id": "U1#T2"}).encode()),
        ("/slack/commands", b"&".join(b"a=1" for _ in range(101))),
        ("/slack/events", b'{"type": "event_callback"'),
        ("/slack/events", b"[]"),
        ("/slack/events", b"[" * 100_000),
        ("/slack/events", b'{"type": "event_callback"}'),
        ("/slack/events", json.dumps(EVENT | {"team_id": ""}).encode()),
        ("/slack/interactions", b"payload=nothing"),
        ("/slack/interactions", b"a=b"),
    ],
)
async def test_what_makes_no_sense_is_refused(slack: SlackClient, route: str, body: bytes) -> None:
    status, text = await send(slack, route, body, signed(body))
    assert status == 400
    assert is_one_sentence(text)
    assert slack.inbox == []


async def test_a_body_that_is_no_utf_8_is_refused(slack: SlackClient) -> None:
    status, _ = await send(slack, "/slack/events", b"\xff\xfe", signed(b"x"))
    assert status == 401


@pytest.mark.parametrize("route", ROUTES)
async def test_more_than_a_megabyte_is_refused(slack: SlackClient, route: str) -> None:
    body = b"a" * (1024 * 1024 + 1)
    status, text = await send(slack, route, body, signed(body))
    assert status == 413
    assert is_one_sentence(text)
    assert slack.inbox == []


async def test_slack_may_verify_the_address(slack: SlackClient) -> None:
    body = json.dumps({"type": "url_verification", "challenge": "c-1"}).encode()
    status, text = await send(slack, "/slack/events", body, signed(body), JSON)
    assert (status, json.loads(text)) == (200, {"challenge": "c-1"})
    assert (await send(slack, "/slack/events", body, {}, JSON))[0] == 401


async def test_a_command_is_accepted_without_its_verification_token(slack: SlackClient) -> None:
    body = urlencode(COMMAND).encode()
    assert await send(slack, "/slack/commands", body, signed(body)) == (200, "")
    [accepted] = slack.inbox
    assert accepted.event_id == "1.2.3"
    assert accepted.conversation == f"slack:T0NORTHWND:C0GENERAL00:{ALICE}#{ALICE}"
    assert "token" not in accepted.body


@pytest.mark.parametrize(
    "change",
    [
        {"bot_id": "B1"},
        {"subtype": "message_changed"},
        {"subtype": "message_deleted"},
        {"subtype": "bot_message", "bot_id": "B1"},
        {"channel_type": "channel"},
        {"type": "reaction_added"},
    ],
)
async def test_what_asks_nothing_is_acknowledged_and_dropped(
    slack: SlackClient, change: dict[str, str]
) -> None:
    body = json.dumps(EVENT | {"event": EVENT["event"] | change}).encode()  # type: ignore[operator]
    assert await send(slack, "/slack/events", body, signed(body), JSON) == (200, "")
    assert slack.inbox == []


async def test_what_is_no_event_at_all_is_acknowledged(slack: SlackClient) -> None:
    body = json.dumps({"type": "a_type_of_tomorrow"}).encode()
    assert await send(slack, "/slack/events", body, signed(body), JSON) == (200, "")
    assert slack.inbox == []


async def test_the_assistants_own_post_is_dropped(slack: SlackClient) -> None:
    own = {"authorizations": [{"team_id": "T0NORTHWND", "user_id": ALICE}]}
    body = json.dumps(EVENT | own).encode()
    assert await send(slack, "/slack/events", body, signed(body), JSON) == (200, "")
    assert slack.inbox == []


async def test_one_post_has_one_id_whatever_its_events_are_called(slack: SlackClient) -> None:
    for event_id in ("Ev1", "Ev2"):
        body = json.dumps(EVENT | {"event_id": event_id}).encode()
        assert (await send(slack, "/slack/events", body, signed(body), JSON))[0] == 200
    assert {one.event_id for one in slack.inbox} == {"T0NORTHWND:D0ALICE0000:1700000000.000100"}


async def test_a_mention_is_taken_once_although_slack_sends_two_events(slack: SlackClient) -> None:
    await slack.message("@BizAssist hello", channel="C0GENERAL00")
    [accepted] = slack.inbox
    assert accepted.body["event"]["type"] == "app_mention"  # type: ignore[index]


async def test_while_the_inbox_is_down_slack_repeats_events_and_people_are_told(
    slack: SlackClient,
) -> None:
    slack.inbox_is_down = True
    assert await slack.message("hello") == 503
    assert await slack.command("hello") == 200
    [told] = await slack.from_us(ALICE, "C0GENERAL00")
    assert told["private"]
    assert "try again" in told["text"]


async def test_a_click_on_the_sign_in_button_is_acknowledged(slack: SlackClient) -> None:
    body = urlencode({"payload": json.dumps({"type": "block_actions", "actions": []})}).encode()
    assert await send(slack, "/slack/interactions", body, signed(body)) == (200, "")
    assert slack.inbox == []


async def test_slacks_look_at_our_certificate_is_answered(slack: SlackClient) -> None:
    body = b"ssl_check=1&token=t"
    assert await send(slack, "/slack/commands", body, signed(body)) == (200, "")
