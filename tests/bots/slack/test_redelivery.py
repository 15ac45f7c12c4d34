"""A turn that is delivered again continues what its asker already sees."""

import pytest

from bots.platform import Turn
from tests.bots.slack.desk import ALICE, ALICE_DM, GENERAL, Desk, Kept
from tests.bots.slack.test_platform import QUESTION, answering, saying, written
from tests.some import some


class CrashError(Exception):
    """The process ends here."""


async def fail_once(desk: Desk, sentence: str = "I'm trying again in a moment.") -> None:
    with pytest.raises(CrashError):
        await desk.work(saying(desk, sentence, CrashError()))


@pytest.mark.parametrize("channel", [ALICE_DM, GENERAL])
async def test_the_same_message_is_continued(desk: Desk, channel: str) -> None:
    await desk.message(f"@BizAssist {QUESTION}", channel=channel)
    await fail_once(desk)
    [trying] = await desk.from_us(ALICE, channel)
    assert trying["text"] == "I'm trying again in a moment."

    await desk.work(answering(desk, *written("Yes.")))
    [answer] = await desk.from_us(ALICE, channel)
    assert (answer["text"], answer["ts"]) == ("Yes.", trying["ts"])


async def test_a_crash_without_a_word_is_continued(desk: Desk) -> None:
    async def crash(turn: Turn) -> None:
        async with desk.platform.reply(turn, desk.receipt(turn.id)) as reply:
            await reply.show(written("half an answer")[1])
            raise CrashError

    await desk.message(QUESTION)
    with pytest.raises(CrashError):
        await desk.work(crash)
    await desk.work(answering(desk, *written("Yes.")))
    assert [m["text"] for m in await desk.from_us(ALICE, ALICE_DM)] == ["Yes."]


@pytest.mark.parametrize("channel", [ALICE_DM, GENERAL])
async def test_a_message_whose_id_was_lost_is_found_again(desk: Desk, channel: str) -> None:
    await desk.message(f"@BizAssist {QUESTION}", channel=channel)
    # Slack posts the message, and its answer never arrives.
    await desk.fault(method="chat.postMessage", error="internal_error", status=500, after=True)
    with pytest.raises(Exception, match="internal_error"):
        await desk.work(answering(desk, *written("Yes.")))
    assert len(await desk.from_us(ALICE, channel)) == 1

    await desk.work(answering(desk, *written("Yes.")))
    assert [m["text"] for m in await desk.from_us(ALICE, channel)] == ["Yes."]


async def test_a_lost_id_is_looked_for_within_one_attempt_too(desk: Desk) -> None:
    lines = [f"Line {number}: {'x' * 60}" for number in range(60)]

    async def answer(turn: Turn) -> None:
        async with desk.platform.reply(turn, desk.receipt(turn.id)) as reply:
            await desk.fault(method="chat.postMessage", error="lost", status=500, after=True)
            for event in written(*(f"{line}\n\n" for line in lines)):
                await reply.show(event)
            while len(await desk.calls("chat.postMessage")) < 2:
                pass

    await desk.message(QUESTION)
    await desk.work(answer)
    shown = await desk.from_us(ALICE, ALICE_DM)
    assert len(shown) == 2
    assert "\n".join(message["text"] for message in shown).split() == " ".join(lines).split()


async def test_a_message_that_was_never_posted_is_posted(desk: Desk) -> None:
    await desk.message(QUESTION)
    await desk.fault(method="chat.postMessage", error="internal_error", status=500)
    with pytest.raises(Exception, match="internal_error"):
        await desk.work(answering(desk, *written("Yes.")))
    await desk.work(answering(desk, *written("Yes.")))
    assert [m["text"] for m in await desk.from_us(ALICE, ALICE_DM)] == ["Yes."]


async def test_the_first_attempt_looks_for_nothing(desk: Desk) -> None:
    await desk.message(QUESTION)
    await desk.work(answering(desk, *written("Yes.")))
    assert await desk.calls("conversations.history") == []
    [receipt] = desk.receipts.values()
    posted = (await desk.from_us(ALICE, ALICE_DM))[0]["ts"]
    assert receipt.history == ["?", posted]


async def test_a_shorter_second_attempt_leaves_nothing_of_the_first(desk: Desk) -> None:
    async def crash_at_the_end(turn: Turn) -> None:
        await answering(desk, *written("A long line.\n\n" * 600))(turn)
        raise CrashError

    await desk.message(QUESTION)
    with pytest.raises(CrashError):
        await desk.work(crash_at_the_end)
    assert len(await desk.from_us(ALICE, ALICE_DM)) > 1
    await desk.work(answering(desk, *written("Short.")))
    assert [m["text"] for m in await desk.from_us(ALICE, ALICE_DM)] == ["Short."]
    [receipt] = desk.receipts.values()
    assert "," not in str(receipt.message)


async def test_a_message_that_somebody_deleted_is_posted_anew(desk: Desk) -> None:
    await desk.message(QUESTION)
    await fail_once(desk)
    await desk.fault(method="chat.update", error="message_not_found", times=1)
    await desk.work(answering(desk, *written("Yes.")))
    assert (await desk.from_us(ALICE, ALICE_DM))[-1]["text"] == "Yes."


async def test_a_private_answer_is_neither_announced_nor_apologised_for_twice(desk: Desk) -> None:
    await desk.command(QUESTION)
    await fail_once(desk)
    await fail_once(desk)
    await desk.work(answering(desk, *written("Yes.")))
    first, trying, answer = await desk.from_us(ALICE, GENERAL)
    assert QUESTION in first["text"]
    assert trying["text"] == "I'm trying again in a moment."
    assert answer["text"] == "Yes."


async def test_a_private_answer_that_was_given_is_not_given_again(desk: Desk) -> None:
    async def crash_at_the_end(turn: Turn) -> None:
        await answering(desk, *written("Yes."))(turn)
        raise CrashError

    await desk.command(QUESTION)
    with pytest.raises(CrashError):
        await desk.work(crash_at_the_end)
    await desk.work(answering(desk, *written("Yes, again.")))
    assert [m["text"] for m in await desk.from_us(ALICE, GENERAL)][1:] == ["Yes."]


async def test_two_turns_do_not_share_a_message(desk: Desk) -> None:
    for _ in range(2):
        await desk.message(QUESTION)
    desk.receipts.clear()
    await desk.work(answering(desk, *written("Yes.")))
    assert len(await desk.from_us(ALICE, ALICE_DM)) == 2
    assert len({str(kept.message) for kept in desk.receipts.values()}) == 2
    assert all(isinstance(kept, Kept) for kept in some(desk.receipts.values()))
