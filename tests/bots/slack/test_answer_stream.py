"""An answer in a thread grows as one of Slack's streams, and ends as a message like any other."""

import asyncio
from collections.abc import Awaitable, Callable
from typing import Any

import pytest
from ag_ui.core import (
    BaseEvent,
    CustomEvent,
    Interrupt,
    RunFinishedEvent,
    RunFinishedInterruptOutcome,
    RunStartedEvent,
    TextMessageContentEvent,
    TextMessageStartEvent,
    ToolCallResultEvent,
    ToolCallStartEvent,
)

from bots.answer.sources import SOURCE
from bots.errors import PlatformUnavailable
from bots.platform import ReplyStream, Turn
from tests.bots.slack.slack_client import ALICE, GENERAL, SlackClient
from tests.some import some

QUESTION = "Is serial LAPTOP-2024-001 still under warranty?"
POLICY = {"title": "Warranty policy", "section": "3", "url": "https://example.com/policy"}


def said(text: str) -> BaseEvent:
    return TextMessageContentEvent(message_id="m1", delta=text)


def tool(name: str, call: str = "t1") -> BaseEvent:
    return ToolCallStartEvent(tool_call_id=call, tool_call_name=f"warranty___{name}")


def result(content: str = "{}", call: str = "t1") -> BaseEvent:
    return ToolCallResultEvent(message_id="r", tool_call_id=call, content=content)


def finished() -> BaseEvent:
    return RunFinishedEvent(thread_id="c", run_id="r")


async def until(look: Callable[[], Awaitable[bool]]) -> None:
    async with asyncio.timeout(30):
        while not await look():
            pass


async def shown(slack: SlackClient) -> list[dict[str, Any]]:
    return await slack.from_us(ALICE, GENERAL)


async def ask(slack: SlackClient, story: Callable[[ReplyStream], Awaitable[None]]) -> None:
    """Ask in a channel, and let ``story`` be what the run says."""

    async def answer(turn: Turn) -> None:
        async with slack.platform.reply(turn, slack.receipt(turn.id)) as reply:
            await story(reply)

    if not slack.inbox:
        await slack.message(f"@BizAssist {QUESTION}", channel=GENERAL)
    await slack.work(answer)


async def tasks(slack: SlackClient) -> dict[str, str]:
    """Title and status of each step, as the message has them now."""
    [message] = await slack.stored(GENERAL)
    cards = [block for block in message["blocks"] if block["type"] == "task_card"]
    return {card["title"]: card["status"] for card in cards}


async def test_it_grows_with_its_steps_and_ends_as_a_message(slack: SlackClient) -> None:
    async def story(reply: ReplyStream) -> None:
        await reply.show(RunStartedEvent(thread_id="c", run_id="r"))
        assert await tasks(slack) == {"Thinking": "in_progress"}
        await reply.show(tool("check_status"))
        await until(lambda: has({"Thinking": "complete", "Checking status": "in_progress"}))
        await reply.show(result())
        await reply.show(CustomEvent(name=SOURCE, value=POLICY))
        await reply.show(TextMessageStartEvent(message_id="m1", role="assistant"))
        await reply.show(said("It is **active** until 20"))
        await until(lambda: reads("It is active until"))
        assert (await tasks(slack))["Checking status"] == "complete"
        [growing] = await shown(slack)
        assert growing["streaming"]
        await reply.show(said("28.\n\nAsk me for more."))
        await reply.show(finished())

    async def has(expected: dict[str, str]) -> bool:
        return await tasks(slack) == expected

    async def reads(text: str) -> bool:
        return bool((await shown(slack))[0]["text"].endswith(text))

    await ask(slack, story)
    [answer] = await shown(slack)
    assert not answer["streaming"]
    assert "It is active until 2028. Ask me for more." in " ".join(answer["text"].split())
    assert answer["text"].count("It is active") == 1
    assert len(await slack.calls("chat.startStream")) == 1
    assert len(await slack.calls("chat.stopStream")) == 1
    assert await slack.calls("chat.postMessage") == []
    [receipt] = slack.receipts.values()
    assert receipt.history == [f"{answer['ts']}~"]  # kept the instant it opened


