"""A streamed message grows, ends, and is not edited in between."""

from tests.local.slack.scene import ALICE, ALICE_DM, GENERAL, Scene


async def question(scene: Scene, channel: str = ALICE_DM) -> str:
    posted = await scene.act("message", user=ALICE, channel=channel, text="hello")
    return str(posted["ts"])


async def test_it_grows_and_ends(scene: Scene) -> None:
    thread = await question(scene)
    opened = await scene.call("chat.startStream", channel=ALICE_DM, thread_ts=thread)
    here = {"channel": ALICE_DM, "ts": opened["ts"]}
    for text in ("**One**", " two"):
        assert (await scene.call("chat.appendStream", **here, markdown_text=text))["ok"]
    shown = (await scene.sees(ALICE, ALICE_DM))[-1]
    assert (shown["text"], shown["streaming"]) == ("One two", True)

    edit = await scene.call("chat.update", **here, text="x")
    assert edit["error"] == "streaming_state_conflict"
    # What stopStream is given is added, so the whole text would be there twice.
    assert (await scene.call("chat.stopStream", **here, markdown_text=" three"))["ok"]
    shown = (await scene.sees(ALICE, ALICE_DM))[-1]
    assert (shown["text"], shown["streaming"]) == ("One two three", False)
    for method in ("chat.appendStream", "chat.stopStream"):
        refused = await scene.call(method, **here, markdown_text="x")
        assert refused["error"] == "message_not_in_streaming_state"
    assert (await scene.call("chat.update", **here, text="x"))["ok"]


async def test_it_ends_by_itself_after_five_minutes(scene: Scene) -> None:
    thread = await question(scene)
    opened = await scene.call("chat.startStream", channel=ALICE_DM, thread_ts=thread)
    here = {"channel": ALICE_DM, "ts": opened["ts"]}
    await scene.act("advance", seconds=299)
    assert (await scene.call("chat.appendStream", **here, markdown_text="x"))["ok"]
    await scene.act("advance", seconds=1)
    for method in ("chat.appendStream", "chat.stopStream"):
        refused = await scene.call(method, **here, markdown_text="x")
        assert refused["error"] == "message_not_in_streaming_state"
    # Only an edit reaches it now.
    assert (await scene.call("chat.update", **here, text="whole"))["ok"]
    assert (await scene.sees(ALICE, ALICE_DM))[-1]["streaming"] is False


async def test_it_takes_no_more_than_one_message_holds(scene: Scene) -> None:
    thread = await question(scene)
    opened = await scene.call("chat.startStream", channel=ALICE_DM, thread_ts=thread)
    here = {"channel": ALICE_DM, "ts": opened["ts"]}
    for text in ("x" * 8_000, "ä" * 1_300):
        assert (await scene.call("chat.appendStream", **here, markdown_text=text))["ok"]
    refused = await scene.call("chat.appendStream", **here, markdown_text="z")
    assert refused["error"] == "msg_too_long"
    empty = await scene.call("chat.appendStream", **here)
    assert empty["error"] == "markdown_text_or_chunks_required"


async def test_in_a_channel_it_names_its_reader(scene: Scene) -> None:
    thread = await question(scene, GENERAL)
    here = {"channel": GENERAL, "thread_ts": thread}
    refused = await scene.call("chat.startStream", **here)
    assert refused["error"] == "missing_recipient_user_id"
    refused = await scene.call("chat.startStream", **here, recipient_user_id=ALICE)
    assert refused["error"] == "missing_recipient_team_id"
    team = {"recipient_team_id": "T0NORTHWND"}
    refused = await scene.call("chat.startStream", **here, **team, recipient_user_id="U404")
    assert refused["error"] == "user_not_found"
    assert (await scene.call("chat.startStream", **here, **team, recipient_user_id=ALICE))["ok"]


async def test_it_is_a_reply(scene: Scene) -> None:
    refused = await scene.call("chat.startStream", channel=ALICE_DM)
    assert refused["error"] == "invalid_arguments"
    refused = await scene.call("chat.startStream", channel=ALICE_DM, thread_ts="1.2")
    assert refused["error"] == "thread_not_found"


