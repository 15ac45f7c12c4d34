"""The Web API refuses what Slack refuses, in Slack's words."""

from typing import Any

import pytest

from tests.local.slack.scene import ADMIN, ALICE, ALICE_DM, BOT, GENERAL, TOKEN, Scene


def section(text: str) -> dict[str, Any]:
    return {"type": "section", "text": {"type": "mrkdwn", "text": text}}


def buttons(*elements: dict[str, Any]) -> list[dict[str, Any]]:
    return [{"type": "actions", "elements": list(elements)}]


def button(**changes: Any) -> dict[str, Any]:
    text = {"type": "plain_text", "text": "Sign in"}
    return {"type": "button", "action_id": "a", "text": text, "url": "https://e.com"} | changes


async def test_it_knows_its_bot(scene: Scene) -> None:
    answer = await scene.call("auth.test")
    assert answer["ok"]
    assert answer["user_id"] == BOT


async def test_it_knows_who_calls(scene: Scene) -> None:
    assert (await scene.call("auth.test", token=None))["error"] == "not_authed"
    assert (await scene.call("auth.test", token="xoxb-other"))["error"] == "invalid_auth"


async def test_a_token_is_taken_from_a_form_too_and_never_written_down(scene: Scene) -> None:
    url = f"{scene.slack}/api/users.info"
    async with scene.http.post(url, data={"token": TOKEN, "user": ALICE}) as answer:
        assert (await answer.json())["user"]["name"] == "alice"
    async with scene.http.get(f"{scene.slack}/double/calls") as answer:
        assert TOKEN not in await answer.text()


REFUSED: list[tuple[str, dict[str, Any], str]] = [
    ("chat.postMesage", {}, "unknown_method"),
    ("chat.postMessage", {"text": "x"}, "invalid_arguments"),
    ("chat.postMessage", {"channel": 7, "text": "x"}, "invalid_arguments"),
    ("chat.postMessage", {"channel": "C404", "text": "x"}, "channel_not_found"),
    ("chat.postMessage", {"channel": GENERAL}, "no_text"),
    ("chat.postMessage", {"channel": GENERAL, "markdown_text": "x" * 12_001}, "msg_too_long"),
    (
        "chat.postMessage",
        {"channel": GENERAL, "text": "x", "markdown_text": "y"},
        "markdown_text_conflict",
    ),
    ("chat.postMessage", {"channel": GENERAL, "text": "x", "thread_ts": "1.2"}, "thread_not_found"),
    (
        "chat.postMessage",
        {"channel": GENERAL, "text": "x", "metadata": {"event_type": "a"}},
        "invalid_metadata_format",
    ),
    ("chat.postMessage", {"channel": GENERAL, "blocks": "x"}, "invalid_blocks_format"),
    ("chat.postEphemeral", {"channel": GENERAL, "text": "x"}, "invalid_arguments"),
    (
        "chat.postEphemeral",
        {"channel": ALICE_DM, "user": ADMIN, "text": "x"},
        "user_not_in_channel",
    ),
    ("chat.update", {"channel": GENERAL, "ts": "1.2", "text": "x"}, "message_not_found"),
    ("chat.update", {"channel": GENERAL, "ts": "1.2", "text": "x" * 4_001}, "msg_too_long"),
    ("chat.delete", {"channel": GENERAL, "ts": "1.2"}, "message_not_found"),
    ("conversations.open", {"users": "U404"}, "user_not_found"),
    ("conversations.info", {"channel": "C404"}, "channel_not_found"),
    ("conversations.history", {"channel": GENERAL, "limit": 1000}, "invalid_limit"),
    ("conversations.replies", {"channel": GENERAL, "ts": "1.2"}, "thread_not_found"),
    ("users.info", {"user": "U404"}, "user_not_found"),
    ("team.info", {"team": "T404"}, "team_not_found"),
    (
        "reactions.add",
        {"channel": GENERAL, "timestamp": "1.2", "name": "eyes"},
        "message_not_found",
    ),
    ("assistant.threads.setStatus", {"channel_id": GENERAL}, "invalid_arguments"),
]