async def test_its_thread_says_what_the_turn_is_at(slack: SlackClient) -> None:
    async def story(reply: ReplyStream) -> None:
        await until(processing)
        await reply.show(said("Yes."))
        await reply.show(finished())

    async def processing() -> bool:
        return bool((await slack.session(GENERAL)).get("status") == "processing")

    await ask(slack, story)
    assert await slack.session(GENERAL) == {"title": QUESTION, "status": "active"}


async def test_a_session_that_slack_refuses_costs_no_answer(slack: SlackClient) -> None:
    await slack.fault(method="agents.sessions.setStatus", error="missing_scope", times=9)
    await ask(slack, lambda reply: reply.show(said("Yes.")))
    assert [message["text"] for message in await shown(slack)] == ["Yes."]


@pytest.mark.parametrize(
    "refusal",
    [
        {"error": "channel_type_not_supported"},
        {"error": "missing_scope"},
        {"error": "a_word_of_next_year"},
        {"error": "ratelimited", "status": 429},
    ],
    ids=lambda refusal: refusal["error"],
)
async def test_where_there_is_none_a_message_is_edited(
    slack: SlackClient, refusal: dict[str, object]
) -> None:
    async def story(reply: ReplyStream) -> None:
        await reply.show(tool("check_status"))
        await until(checking)
        await reply.show(result())
        await reply.show(said("Yes."))

    async def checking() -> bool:
        return bool((await shown(slack))[0]["text"] == "Checking status…")

    await slack.fault(method="chat.startStream", **refusal)
    await ask(slack, story)
    assert [message["text"] for message in await shown(slack)] == ["Yes."]
    assert len(await slack.calls("chat.postMessage")) == 1


async def test_it_is_sealed_before_slack_ends_it_and_no_character_is_lost(
    slack: SlackClient,
) -> None:
    words = [f"word{number}" for number in range(30)]

    async def story(reply: ReplyStream) -> None:
        for number, word in enumerate(some(words)):
            await reply.show(said(f"{word} "))
            if number in {10, 20}:
                await until(lambda n=number: reads(words[n - 1]))  # type: ignore[misc]
                await slack.pass_time(130)

    async def reads(word: str) -> bool:
        return word in (await shown(slack))[0]["text"]

    await ask(slack, story)
    [answer] = await shown(slack)
    assert answer["text"].split() == words
    stops = [call["answer"]["ok"] for call in await slack.calls("chat.stopStream")]
    assert stops == [True]  # while it could be


async def test_one_that_slack_has_ended_goes_on_by_edits(slack: SlackClient) -> None:
    async def story(reply: ReplyStream) -> None:
        await reply.show(said("One two "))
        await until(lambda: reads("One"))
        await slack.pass_time(300)
        await reply.show(said("three "))
        await until(lambda: reads("three"))
        await reply.show(said("four."))

    async def reads(word: str) -> bool:
        return word in (await shown(slack))[0]["text"]

    await ask(slack, story)
    assert [message["text"] for message in await shown(slack)] == ["One two three four."]


async def test_what_an_append_has_lost_is_shown_once(slack: SlackClient) -> None:
    async def story(reply: ReplyStream) -> None:
        await slack.fault(method="chat.appendStream", error="lost", status=500, after=True)
        await reply.show(said("One two "))
        await until(appended)
        await reply.show(said("three."))

    async def appended() -> bool:
        return bool(await slack.calls("chat.appendStream"))

    await ask(slack, story)
    assert [message["text"] for message in await shown(slack)] == ["One two three."]