async def test_only_a_stream_is_appended_to(scene: Scene) -> None:
    thread = await question(scene)
    theirs = await scene.call("chat.appendStream", channel=ALICE_DM, ts=thread, markdown_text="x")
    assert theirs["error"] == "message_not_owned_by_app"
    ts = (await scene.call("chat.postMessage", channel=ALICE_DM, text="x"))["ts"]
    ours = await scene.call("chat.appendStream", channel=ALICE_DM, ts=ts, markdown_text="x")
    assert ours["error"] == "message_not_in_streaming_state"


async def test_tasks_stand_where_they_began_and_text_goes_on_below_them(scene: Scene) -> None:
    thread = await question(scene)
    first = {"type": "task_update", "id": "t1", "title": "Looking", "status": "in_progress"}
    opened = await scene.call(
        "chat.startStream", channel=ALICE_DM, thread_ts=thread, chunks=[first]
    )
    here = {"channel": ALICE_DM, "ts": opened["ts"]}
    source = {"type": "url", "url": "https://example.com/a", "text": "A page"}
    done = {**first, "status": "complete", "output": "Found it", "sources": [source]}
    for text in ("One", " two"):
        chunks = [done, {"type": "markdown_text", "text": text}]
        assert (await scene.call("chat.appendStream", **here, chunks=chunks))["ok"]
    assert (await scene.call("chat.stopStream", **here))["ok"]
    replies = await scene.call("conversations.replies", channel=ALICE_DM, ts=thread)
    card, text = replies["messages"][-1]["blocks"]
    assert (card["task_id"], card["status"]) == ("t1", "complete")
    assert card["sources"] == [source]
    assert text == {"type": "markdown", "text": "One two"}


async def test_it_is_made_of_text_or_of_chunks(scene: Scene) -> None:
    thread = await question(scene)
    text = {"type": "markdown_text", "text": "x"}
    here = {"channel": ALICE_DM, "thread_ts": thread}
    refused = await scene.call("chat.startStream", **here, markdown_text="x", chunks=[text])
    assert refused["error"] == "cannot_provide_both_markdown_text_and_chunks"
    task = {"type": "task_update", "id": "t1", "title": "Looking", "status": "done"}
    for wrong in ({"type": "text", "text": "x"}, task, "x"):
        refused = await scene.call("chat.startStream", **here, chunks=[wrong])
        assert refused["error"] == "invalid_chunks"
    opened = await scene.call("chat.startStream", **here, chunks=[text])
    stream = {"channel": ALICE_DM, "ts": opened["ts"]}
    refused = await scene.call("chat.appendStream", **stream, markdown_text="x")
    assert refused["error"] == "streaming_mode_mismatch"
    too_long = {"type": "markdown_text", "text": "ä" * 5_300}
    refused = await scene.call("chat.appendStream", **stream, chunks=[too_long])
    assert refused["error"] == "msg_too_long"


async def test_a_session_has_a_status_and_a_title(scene: Scene) -> None:
    thread = await question(scene)
    here = {"channel_id": ALICE_DM, "thread_ts": thread}
    refused = await scene.call("agents.sessions.setStatus", **here, status="is thinking")
    assert refused["error"] == "invalid_arguments"
    await scene.call("agents.sessions.setStatus", **here, status="processing", title="First")
    again = await scene.call("agents.sessions.setStatus", **here, status="processing", title="No")
    assert (again["status"], again["title"]) == ("processing", "First")
    assert (await scene.call("agents.sessions.rename", **here, title="Second"))["ok"]

    opened = await scene.call("chat.startStream", channel=ALICE_DM, thread_ts=thread)
    stream = {"channel": ALICE_DM, "ts": opened["ts"]}
    assert (await scene.call("chat.stopStream", **stream, session_status="suspended"))["ok"]
    again = await scene.call("agents.sessions.setStatus", **here, status="active", title="No")
    assert again["title"] == "Second"
