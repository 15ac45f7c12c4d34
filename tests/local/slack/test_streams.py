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
    for text in ("x" * 8_000, "y" * 4_000):
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