@pytest.mark.parametrize(("method", "given", "error"), REFUSED)
async def test_it_refuses(scene: Scene, method: str, given: dict[str, Any], error: str) -> None:
    answer = await scene.call(method, **given)
    assert (answer["ok"], answer["error"]) == (False, error)
    assert await scene.sees(ALICE, GENERAL) == []


INVALID_BLOCKS: list[tuple[list[dict[str, Any]], str]] = [
    (
        [section("x" * 3_001)],
        "must be less than 3001 characters [json-pointer:/blocks/0/text/text]",
    ),
    ([section("")], "must be more than 0 characters [json-pointer:/blocks/0/text/text]"),
    ([{"type": "section"}], "missing required field: text [json-pointer:/blocks/0]"),
    ([{"type": "carousel"}], "unsupported type: carousel [json-pointer:/blocks/0/type]"),
    ([section("x")] * 51, "no more than 50 items allowed [json-pointer:/blocks]"),
    (
        [{"type": "markdown", "text": "x" * 12_001}],
        "must be less than 12001 characters [json-pointer:/blocks/0/text]",
    ),
    (
        [{"type": "markdown", "text": "x" * 6_001}] * 2,
        "markdown blocks must be less than 12001 characters in total [json-pointer:/blocks]",
    ),
    (
        buttons(button(text={"type": "plain_text", "text": "x" * 76})),
        "must be less than 76 characters [json-pointer:/blocks/0/elements/0/text/text]",
    ),
    (
        buttons(button(text={"type": "mrkdwn", "text": "x"})),
        "must be a valid enum value [json-pointer:/blocks/0/elements/0/text/type]",
    ),
    (
        buttons(button(url="https://e.com/" + "x" * 3_000)),
        "must be less than 3001 characters [json-pointer:/blocks/0/elements/0/url]",
    ),
    (
        buttons(button(url="javascript:alert(1)")),
        "invalid url [json-pointer:/blocks/0/elements/0/url]",
    ),
    (
        buttons(button(action_id="x" * 256)),
        "must be less than 256 characters [json-pointer:/blocks/0/elements/0/action_id]",
    ),
    (
        buttons(button(), button()),
        '`action_id` "a" already exists for another element [json-pointer:/blocks/0/elements]',
    ),
    (buttons(), "missing required field: elements [json-pointer:/blocks/0]"),
]


@pytest.mark.parametrize(("blocks", "message"), INVALID_BLOCKS)
async def test_it_objects_to_blocks(
    scene: Scene, blocks: list[dict[str, Any]], message: str
) -> None:
    answer = await scene.call("chat.postMessage", channel=GENERAL, text="x", blocks=blocks)
    assert answer["error"] == "invalid_blocks"
    assert f"[ERROR] {message}" in answer["response_metadata"]["messages"]


async def test_it_takes_what_is_within_the_limits(scene: Scene) -> None:
    for blocks in (
        [section("x" * 3_000), *buttons(button())],
        [{"type": "markdown", "text": "y" * 12_000}, *buttons(button())],
    ):
        answer = await scene.call("chat.postMessage", channel=GENERAL, text="x", blocks=blocks)
        assert answer["ok"]


async def test_it_edits_and_deletes_only_its_own(scene: Scene) -> None:
    other = (await scene.act("message", user=ALICE, channel=GENERAL, text="hello"))["ts"]
    edit = await scene.call("chat.update", channel=GENERAL, ts=other, text="bye")
    assert edit["error"] == "cant_update_message"
    delete = await scene.call("chat.delete", channel=GENERAL, ts=other)
    assert delete["error"] == "cant_delete_message"

    own = (await scene.call("chat.postMessage", channel=GENERAL, text="hello"))["ts"]
    assert (await scene.call("chat.update", channel=GENERAL, ts=own, text="bye"))["ok"]
    assert [m["text"] for m in await scene.sees(ALICE, GENERAL)] == ["hello", "bye"]
    assert (await scene.call("chat.delete", channel=GENERAL, ts=own))["ok"]
    assert [m["text"] for m in await scene.sees(ALICE, GENERAL)] == ["hello"]


