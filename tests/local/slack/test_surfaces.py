"""Modals, the Home tab, the shortcut and suggested prompts are as strict as Slack's."""

import json
from typing import Any
from urllib.parse import parse_qs

import pytest
from aiohttp import web

from tests.local.slack.scene import ALICE, ALICE_DM, GENERAL, TOKEN, Scene


def plain(text: str) -> dict[str, Any]:
    return {"type": "plain_text", "text": text}


ELEMENT = {"type": "plain_text_input", "action_id": "text", "max_length": 3000}
INPUT = {"type": "input", "block_id": "question", "label": plain("Ask"), "element": ELEMENT}
MODAL = {"type": "modal", "title": plain("Ask"), "submit": plain("Send"), "blocks": [INPUT]}
HOME = {"type": "home", "blocks": [{"type": "divider"}]}
PROMPT = {"title": "Ask", "message": "What?"}


def payloads(scene: Scene) -> list[dict[str, Any]]:
    return [json.loads(parse_qs(one.body)["payload"][0]) for one in scene.app.received]


async def trigger(scene: Scene) -> str:
    """That of a message shortcut."""
    scene.app.received.clear()
    await scene.act("message", user=ALICE, channel=GENERAL, text="Printer is broken")
    ts = (await scene.sees(ALICE, GENERAL))[0]["ts"]
    scene.app.received.clear()
    await scene.act("shortcut", user=ALICE, channel=GENERAL, ts=ts)
    [shortcut] = payloads(scene)
    assert shortcut["type"] == "message_action"
    assert shortcut["callback_id"] == "ask_about_message"
    assert shortcut["message"]["text"] == "Printer is broken"
    return str(shortcut["trigger_id"])


async def test_a_trigger_opens_one_modal_within_three_seconds(scene: Scene) -> None:
    given: dict[str, Any] = {"trigger_id": await trigger(scene), "view": MODAL}
    assert (await scene.call("views.open", **given))["view"]["id"].startswith("V")
    assert (await scene.call("views.open", **given))["error"] == "exchanged_trigger_id"
    given = {"trigger_id": "1.2.x", "view": MODAL}
    assert (await scene.call("views.open", **given))["error"] == "invalid_trigger_id"
    given = {"trigger_id": await trigger(scene), "view": MODAL}
    await scene.act("advance", seconds=4)
    assert (await scene.call("views.open", **given))["error"] == "expired_trigger_id"


@pytest.mark.parametrize(
    "view",
    [
        {**MODAL, "title": plain("x" * 25)},
        {**MODAL, "submit": None},
        {**MODAL, "blocks": []},
        {**MODAL, "private_metadata": "x" * 3001},
        {**MODAL, "blocks": [{**INPUT, "element": {**ELEMENT, "max_length": 3001}}]},
        {**MODAL, "blocks": [{"type": "section"}]},
        HOME,
        "view",
    ],
)
async def test_a_modal_that_breaks_a_rule_is_refused(scene: Scene, view: object) -> None:
    given: dict[str, Any] = {"trigger_id": await trigger(scene), "view": view}
    assert (await scene.call("views.open", **given))["error"] == "invalid_arguments"


async def test_what_is_typed_is_sent_and_stays_open_when_the_app_objects(scene: Scene) -> None:
    await scene.call("views.open", trigger_id=await trigger(scene), view=MODAL)
    scene.app.received.clear()
    objection = {"response_action": "errors", "errors": {"question": "Say more."}}
    scene.app.answers.append(web.json_response(objection))
    await scene.act("submit", user=ALICE, typed={})
    await scene.act("submit", user=ALICE, typed={"question": "Why?"})
    empty, sent = (one["view"]["state"]["values"]["question"]["text"] for one in payloads(scene))
    assert (empty["value"], sent["value"]) == (None, "Why?")
    assert (await scene.act("submit", user=ALICE, typed={}))["error"] == "view_not_found"


