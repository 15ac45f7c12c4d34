"""What people do about an answer is done at once: Slack's own Stop, feedback and its reason."""

import asyncio

import pytest
from ag_ui.core import RunFinishedEvent, TextMessageContentEvent

from bots.errors import PlatformUnavailable
from bots.platform import ReplyStream, Turn
from bots.slack.outgoing.answer.answer_buttons import ACTION, COMMENT
from bots.slack.outgoing.message import STOP
from bots.turn.run import STOPPED
from tests.bots.slack.slack_client import ADMIN, ALICE, ALICE_DM, GENERAL, SlackClient
from tests.bots.slack.test_answer_stream import ask, finished, said, until
from tests.bots.slack.test_platform import answering

QUESTION = "@BizAssist Is serial LAPTOP-2024-001 still under warranty?"


async def at_work(slack: SlackClient) -> bool:
    return bool((await slack.session(GENERAL)).get("status") == "processing")


async def thread(slack: SlackClient, channel: str = GENERAL) -> str:
    [question, *_] = await slack.sees(ALICE, channel)
    return str(question["ts"])


async def test_slacks_own_stop_ends_all_of_its_askers_runs_in_that_thread(
    slack: SlackClient,
) -> None:
    slack.parts.runs.under_way = 2

    async def story(reply: ReplyStream) -> None:
        await reply.show(said("Half an answer "))
        await until(lambda: at_work(slack))
        root = await thread(slack)
        assert await slack.stop(ALICE, GENERAL, root) == 200
        place = f"slack:T0NORTHWND:{GENERAL}:{root}"
        assert slack.parts.runs.stopped == [(ALICE, place)]
        [message] = await slack.from_us(ALICE, GENERAL)
        assert not message["streaming"]  # Slack has ended it
        await reply.show(said("\n\nStopped."))

    await ask(slack, story)
    [answer] = await slack.from_us(ALICE, GENERAL)
    assert answer["text"].split() == ["Half", "an", "answer", "Stopped."]
    assert (await slack.session(GENERAL))["status"] == "active"


async def test_a_stop_of_nothing_ends_what_slack_shows(slack: SlackClient) -> None:
    await ask(slack, lambda reply: reply.show(said("Yes.")))
    root = await thread(slack)
    await slack.call("agents.sessions.setStatus", channel_id=GENERAL, thread_ts=root)
    assert await slack.stop(ALICE, GENERAL, root) == 200
    assert (await slack.session(GENERAL))["status"] == "active"


async def test_a_stop_that_the_agent_is_not_told_of_comes_again(slack: SlackClient) -> None:
    await ask(slack, lambda reply: reply.show(said("Yes.")))
    root = await thread(slack)
    await slack.call("agents.sessions.setStatus", channel_id=GENERAL, thread_ts=root)
    slack.parts.runs.failing = True
    assert await slack.stop(ALICE, GENERAL, root) == 503


async def judged_answer(slack: SlackClient, channel: str = GENERAL) -> tuple[str, str]:
    """An answer that can be judged: its turn and its timestamp."""
    turns: list[str] = []

    async def answer(turn: Turn) -> None:
        turns.append(turn.id)
        async with slack.platform.reply(turn, slack.receipt(turn.id)) as reply:
            await reply.show(said("Yes."))
            await reply.show(finished())

    await slack.message(QUESTION, channel=channel)
    await slack.work(answer)
    [shown] = await slack.from_us(ALICE, channel)
    return turns[0], str(shown["ts"])


@pytest.mark.parametrize("channel", [GENERAL, ALICE_DM])
async def test_a_good_answer_is_judged_by_one_click(slack: SlackClient, channel: str) -> None:
    turn, ts = await judged_answer(slack, channel)
    assert await slack.click(ALICE, channel, ts, ACTION, "positive") == 200
    assert slack.parts.judged == [(turn, "up", "")]
    assert await slack.modal(ALICE) == {}
    assert slack.inbox == []


async def test_a_bad_answer_is_judged_and_its_asker_may_say_why(slack: SlackClient) -> None:
    turn, ts = await judged_answer(slack)
    assert await slack.click(ALICE, GENERAL, ts, ACTION, "negative") == 200
    assert slack.parts.judged == [(turn, "down", "")]
    assert (await slack.modal(ALICE))["private_metadata"] == turn
    assert await slack.fill_in(ALICE, **{COMMENT: "  The year is wrong. "}) == 200
    assert slack.parts.judged[1:] == [(turn, "down", "The year is wrong.")]


async def test_nothing_said_in_the_modal_keeps_the_judgement(slack: SlackClient) -> None:
    turn, ts = await judged_answer(slack)
    await slack.click(ALICE, GENERAL, ts, ACTION, "negative")
    assert await slack.fill_in(ALICE) == 200
    assert slack.parts.judged == [(turn, "down", "")]


