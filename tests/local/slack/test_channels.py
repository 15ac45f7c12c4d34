"""Where the app may not speak, Slack says so in the word for it."""

from typing import Any

import pytest

from tests.local.slack.scene import ADMIN, ALICE, ALICE_DM, GENERAL, Scene

RECIPIENT = {"recipient_user_id": ALICE, "recipient_team_id": "T0NORTHWND"}


async def question(scene: Scene) -> str:
    asked = await scene.act("message", user=ALICE, channel=GENERAL, text="hello")
    return str(asked["ts"])


async def refusals(scene: Scene, thread: str) -> dict[str, str | None]:
    """What each way to speak in the channel is refused with."""
    here: dict[str, Any] = {"channel": GENERAL, "text": "x"}
    answers = {
        "post": await scene.call("chat.postMessage", **here),
        "reply": await scene.call("chat.postMessage", **here, thread_ts=thread),
        "whisper": await scene.call("chat.postEphemeral", **here, user=ALICE),
        "stream": await scene.call(
            "chat.startStream", channel=GENERAL, thread_ts=thread, **RECIPIENT
        ),
    }
    return {name: answer.get("error") for name, answer in answers.items()}


@pytest.mark.parametrize("word", ["restricted_action", "restricted_action_read_only_channel"])
async def test_a_read_only_channel(scene: Scene, word: str) -> None:
    thread = await question(scene)
    await scene.act("channel", channel=GENERAL, restriction=word)
    assert set((await refusals(scene, thread)).values()) == {word}
    assert len(await scene.sees(ADMIN, GENERAL)) == 1
    # Direct messages go on, and so does this channel when it is opened again.
    assert (await scene.call("chat.postMessage", channel=ALICE_DM, text="x"))["ok"]
    await scene.act("channel", channel=GENERAL, restriction="")
    assert set((await refusals(scene, thread)).values()) == {None}


@pytest.mark.parametrize(
    ("word", "refused"),
    [
        ("restricted_action_thread_only_channel", {"post", "whisper"}),
        ("restricted_action_non_threadable_channel", {"reply", "stream"}),
        ("restricted_action_thread_locked", {"reply", "stream"}),
    ],
)
async def test_a_channel_of_one_kind_of_post(scene: Scene, word: str, refused: set[str]) -> None:
    thread = await question(scene)
    await scene.act("channel", channel=GENERAL, restriction=word)
    answers = await refusals(scene, thread)
    assert answers == {name: word if name in refused else None for name in answers}


async def test_a_stream_ends_where_it_may_not_go_on(scene: Scene) -> None:
    thread = await question(scene)
    opened = await scene.call("chat.startStream", channel=GENERAL, thread_ts=thread, **RECIPIENT)
    here = {"channel": GENERAL, "ts": opened["ts"]}
    await scene.act("channel", channel=GENERAL, is_archived=True)
    for method in ("chat.appendStream", "chat.stopStream"):
        assert (await scene.call(method, **here, markdown_text="x"))["error"] == "is_archived"


async def test_an_archived_channel(scene: Scene) -> None:
    thread = await question(scene)
    own = await scene.call("chat.postMessage", channel=GENERAL, text="x")
    await scene.act("channel", channel=GENERAL, is_archived=True)
    assert set((await refusals(scene, thread)).values()) == {"is_archived"}
    edit = await scene.call("chat.update", channel=GENERAL, ts=own["ts"], text="y")
    assert edit["error"] == "is_inactive"
    info = await scene.call("conversations.info", channel=GENERAL)
    assert info["channel"]["is_archived"] is True
    person = await scene.act("message", user=ALICE, channel=GENERAL, text="x")
    assert person["error"] == "is_archived"


@pytest.mark.parametrize(
    ("is_private", "word"), [(False, "not_in_channel"), (True, "channel_not_found")]
)
async def test_a_channel_without_the_app(scene: Scene, word: str, *, is_private: bool) -> None:
    thread = await question(scene)
    own = await scene.call("chat.postMessage", channel=GENERAL, text="x")
    await scene.act("channel", channel=GENERAL, has_app=False, is_private=is_private)
    assert set((await refusals(scene, thread)).values()) == {word}
    for method, more in (("conversations.history", {}), ("conversations.replies", {"ts": thread})):
        assert (await scene.call(method, channel=GENERAL, **more))["error"] == word
    info = await scene.call("conversations.info", channel=GENERAL)
    assert info.get("error") == (word if is_private else None)
    edit = await scene.call("chat.update", channel=GENERAL, ts=own["ts"], text="y")
    assert edit["error"] == "cant_update_message"


async def test_a_thread_whose_first_message_is_deleted(scene: Scene) -> None:
    thread = await question(scene)
    assert (await scene.act("delete", user=ALICE, channel=GENERAL, ts=thread)) == {"status": 200}
    answers = await refusals(scene, thread)
    assert answers["reply"] == answers["stream"] == "thread_not_found"
    gone = await scene.call("conversations.replies", channel=GENERAL, ts=thread)
    assert gone["error"] == "thread_not_found"


async def test_nobody_deletes_what_somebody_else_wrote(scene: Scene) -> None:
    thread = await question(scene)
    refused = await scene.act("delete", user=ADMIN, channel=GENERAL, ts=thread)
    assert refused["error"] == "cant_delete_message"


async def test_a_message_that_a_person_deleted_is_not_edited(scene: Scene) -> None:
    own = await scene.call("chat.postMessage", channel=GENERAL, text="x")
    await scene.call("chat.delete", channel=GENERAL, ts=own["ts"])
    edit = await scene.call("chat.update", channel=GENERAL, ts=own["ts"], text="y")
    assert edit["error"] == "message_not_found"


async def test_an_edit_comes_too_late(scene: Scene) -> None:
    own = await scene.call("chat.postMessage", channel=GENERAL, text="x")
    await scene.act("workspace", edit_window=60)
    here = {"channel": GENERAL, "ts": own["ts"]}
    await scene.act("advance", seconds=58)
    assert (await scene.call("chat.update", **here, text="y"))["ok"]
    await scene.act("advance", seconds=2)
    assert (await scene.call("chat.update", **here, text="z"))["error"] == "edit_window_closed"
    await scene.act("workspace", edit_window=None)
    assert (await scene.call("chat.update", **here, text="z"))["ok"]


async def test_a_whisper_in_a_thread_that_nobody_answered_is_shown_to_nobody(scene: Scene) -> None:
    thread = await question(scene)
    await scene.act("workspace", quiet_threads_drop_ephemerals=True)
    here = {"channel": GENERAL, "user": ALICE, "thread_ts": thread}
    assert (await scene.call("chat.postEphemeral", **here, text="lost"))["ok"]
    await scene.act("message", user=ADMIN, channel=GENERAL, text="me too", thread=thread)
    assert (await scene.call("chat.postEphemeral", **here, text="seen"))["ok"]
    assert [m["text"] for m in await scene.sees(ALICE, GENERAL)] == ["hello", "me too", "seen"]


@pytest.mark.parametrize(
    "given",
    [{"restriction": "made_up"}, {"is_archived": "yes"}, {"members": []}, {"channel": "C404"}],
)
async def test_a_condition_that_there_is_not_is_refused(
    scene: Scene, given: dict[str, object]
) -> None:
    answer = await scene.act("channel", **({"channel": GENERAL} | given))
    assert answer["ok"] is False