async def test_an_ephemeral_message_has_one_reader_and_no_address(scene: Scene) -> None:
    posted = await scene.call("chat.postEphemeral", channel=GENERAL, user=ALICE, text="psst")
    assert [m["private"] for m in await scene.sees(ALICE, GENERAL)] == [True]
    assert await scene.sees(ADMIN, GENERAL) == []
    history = await scene.call("conversations.history", channel=GENERAL)
    assert history["messages"] == []
    ts = posted["message_ts"]
    edit = await scene.call("chat.update", channel=GENERAL, ts=ts, text="x")
    assert edit["error"] == "message_not_found"


async def test_history_is_newest_first_and_a_thread_oldest_first(scene: Scene) -> None:
    metadata = {"event_type": "kind", "event_payload": {"id": "1"}}
    first = (await scene.call("chat.postMessage", channel=GENERAL, text="1"))["ts"]
    second = await scene.call("chat.postMessage", channel=GENERAL, text="2", metadata=metadata)
    await scene.call("chat.postMessage", channel=GENERAL, text="1a", thread_ts=first)

    history = await scene.call("conversations.history", channel=GENERAL)
    assert [message["text"] for message in history["messages"]] == ["2", "1"]
    assert "metadata" not in history["messages"][0]
    replies = await scene.call("conversations.replies", channel=GENERAL, ts=first)
    assert [message["text"] for message in replies["messages"]] == ["1", "1a"]
    since = await scene.call(
        "conversations.history", channel=GENERAL, oldest=first, include_all_metadata=True
    )
    assert [message["metadata"] for message in since["messages"]] == [metadata]
    limited = await scene.call("conversations.history", channel=GENERAL, limit=1)
    assert (limited["has_more"], limited["messages"][0]["ts"]) == (True, second["ts"])


async def test_a_persons_direct_messages_are_theirs(scene: Scene) -> None:
    opened = await scene.call("conversations.open", users=ALICE)
    assert opened["channel"]["id"] == ALICE_DM
    await scene.call("chat.postMessage", channel=ALICE, text="hello")
    assert len(await scene.sees(ALICE, ALICE_DM)) == 1
    url, query = f"{scene.slack}/double/view", {"user": ADMIN, "channel": ALICE_DM}
    async with scene.http.get(url, params=query) as answer:
        assert (answer.status, (await answer.json())["error"]) == (400, "not_in_channel")


async def test_a_reaction_is_added_once(scene: Scene) -> None:
    ts = (await scene.act("message", user=ALICE, channel=GENERAL, text="hello"))["ts"]
    react = {"channel": GENERAL, "timestamp": ts, "name": "eyes"}
    assert (await scene.call("reactions.add", **react))["ok"]
    assert (await scene.call("reactions.add", **react))["error"] == "already_reacted"
    assert (await scene.sees(ALICE, GENERAL))[0]["reactions"] == ["eyes"]


async def test_a_fault_meets_as_many_calls_as_it_is_told(scene: Scene) -> None:
    await scene.act("fault", method="auth.test", error="ratelimited", status=429)
    headers = {"Authorization": f"Bearer {TOKEN}"}
    async with scene.http.post(f"{scene.slack}/api/auth.test", headers=headers) as answer:
        assert (answer.status, answer.headers["Retry-After"]) == (429, "1")
    assert (await scene.call("auth.test"))["ok"]


async def test_what_slacks_own_sdk_objects_to_is_refused(scene: Scene) -> None:
    image = {"type": "image", "image_url": "https://example.com/i.png"}
    answer = await scene.call("chat.postMessage", channel=GENERAL, text="x", blocks=[image])
    assert answer["error"] == "invalid_blocks"
    answer = await scene.call(
        "chat.postMessage", channel=GENERAL, text="x", blocks=[{**image, "alt_text": "A picture"}]
    )
    assert answer["ok"]
