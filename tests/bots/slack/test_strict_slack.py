"""What Slack refuses, loses or cuts does not cost a person their answer, nor show it twice."""

import asyncio
import contextlib

import pytest
from ag_ui.core import TextMessageContentEvent

from bots.errors import DeliveryRefused
from bots.platform import Answer, Turn
from tests.bots.slack.slack_client import ALICE, ALICE_DM, GENERAL, PARTNERS, SlackClient

OTHER_BOT, FORMER, VISITOR = "U0OTHERBOT0", "U0FORMER000", "U0VISITOR00"


def said(text: str) -> TextMessageContentEvent:
    return TextMessageContentEvent(message_id="m1", delta=text)


def answering(slack: SlackClient, text: str, turns: list[Turn]) -> Answer:
    """Answer as the turn does: where nothing can be shown, the asker is told so."""

    async def answer(turn: Turn) -> None:
        turns.append(turn)
        try:
            async with slack.platform.reply(turn, slack.receipt(turn.id)) as reply:
                await reply.show(said(text))
        except DeliveryRefused as error:
            await slack.platform.notify(turn, error.sentence)

    return answer


async def until_delivered(slack: SlackClient, answer: Answer, attempts: int = 3) -> None:
    for _ in range(attempts):
        with contextlib.suppress(Exception):
            await slack.work(answer)
            return


async def shown(slack: SlackClient, channel: str) -> list[str]:
    return [message["text"] for message in await slack.from_us(ALICE, channel)]


async def test_a_japanese_answer_is_shown_whole_and_made_once(slack: SlackClient) -> None:
    turns: list[Turn] = []
    text = "保証は二〇二八年十月まで有効です。\n\n" * 131 + "以上です。"
    await slack.message("質問")
    await until_delivered(slack, answering(slack, text, turns))
    whole = "".join(await shown(slack, ALICE_DM))
    assert "".join(whole.split()) == "".join(text.split())
    assert len(turns) == 1


@pytest.mark.parametrize(
    "condition",
    [
        {"restriction": "restricted_action"},
        {"restriction": "restricted_action_read_only_channel"},
        {"restriction": "restricted_action_non_threadable_channel"},
        {"restriction": "restricted_action_thread_locked"},
        {"is_archived": True},
        {"has_app": False},
        {"has_app": False, "is_private": True},
    ],
    ids=str,
)
async def test_where_nothing_can_be_posted_the_asker_is_told_once(
    slack: SlackClient, condition: dict[str, object]
) -> None:
    turns: list[Turn] = []
    await slack.message("@BizAssist question", channel=GENERAL)
    await slack.set("channel", channel=GENERAL, **condition)
    await until_delivered(slack, answering(slack, "The answer.", turns))
    assert slack.inbox == []
    assert len(await shown(slack, ALICE_DM)) == 1
    assert len(turns) <= 1


async def test_a_channel_that_is_archived_meanwhile(slack: SlackClient) -> None:
    turns: list[Turn] = []
    reasons: list[str] = []

    async def meanwhile(turn: Turn) -> None:
        turns.append(turn)
        try:
            async with slack.platform.reply(turn, slack.receipt(turn.id)) as reply:
                await slack.set("channel", channel=GENERAL, is_archived=True)
                await reply.show(said("The answer."))
        except DeliveryRefused as error:
            reasons.append(str(error))
            await slack.platform.notify(turn, error.sentence)

    await slack.message("@BizAssist question", channel=GENERAL)
    await until_delivered(slack, meanwhile)
    assert slack.inbox == []
    assert reasons == ["Slack answered is_archived"]
    assert len(turns) == 1
    assert len(await shown(slack, ALICE_DM)) == 1


async def test_a_question_that_was_deleted_before_its_answer(slack: SlackClient) -> None:
    turns: list[Turn] = []
    await slack.message("@BizAssist question", channel=GENERAL)
    [question] = await slack.sees(ALICE, GENERAL)
    await slack.set("delete", user=ALICE, channel=GENERAL, ts=question["ts"])
    await until_delivered(slack, answering(slack, "The answer.", turns))
    assert slack.inbox == []
    assert len(await shown(slack, ALICE_DM)) == 1


async def test_where_nothing_can_be_edited_there_is_one_answer(slack: SlackClient) -> None:
    await slack.set("workspace", edit_window=0)
    await slack.message("question")
    await until_delivered(slack, answering(slack, "The answer.", []))
    assert await shown(slack, ALICE_DM) == ["The answer."]


async def test_slack_that_stays_busy_is_waited_for_and_the_answer_made_once(
    slack: SlackClient,
) -> None:
    turns: list[Turn] = []
    await slack.fault(method="chat.update", times=4, error="ratelimited", status=429, retry_after=1)
    await slack.message("question")
    await until_delivered(slack, answering(slack, "The answer.", turns))
    assert await shown(slack, ALICE_DM) == ["The answer."]
    assert len(turns) == 1


async def test_the_last_edit_has_room_in_the_budget_of_edits(slack: SlackClient) -> None:
    await slack.no_streams()
    await slack.set("rate-limits", method="chat.update", limits=[{"calls": 5, "seconds": 60}])

    async def answer(turn: Turn) -> None:
        async with slack.platform.reply(turn, slack.receipt(turn.id)) as reply:
            for word in range(10):
                await reply.show(said(f"{word} "))
                await asyncio.sleep(0.05)

    await slack.message("question")
    async with asyncio.timeout(10):
        await slack.work(answer)
    assert (await shown(slack, ALICE_DM))[0].endswith("9")