async def test_the_home_tab_has_buttons_of_its_own(scene: Scene) -> None:
    button = {"type": "button", "action_id": "ask", "text": plain("Ask"), "value": "What?"}
    section = {"type": "section", "text": plain("x"), "accessory": button}
    assert (await scene.call("views.publish", user_id="U0NOBODY", view=HOME))["error"]
    await scene.call("views.publish", user_id=ALICE, view={**HOME, "blocks": [section]})
    await scene.act("open", user=ALICE, tab="home")
    event = json.loads(scene.app.received[-1].body)["event"]
    assert (event["type"], event["tab"], event["channel"]) == ("app_home_opened", "home", ALICE_DM)
    assert event["view"]["type"] == "home"
    scene.app.received.clear()
    assert (await scene.act("press", user=ALICE, action="other"))["error"] == "action_not_found"
    await scene.act("press", user=ALICE, action="ask", value="What?")
    [click] = payloads(scene)
    assert click["container"]["type"] == "view"
    assert "message" not in click
    assert click["actions"][0]["value"] == "What?"


async def test_an_agents_prompts_are_at_most_four_and_belong_to_no_thread(scene: Scene) -> None:
    async def set_prompts(prompts: Any, **more: str) -> dict[str, Any]:
        given = {"channel_id": ALICE_DM, "prompts": prompts, **more}
        return await scene.call("assistant.threads.setSuggestedPrompts", **given)

    for wrong in ([], [PROMPT] * 5, [{"title": "Ask"}]):
        assert (await set_prompts(wrong))["error"] == "invalid_arguments"
    assert (await set_prompts([PROMPT], thread_ts="1.2"))["ok"]
    async with scene.http.get(f"{scene.slack}/double/surfaces", params={"user": ALICE}) as answer:
        assert (await answer.json())["prompts"] == []
    assert (await set_prompts([PROMPT]))["ok"]
    async with scene.http.get(f"{scene.slack}/double/surfaces", params={"user": ALICE}) as answer:
        assert (await answer.json())["prompts"] == [PROMPT]


async def test_the_page_shows_modal_home_tab_and_prompts_and_acts_on_them(scene: Scene) -> None:
    async def page(address: str) -> str:
        async with scene.http.get(f"{scene.slack}{address}") as answer:
            return await answer.text()

    async def post(address: str, **form: str) -> None:
        async with scene.http.post(f"{scene.slack}{address}", data=form) as answer:
            assert answer.status == 200, await answer.text()

    who = {"as": ALICE, "in": GENERAL}
    await scene.call("views.open", trigger_id=await trigger(scene), view=MODAL)
    assert 'role="dialog"' in await page(f"/?as={ALICE}&in={GENERAL}")
    await post("/submit", **who, question="Why?")
    assert payloads(scene)[-1]["type"] == "view_submission"
    assert 'role="dialog"' not in await page(f"/?as={ALICE}&in={GENERAL}")

    button = {"type": "button", "action_id": "ask", "text": plain("Do ask"), "value": "What?"}
    row = {"type": "actions", "elements": [button]}
    await scene.call("views.publish", user_id=ALICE, view={**HOME, "blocks": [row]})
    assert "Do ask" in await page(f"/home?as={ALICE}")
    scene.app.received.clear()
    await post("/press-home", **who, action="ask", value="What?")
    assert payloads_of(scene, "block_actions")[0]["actions"][0]["value"] == "What?"

    given = {"channel_id": ALICE_DM, "prompts": [{"title": "Try me", "message": "Hello?"}]}
    await scene.act("open", user=ALICE, tab="messages")
    await scene.call("assistant.threads.setSuggestedPrompts", TOKEN, **given)
    assert "Try me" in await page(f"/?as={ALICE}")


def payloads_of(scene: Scene, kind: str) -> list[dict[str, Any]]:
    sent = [one for one in scene.app.received if one.path == "/slack/interactions"]
    read = [json.loads(parse_qs(one.body)["payload"][0]) for one in sent]
    return [one for one in read if one["type"] == kind]
