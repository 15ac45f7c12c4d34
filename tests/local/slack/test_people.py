"""What people do here reaches the app as Slack would send it, signed."""

import asyncio
import json
from typing import Any
from urllib.parse import parse_qs

from aiohttp import web
from slack_sdk.signature import SignatureVerifier

from tests.local.slack.scene import ADMIN, ALICE, ALICE_DM, GENERAL, SECRET, Received, Scene
from tests.some import some


def form(received: Received) -> dict[str, str]:
    return {name: values[0] for name, values in parse_qs(received.body).items()}


def is_signed(received: Received) -> bool:
    return SignatureVerifier(SECRET).is_valid_request(received.body, received.headers)


async def respond(scene: Scene, url: str, **message: Any) -> tuple[int, str]:
    async with scene.http.post(url, json=message) as answer:
        return answer.status, await answer.text()


async def response_url(scene: Scene) -> str:
    await scene.act("command", user=ALICE, channel=GENERAL, text="hello")
    return form(scene.app.received[-1])["response_url"]


async def test_a_command(scene: Scene) -> None:
    await scene.act("command", user=ALICE, channel=GENERAL, text="R&D <now>?")
    [sent] = scene.app.received
    assert sent.path == "/slack/commands"
    assert sent.headers["content-type"] == "application/x-www-form-urlencoded"
    assert is_signed(sent)
    fields = form(sent)
    assert fields["command"] == "/bizassist"
    assert fields["text"] == "R&amp;D &lt;now&gt;?"
    assert (fields["user_id"], fields["channel_id"]) == (ALICE, GENERAL)
    assert fields["response_url"].startswith(f"{scene.slack}/responses/")
    assert await scene.sees(ALICE, GENERAL) == []


async def test_a_direct_message(scene: Scene) -> None:
    await scene.act("message", user=ALICE, channel=ALICE_DM, text="see https://e.com/?a=1&b=2")
    [sent] = scene.app.received
    assert (sent.path, sent.headers["content-type"]) == ("/slack/events", "application/json")
    assert is_signed(sent)
    envelope = json.loads(sent.body)
    assert envelope["type"] == "event_callback"
    event = envelope["event"]
    assert (event["type"], event["channel_type"]) == ("message", "im")
    assert event["text"] == "see <https://e.com/?a=1&amp;b=2>"


async def test_a_mention_is_two_events_of_one_post(scene: Scene) -> None:
    await scene.act("message", user=ALICE, channel=GENERAL, text="@BizAssist hello")
    events = [json.loads(sent.body) for sent in scene.app.received]
    assert [one["event"]["type"] for one in events] == ["message", "app_mention"]
    assert {one["event"]["ts"] for one in events} == {events[0]["event"]["ts"]}
    assert events[0]["event_id"] != events[1]["event_id"]
    assert events[1]["event"]["text"] == "<@U0BIZASSIST> hello"


async def test_an_event_comes_again_until_it_is_taken(scene: Scene) -> None:
    scene.app.answers = [web.Response(status=500), web.Response(status=503)]
    answer = await scene.act("message", user=ALICE, channel=ALICE_DM, text="hello")
    assert answer["status"] == 500
    await scene.app.has_received(3)
    await asyncio.sleep(0.05)
    numbers = [sent.headers.get("x-slack-retry-num") for sent in scene.app.received]
    assert numbers == [None, "1", "2"]
    assert scene.app.received[1].headers["x-slack-retry-reason"] == "http_error"
    assert all(is_signed(sent) for sent in some(scene.app.received))
    assert len({json.loads(sent.body)["event_id"] for sent in scene.app.received}) == 1


async def test_a_command_that_fails_is_told_to_its_sender_and_not_repeated(scene: Scene) -> None:
    scene.app.answers = [web.Response(status=500)]
    await scene.act("command", user=ALICE, channel=GENERAL, text="hello")
    await asyncio.sleep(0.05)
    assert len(scene.app.received) == 1
    [told] = await scene.sees(ALICE, GENERAL)
    assert (told["name"], told["private"]) == ("Slackbot", True)
    assert "dispatch_failed" in told["text"]


