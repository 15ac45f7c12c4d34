"""What the double sends has the shape of what Slack sends, field by field."""

import json
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs

import pytest

from tests.local.slack.scene import (
    ADMIN,
    ALICE,
    ALICE_DM,
    GENERAL,
    OTHER_BOT,
    PARTNERS,
    VISITOR,
    Scene,
)

RECORDED = Path(__file__).parents[2] / "data" / "slack"


def recorded(name: str) -> dict[str, Any]:
    return dict(json.loads((RECORDED / f"{name}.json").read_text()))


def shape(value: object) -> object:
    """The names of the fields and the kinds of their values."""
    if isinstance(value, dict):
        return {name: shape(inside) for name, inside in value.items()}
    if isinstance(value, list):
        return [shape(inside) for inside in value]
    return type(value).__name__


def kinds(value: object) -> list[str]:
    """The kinds of blocks and elements, in their order."""
    if isinstance(value, dict):
        own = [value["type"]] if isinstance(value.get("type"), str) else []
        return own + [kind for inside in value.values() for kind in kinds(inside)]
    return [kind for inside in value for kind in kinds(inside)] if isinstance(value, list) else []


def envelopes(scene: Scene) -> list[dict[str, Any]]:
    return [dict(json.loads(sent.body)) for sent in scene.app.received]


POSTS: list[tuple[str, dict[str, Any], int]] = [
    ("message_channel", {"channel": GENERAL, "text": "@BizAssist 1"}, 0),
    ("app_mention", {"channel": GENERAL, "text": "@BizAssist 1"}, 1),
    ("message_im", {"text": "hello"}, 0),
    ("message_link", {"text": "see https://example.com/?a=1&b=2"}, 0),
    ("message_bot", {"user": OTHER_BOT, "channel": GENERAL, "text": "Processing..."}, 0),
    ("message_system", {"user": "USLACK", "text": "@alice archived the channel"}, 0),
    ("message_visitor", {"user": VISITOR, "channel": PARTNERS, "text": "@BizAssist 1"}, 1),
    ("message_blocks_only", {"text": "Is it?", "event": {"text": ""}}, 0),
    ("file_share", {"text": "", "files": [{"name": "offer.pdf", "size": 12_000}]}, 0),
    *(
        (name, {"text": "x", "event": {"attachments": recorded(name)["event"]["attachments"]}}, 0)
        for name in ("message_forwarded", "message_table")
    ),
]


@pytest.mark.parametrize(("name", "act", "which"), POSTS, ids=[name for name, _, _ in POSTS])
async def test_a_post(scene: Scene, name: str, act: dict[str, Any], which: int) -> None:
    await scene.act("message", **({"user": ALICE, "channel": ALICE_DM} | act))
    sent, known = envelopes(scene)[which], recorded(name)
    assert shape(sent) == shape(known)
    assert kinds(sent["event"].get("blocks", [])) == kinds(known["event"].get("blocks", []))
    for field in ("type", "subtype", "channel_type"):
        assert sent["event"].get(field) == known["event"].get(field)
    assert sent["is_ext_shared_channel"] == known["is_ext_shared_channel"]


async def test_a_reply_names_its_thread(scene: Scene) -> None:
    first = await scene.act("message", user=ALICE, channel=GENERAL, text="1")
    await scene.act("message", user=ADMIN, channel=GENERAL, text="2", thread=first["ts"])
    sent = envelopes(scene)[1]
    assert shape(sent) == shape(recorded("message_thread"))
    assert sent["event"]["parent_user_id"] == ALICE


async def test_a_deletion(scene: Scene) -> None:
    posted = await scene.act("message", user=ALICE, channel=ALICE_DM, text="hello")
    await scene.act("delete", user=ALICE, channel=ALICE_DM, ts=posted["ts"])
    sent = envelopes(scene)[1]
    assert shape(sent) == shape(recorded("message_deleted"))
    assert sent["event"]["deleted_ts"] == posted["ts"]


async def test_a_mention_carries_no_files(scene: Scene) -> None:
    files = [{"name": "offer.pdf"}]
    await scene.act("message", user=ALICE, channel=GENERAL, text="@BizAssist read", files=files)
    message, mention = (envelope["event"] for envelope in envelopes(scene))
    assert [file["name"] for file in message["files"]] == ["offer.pdf"]
    assert "files" not in mention
    asked = {"channel": GENERAL, "latest": mention["ts"], "inclusive": True, "limit": 1}
    [found] = (await scene.call("conversations.history", **asked))["messages"]
    assert found["files"] == message["files"]


async def test_a_file_without_a_name_is_refused(scene: Scene) -> None:
    given = {"user": ALICE, "channel": ALICE_DM, "text": "", "files": [{"size": 1}]}
    assert (await scene.act("message", **given))["error"] == "invalid_arguments"


async def test_too_many_events(scene: Scene) -> None:
    assert await scene.act("too-many-events") == {"status": 200}
    [sent] = envelopes(scene)
    assert shape(sent) == shape(recorded("app_rate_limited"))


async def test_a_command(scene: Scene) -> None:
    await scene.act("command", user=ALICE, channel=GENERAL, text="R&D <now>?")
    form = {name: values[0] for name, values in parse_qs(scene.app.received[0].body).items()}
    assert shape(form) == shape(recorded("command"))
    assert form["text"] == recorded("command")["text"]


@pytest.mark.parametrize("ephemeral", [False, True])
async def test_a_pressed_button(scene: Scene, *, ephemeral: bool) -> None:
    text = {"type": "plain_text", "text": "Go"}
    button = {"type": "button", "action_id": "go", "text": text, "value": "1"}
    blocks = [{"type": "actions", "block_id": "b0", "elements": [button]}]
    message: dict[str, Any] = {"channel": GENERAL, "text": "x", "blocks": blocks}
    if ephemeral:
        await scene.call("chat.postEphemeral", **message, user=ALICE)
    else:
        await scene.call("chat.postMessage", **message)
    [shown] = await scene.sees(ALICE, GENERAL)
    await scene.act("click", user=ALICE, channel=GENERAL, ts=shown["ts"], action="go")
    [form] = parse_qs(scene.app.received[0].body)["payload"]
    sent = json.loads(form)
    known = recorded("block_actions_ephemeral" if ephemeral else "block_actions")
    assert shape(sent) == shape(known)
    assert sent["actions"][0]["block_id"] == "b0"


def test_every_recorded_payload_is_used() -> None:
    used = {name for name, _, _ in POSTS} | {
        "message_thread",
        "message_deleted",
        "app_rate_limited",
        "command",
        "block_actions",
        "block_actions_ephemeral",
    }
    assert used == {path.stem for path in RECORDED.glob("*.json")}