async def test_whoever_did_not_ask_judges_nothing(slack: SlackClient) -> None:
    _, ts = await judged_answer(slack)
    assert await slack.click(ADMIN, GENERAL, ts, ACTION, "negative") == 200
    assert slack.parts.judged == []
    assert await slack.modal(ADMIN) == {}


async def test_a_modal_that_does_not_open_costs_no_judgement(slack: SlackClient) -> None:
    turn, ts = await judged_answer(slack)
    await slack.fault(method="views.open", error="expired_trigger_id")
    assert await slack.click(ALICE, GENERAL, ts, ACTION, "negative") == 200
    assert slack.parts.judged == [(turn, "down", "")]


async def test_what_is_no_answer_has_no_buttons(slack: SlackClient) -> None:
    async def refused(turn: Turn) -> None:
        async with slack.platform.reply(turn, slack.receipt(turn.id)) as reply:
            await reply.show(TextMessageContentEvent(message_id="m", delta="Half an answer"))
            await reply.show(RunFinishedEvent(thread_id="c", run_id="r"))
            await reply.say("I can't answer this here.")

    await slack.message(QUESTION, channel=GENERAL)
    await slack.work(refused)
    await asyncio.sleep(0)
    [message] = await slack.stored(GENERAL)
    assert [block["type"] for block in message["blocks"]] == ["markdown"]


@pytest.mark.parametrize("kind", ["user_change", "user_guest_status_changed"])
async def test_a_closed_account_is_unlinked_at_once_and_nobody_elses(
    slack: SlackClient, kind: str
) -> None:
    slack.parts.account.link(ALICE, "alice")
    slack.parts.account.link(ADMIN, "admin")

    assert await slack.deactivate(ALICE, kind) == 200
    assert [key.rpartition("#")[2] for key in slack.parts.account.linked] == [ADMIN]
    assert slack.inbox == []


async def test_a_closed_account_that_can_not_be_unlinked_now_comes_again(
    slack: SlackClient,
) -> None:
    slack.parts.account.link(ALICE, "alice")
    slack.parts.account.memory_is_down = True
    assert await slack.deactivate(ALICE) == 503

    slack.parts.account.memory_is_down = False
    assert await slack.deactivate(ALICE) == 200
    assert slack.parts.account.linked == {}


async def tried_again(slack: SlackClient) -> None:
    """One attempt at what is in the inbox, which ends with a word on when it is tried again."""

    async def answer(turn: Turn) -> None:
        async with slack.platform.reply(turn, slack.receipt(turn.id)) as reply:
            await reply.say("The agent is away. I go on.", stoppable=True)
            raise PlatformUnavailable("down")

    with pytest.raises(PlatformUnavailable):
        await slack.work(answer)


async def test_what_is_tried_again_has_a_button_that_ends_it(slack: SlackClient) -> None:
    await slack.message(QUESTION, channel=GENERAL)
    await tried_again(slack)
    [shown] = await slack.from_us(ALICE, GENERAL)
    assert [button["text"] for button in shown["buttons"]] == ["Stop"]

    assert await slack.click(ADMIN, GENERAL, shown["ts"], STOP) == 200
    assert slack.parts.runs.stopped == []
    assert "I go on" in (await slack.from_us(ALICE, GENERAL))[0]["text"]

    assert await slack.click(ALICE, GENERAL, shown["ts"], STOP) == 200
    [(asker, turn)] = slack.parts.runs.stopped
    assert (asker, turn) == (ALICE, f"slack:{slack.inbox[0].event_id}")
    await slack.work(answering(slack, said(STOPPED), finished()))
    [ended] = await slack.from_us(ALICE, GENERAL)
    assert (ended["text"], ended["ts"]) == (STOPPED, shown["ts"])
    assert STOP not in str(await slack.stored(GENERAL))


async def test_the_button_says_at_once_that_it_was_pressed_though_the_agent_is_away(
    slack: SlackClient,
) -> None:
    slack.parts.runs.failing = True
    await slack.message(QUESTION, channel=GENERAL)
    await tried_again(slack)
    [shown] = await slack.from_us(ALICE, GENERAL)
    assert await slack.click(ALICE, GENERAL, shown["ts"], STOP) == 200
    [pressed] = await slack.from_us(ALICE, GENERAL)
    assert (pressed["text"], pressed["buttons"]) == (STOPPED, [])


async def test_a_command_that_is_tried_again_has_the_button_too(slack: SlackClient) -> None:
    await slack.command("Is serial LAPTOP-2024-001 still under warranty?")
    await tried_again(slack)
    _, shown = await slack.from_us(ALICE, GENERAL)
    assert await slack.click(ALICE, GENERAL, shown["ts"], STOP) == 200
    assert slack.parts.runs.stopped == [(ALICE, f"slack:{slack.inbox[0].event_id}")]
    await slack.work(answering(slack, said(STOPPED), finished()))
    texts = [one["text"] for one in await slack.from_us(ALICE, GENERAL)]
    assert texts[1:] == ["Stopping…", STOPPED]