async def test_a_redelivery_seals_the_stream_and_goes_on_with_its_message(
    slack: SlackClient,
) -> None:
    async def dies(reply: ReplyStream) -> None:
        await reply.show(said("Half an answer "))
        await until(appended)
        raise PlatformUnavailable("the process ends here")

    async def appended() -> bool:
        return bool(await slack.calls("chat.appendStream"))

    with pytest.raises(PlatformUnavailable):
        await ask(slack, dies)
    [half] = await shown(slack)
    assert half["streaming"]
    await ask(slack, lambda reply: reply.show(said("The answer.")))
    [answer] = await shown(slack)
    assert (answer["ts"], answer["text"]) == (half["ts"], "The answer.")
    assert not answer["streaming"]
    assert len(await slack.calls("chat.startStream")) == 1


async def test_what_a_stream_can_not_hold_is_shown_whole(slack: SlackClient) -> None:
    lines = [f"Line {number}: {'x' * 60}" for number in range(250)]

    async def story(reply: ReplyStream) -> None:
        for number, line in enumerate(some(lines)):
            await reply.show(said(f"{line}\n\n"))
            if number % 50 == 0:
                await asyncio.sleep(0)

    await ask(slack, story)
    texts = [message["text"] for message in await shown(slack)]
    assert "\n".join(texts).split() == " ".join(lines).split()
    appends = some(await slack.calls("chat.appendStream"))
    assert all(call["answer"]["ok"] for call in appends)


async def test_a_sentence_takes_the_place_of_what_has_grown(slack: SlackClient) -> None:
    async def story(reply: ReplyStream) -> None:
        await reply.show(said("Half an answer "))
        await reply.say("I'm trying again in a moment.")

    await ask(slack, story)
    assert [message["text"] for message in await shown(slack)] == ["I'm trying again in a moment."]


async def test_nothing_in_a_stream_rings_or_hides_an_address(slack: SlackClient) -> None:
    seen: list[list[str]] = []

    async def story(reply: ReplyStream) -> None:
        await reply.show(said("<!channel> and <@U0ADMIN0000> too.\n\n"))
        await reply.show(said("More <https://evil.example|your bank> of it.\n\nEnd"))
        await until(grown)

    async def grown() -> bool:
        [message] = await shown(slack)
        seen.append(message["mentions"])
        return "of it" in message["text"]

    await ask(slack, story)
    assert (await shown(slack))[0]["mentions"] == []
    assert seen == [[]] * len(seen)


async def test_a_thread_that_waits_for_a_decision_says_so(slack: SlackClient) -> None:
    waits = RunFinishedInterruptOutcome(interrupts=[Interrupt(id="i1", reason="tool_call")])

    async def story(reply: ReplyStream) -> None:
        await until(processing)
        await reply.show(RunFinishedEvent(thread_id="c", run_id="r", outcome=waits))

    async def processing() -> bool:
        return bool((await slack.session(GENERAL)).get("status") == "processing")

    await ask(slack, story)
    assert (await slack.session(GENERAL))["status"] == "suspended"
    [message] = await shown(slack)
    assert "needs your approval" in message["text"]
    assert message["buttons"] == []  # nothing to judge yet


async def test_nothing_that_we_say_is_unfolded(slack: SlackClient) -> None:
    await slack.no_streams()
    await ask(slack, lambda reply: reply.show(said("See https://example.com/a.")))
    await slack.command("question")
    await ask(slack, lambda reply: reply.show(said("See https://example.com/a.")))
    posts = [*await slack.calls("chat.postMessage"), *await slack.calls("response_url")]
    for call in some(posts):
        assert call["arguments"]["unfurl_links"] in {False, "0"}
        assert call["arguments"]["unfurl_media"] in {False, "0"}


async def test_an_answer_that_was_shown_whole_as_a_draft_is_ended_all_the_same(
    slack: SlackClient,
) -> None:
    async def story(reply: ReplyStream) -> None:
        await reply.show(said("Yes, it is."))
        await until(appended)
        await asyncio.sleep(
            0.1
        )  # the last draft is the whole answer, and only a part of it settled

    async def appended() -> bool:
        return bool(await slack.calls("chat.appendStream"))

    await ask(slack, story)
    [answer] = await shown(slack)
    assert answer["text"] == "Yes, it is."
    assert not answer["streaming"]