@pytest.mark.parametrize("lost", [{"broken": True}, {"error": "internal_error", "status": 500}])
async def test_a_command_whose_first_message_was_taken_and_not_confirmed(
    slack: SlackClient, lost: dict[str, object]
) -> None:
    await slack.command("question")
    await slack.fault(method="response_url", after=True, **lost)
    await until_delivered(slack, answering(slack, "The answer.", []))
    first, answer = await shown(slack, GENERAL)
    assert "question" in first
    assert answer == "The answer."


@pytest.mark.parametrize("lost", [{"broken": True}, {"error": "internal_error", "status": 500}])
async def test_a_command_whose_answer_was_taken_and_not_confirmed(
    slack: SlackClient, lost: dict[str, object]
) -> None:
    turns: list[Turn] = []
    await slack.command("question")
    await slack.fault(method="response_url", after=True, skip=1, **lost)
    await until_delivered(slack, answering(slack, "The answer.", turns))
    assert (await shown(slack, GENERAL)).count("The answer.") == 1
    assert len(turns) == 1


async def test_a_stranger_is_told_where_slack_shows_it(slack: SlackClient) -> None:
    await slack.set("workspace", quiet_threads_drop_ephemerals=True)
    await slack.message("@BizAssist hello", user=VISITOR, channel=PARTNERS)
    await slack.work(answering(slack, "Private.", []))
    [told] = await slack.from_us(VISITOR, PARTNERS)
    assert "only answer people of the company" in told["text"]


@pytest.mark.parametrize("user", ["USLACK", "USLACKBOT"])
async def test_what_slack_itself_writes_is_no_question(slack: SlackClient, user: str) -> None:
    turns: list[Turn] = []
    await slack.message("@alice archived a channel", user=user)
    await slack.work(answering(slack, "The answer.", turns))
    assert turns == []
    assert await shown(slack, ALICE_DM) == []


@pytest.mark.parametrize("hidden", [("bot_id", "app_id"), ("bot_id", "bot_profile")])
async def test_what_another_bot_writes_is_no_question(
    slack: SlackClient, hidden: tuple[str, str]
) -> None:
    turns: list[Turn] = []
    event = dict.fromkeys(hidden)
    await slack.message("@BizAssist hi", user=OTHER_BOT, channel=GENERAL, event=event)
    await slack.work(answering(slack, "The answer.", turns))
    assert turns == []


@pytest.mark.parametrize("nobody", [OTHER_BOT, FORMER])
async def test_who_is_no_person_is_asked_to_link_nothing(slack: SlackClient, nobody: str) -> None:
    """Nothing in the event tells, Slack does when it is asked who that is."""
    turns: list[Turn] = []
    await slack.message("@BizAssist hi", channel=GENERAL, event={"user": nobody})
    await slack.work(answering(slack, "The answer.", turns))
    assert turns == []
    assert await slack.calls("users.info")
    assert not await slack.calls("chat.postMessage")


async def test_a_question_in_blocks_alone_is_read(slack: SlackClient) -> None:
    turns: list[Turn] = []
    await slack.message("Is LAPTOP-2024-001 covered?", event={"text": ""})
    await slack.work(answering(slack, "Yes.", turns))
    assert [turn.text for turn in turns] == ["Is LAPTOP-2024-001 covered?"]


async def test_too_many_events_are_acknowledged(slack: SlackClient) -> None:
    async with slack.http.post(f"{slack.double_url}/double/too-many-events", json={}) as answer:
        assert await answer.json() == {"status": 200}


@pytest.mark.parametrize("lost", [{"error": "internal_error", "status": 500}, {"broken": True}])
async def test_an_answer_that_takes_the_place_of_another_message_is_shown_once(
    slack: SlackClient, lost: dict[str, object]
) -> None:
    await slack.no_streams()
    await slack.set("workspace", edit_window=0)
    await slack.message("question")
    await slack.fault(method="chat.postMessage", skip=1, after=True, **lost)
    await until_delivered(slack, answering(slack, "The answer.", []))
    assert await shown(slack, ALICE_DM) == ["The answer."]


async def test_what_can_be_neither_edited_nor_deleted_does_not_cost_the_answer(
    slack: SlackClient,
) -> None:
    await slack.set("workspace", edit_window=0)
    await slack.message("question")
    await slack.fault(method="chat.delete", error="cant_delete_message", times=5)
    await until_delivered(slack, answering(slack, "The answer.", []))
    assert (await shown(slack, ALICE_DM)).count("The answer.") == 1


@pytest.mark.parametrize("word", ["invalid_blocks", "msg_blocks_too_long"])
@pytest.mark.parametrize("method", ["chat.postMessage", "chat.update"])
async def test_what_is_not_taken_in_blocks_is_shown_as_text(
    slack: SlackClient, method: str, word: str
) -> None:
    await slack.no_streams()
    await slack.message("question")
    await slack.fault(method=method, error=word)
    await until_delivered(slack, answering(slack, "The answer.", []))
    assert await shown(slack, ALICE_DM) == ["The answer."]


async def test_a_stranger_is_told_in_the_thread_that_others_write_in(slack: SlackClient) -> None:
    await slack.set("workspace", quiet_threads_drop_ephemerals=True)
    await slack.message("A thread", channel=PARTNERS)
    [root] = await slack.sees(ALICE, PARTNERS)
    asked = {"user": VISITOR, "channel": PARTNERS, "thread": root["ts"]}
    await slack.message("@BizAssist hello", **asked)
    await slack.work(answering(slack, "Private.", []))
    [told] = await slack.from_us(VISITOR, PARTNERS)
    assert told["thread_ts"] == root["ts"]


async def test_a_stranger_who_cannot_be_told_anything_is_no_failure(slack: SlackClient) -> None:
    await slack.message("@BizAssist hello", user=VISITOR, channel=PARTNERS)
    await slack.set("channel", channel=PARTNERS, restriction="restricted_action")
    await slack.work(answering(slack, "Private.", []))
    assert slack.inbox == []
