"""A turn that is delivered again continues what its asker already sees."""

import pytest

from bots.errors import PlatformUnavailable
from bots.platform import Turn
from tests.bots.receipt import MemoryReceipt
from tests.bots.slack.slack_client import ALICE, ALICE_DM, GENERAL, SlackClient
from tests.bots.slack.test_platform import QUESTION, answering, saying, written
from tests.some import some


class CrashError(Exception):
    """The process ends here."""


async def fail_once(slack: SlackClient, sentence: str = "I'm trying again in a moment.") -> None:
    with pytest.raises(CrashError):
        await slack.work(saying(slack, sentence, CrashError()))


@pytest.mark.parametrize("channel", [ALICE_DM, GENERAL])
async def test_the_same_message_is_continued(slack: SlackClient, channel: str) -> None:
    await slack.message(f"@BizAssist {QUESTION}", channel=channel)
    await fail_once(slack)
    [trying] = await slack.from_us(ALICE, channel)
    assert trying["text"] == "I'm trying again in a moment."

    await slack.work(answering(slack, *written("Yes.")))
    [answer] = await slack.from_us(ALICE, channel)
    assert (answer["text"], answer["ts"]) == ("Yes.", trying["ts"])


async def test_a_crash_without_a_word_is_continued(slack: SlackClient) -> None:
    async def crash(turn: Turn) -> None:
        async with slack.platform.reply(turn, slack.receipt(turn.id)) as reply:
            await reply.show(written("half an answer")[1])
            raise CrashError

    await slack.message(QUESTION)
    with pytest.raises(CrashError):
        await slack.work(crash)
    await slack.work(answering(slack, *written("Yes.")))
    assert [m["text"] for m in await slack.from_us(ALICE, ALICE_DM)] == ["Yes."]


@pytest.mark.parametrize(
    ("channel", "streams"), [(ALICE_DM, True), (GENERAL, True), (ALICE_DM, False)]
)
async def test_a_message_whose_id_was_lost_is_found_again(
    slack: SlackClient, channel: str, streams: bool
) -> None:
    method = "chat.startStream" if streams else "chat.postMessage"
    if not streams:
        await slack.no_streams()
    await slack.message(f"@BizAssist {QUESTION}", channel=channel)
    # Slack posts the message, and its answer never arrives.
    await slack.fault(method=method, error="internal_error", status=500, after=True)
    with pytest.raises(PlatformUnavailable, match="internal_error"):
        await slack.work(answering(slack, *written("Yes.")))
    assert len(await slack.from_us(ALICE, channel)) == 1

    await slack.work(answering(slack, *written("Yes.")))
    assert [m["text"] for m in await slack.from_us(ALICE, channel)] == ["Yes."]


async def test_a_lost_id_is_looked_for_within_one_attempt_too(slack: SlackClient) -> None:
    await slack.no_streams()
    lines = [f"Line {number}: {'x' * 60}" for number in range(200)]

    async def answer(turn: Turn) -> None:
        async with slack.platform.reply(turn, slack.receipt(turn.id)) as reply:
            await slack.fault(method="chat.postMessage", error="lost", status=500, after=True)
            for event in written(*(f"{line}\n\n" for line in lines)):
                await reply.show(event)
            while len(await slack.calls("chat.postMessage")) < 2:
                pass

    await slack.message(QUESTION)
    await slack.work(answer)
    shown = await slack.from_us(ALICE, ALICE_DM)
    assert len(shown) == 2
    assert "\n".join(message["text"] for message in shown).split() == " ".join(lines).split()


async def test_a_message_that_was_never_posted_is_posted(slack: SlackClient) -> None:
    await slack.no_streams()
    await slack.message(QUESTION)
    await slack.fault(method="chat.postMessage", error="internal_error", status=500)
    with pytest.raises(PlatformUnavailable, match="internal_error"):
        await slack.work(answering(slack, *written("Yes.")))
    await slack.work(answering(slack, *written("Yes.")))
    assert [m["text"] for m in await slack.from_us(ALICE, ALICE_DM)] == ["Yes."]


async def test_the_first_attempt_looks_for_nothing(slack: SlackClient) -> None:
    await slack.no_streams()
    await slack.message(QUESTION)
    await slack.work(answering(slack, *written("Yes.")))
    assert await slack.calls("conversations.history") == []
    [receipt] = slack.receipts.values()
    posted = (await slack.from_us(ALICE, ALICE_DM))[0]["ts"]
    assert receipt.history == [posted]


async def test_a_shorter_second_attempt_leaves_nothing_of_the_first(slack: SlackClient) -> None:
    async def crash_at_the_end(turn: Turn) -> None:
        await answering(slack, *written("A long line.\n\n" * 1000))(turn)
        raise CrashError

    await slack.message(QUESTION)
    with pytest.raises(CrashError):
        await slack.work(crash_at_the_end)
    assert len(await slack.from_us(ALICE, ALICE_DM)) > 1
    await slack.work(answering(slack, *written("Short.")))
    assert [m["text"] for m in await slack.from_us(ALICE, ALICE_DM)] == ["Short."]
    [receipt] = slack.receipts.values()
    assert "," not in str(receipt.message)


async def test_a_message_that_somebody_deleted_is_posted_anew(slack: SlackClient) -> None:
    await slack.message(QUESTION)
    await fail_once(slack)
    await slack.fault(method="chat.update", error="message_not_found", times=1)
    await slack.work(answering(slack, *written("Yes.")))
    assert (await slack.from_us(ALICE, ALICE_DM))[-1]["text"] == "Yes."


async def test_a_private_answer_is_neither_announced_nor_apologised_for_twice(
    slack: SlackClient,
) -> None:
    await slack.command(QUESTION)
    await fail_once(slack)
    await fail_once(slack)
    await slack.work(answering(slack, *written("Yes.")))
    first, trying, answer = await slack.from_us(ALICE, GENERAL)
    assert QUESTION in first["text"]
    assert trying["text"] == "I'm trying again in a moment."
    assert answer["text"] == "Yes."


async def test_a_private_answer_that_was_given_is_not_given_again(slack: SlackClient) -> None:
    async def crash_at_the_end(turn: Turn) -> None:
        await answering(slack, *written("Yes."))(turn)
        raise CrashError

    await slack.command(QUESTION)
    with pytest.raises(CrashError):
        await slack.work(crash_at_the_end)
    await slack.work(answering(slack, *written("Yes, again.")))
    assert [m["text"] for m in await slack.from_us(ALICE, GENERAL)][1:] == ["Yes."]


async def test_two_turns_do_not_share_a_message(slack: SlackClient) -> None:
    for _ in range(2):
        await slack.message(QUESTION)
    slack.receipts.clear()
    await slack.work(answering(slack, *written("Yes.")))
    assert len(await slack.from_us(ALICE, ALICE_DM)) == 2
    assert len({str(kept.message) for kept in slack.receipts.values()}) == 2
    assert all(isinstance(kept, MemoryReceipt) for kept in some(slack.receipts.values()))


async def test_what_takes_the_place_of_a_message_that_is_gone_is_seen_at_once(
    slack: SlackClient,
) -> None:
    await slack.message(f"@BizAssist {QUESTION}", channel=GENERAL)
    await fail_once(slack)
    await slack.set("workspace", edit_window=0)
    for sentence in ("I'm still trying.", "I couldn't answer this."):
        with pytest.raises(CrashError):
            await slack.work(saying(slack, sentence, CrashError()))
        [message] = await slack.from_us(ALICE, GENERAL)
        assert (message["text"], message["streaming"]) == (sentence, False)