async def test_what_a_command_is_answered_at_once_is_private(scene: Scene) -> None:
    scene.app.answers = [web.json_response({"text": "*On it*"}), web.Response(text="plain")]
    for _ in range(2):
        await scene.act("command", user=ALICE, channel=GENERAL, text="hello")
    assert [m["text"] for m in await scene.sees(ALICE, GENERAL)] == ["On it", "plain"]
    assert await scene.sees(ADMIN, GENERAL) == []


async def test_a_response_url_takes_five_messages(scene: Scene) -> None:
    url = await response_url(scene)
    for number in range(5):
        assert await respond(scene, url, text=f"{number}") == (200, "ok")
    status, text = await respond(scene, url, text="one too many")
    assert (status, json.loads(text)["error"]) == (404, "used_url")
    assert [m["text"] for m in await scene.sees(ALICE, GENERAL)] == list("01234")


async def test_a_response_url_lasts_thirty_minutes(scene: Scene) -> None:
    url = await response_url(scene)
    await scene.act("expire-responses")
    status, text = await respond(scene, url, text="late")
    assert (status, json.loads(text)["error"]) == (404, "expired_url")
    assert (await respond(scene, f"{scene.slack}/responses/made-up", text="x"))[0] == 404


async def test_a_response_is_private_unless_it_says_otherwise(scene: Scene) -> None:
    url = await response_url(scene)
    await respond(scene, url, text="for you")
    await respond(scene, url, text="for all", response_type="in_channel")
    assert [m["text"] for m in await scene.sees(ADMIN, GENERAL)] == ["for all"]
    assert len(await scene.sees(ALICE, GENERAL)) == 2


async def test_a_command_has_no_message_that_could_be_replaced(scene: Scene) -> None:
    url = await response_url(scene)
    await respond(scene, url, text="Looking into it")
    await respond(scene, url, text="Done", replace_original=True)
    assert [m["text"] for m in await scene.sees(ALICE, GENERAL)] == ["Looking into it", "Done"]


async def test_a_pressed_button_has_one(scene: Scene) -> None:
    button = {"type": "button", "action_id": "go", "text": {"type": "plain_text", "text": "Go"}}
    blocks = [{"type": "actions", "elements": [button]}]
    await scene.call("chat.postEphemeral", channel=GENERAL, user=ALICE, text="x", blocks=blocks)
    [shown] = await scene.sees(ALICE, GENERAL)
    press = {"user": ALICE, "channel": GENERAL, "ts": shown["ts"], "action": "go"}
    assert await scene.act("click", **press) == {"status": 200}
    sent = scene.app.received[-1]
    assert sent.path == "/slack/interactions"
    assert is_signed(sent)
    payload = json.loads(form(sent)["payload"])
    assert (payload["type"], payload["actions"][0]["action_id"]) == ("block_actions", "go")

    await respond(scene, payload["response_url"], text="gone", replace_original=True)
    assert [m["text"] for m in await scene.sees(ALICE, GENERAL)] == ["gone"]
    await respond(scene, payload["response_url"], delete_original=True)
    assert await scene.sees(ALICE, GENERAL) == []


async def test_a_response_is_held_to_the_same_limits(scene: Scene) -> None:
    url = await response_url(scene)
    for message, error in (
        ({}, "no_text"),
        ({"text": "x" * 40_001}, "msg_too_long"),
        ({"blocks": [{"type": "markdown", "text": "x" * 12_001}]}, "invalid_blocks"),
    ):
        status, text = await respond(scene, url, **message)
        assert (status, json.loads(text)["error"]) == (400, error)
    assert await scene.sees(ALICE, GENERAL) == []


async def test_nobody_acts_where_they_are_not(scene: Scene) -> None:
    for what in ("message", "command"):
        refused = await scene.act(what, user=ADMIN, channel=ALICE_DM, text="x")
        assert refused["error"] == "not_in_channel"
    assert scene.app.received == []
