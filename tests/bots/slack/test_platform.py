"""Questions from Slack and what their askers see of the answers, over real HTTP."""

import pytest
from ag_ui.core import (
    BaseEvent,
    TextMessageContentEvent,
    TextMessageStartEvent,
    ToolCallResultEvent,
    ToolCallStartEvent,
)

from bots.platform import Answer, Turn
from bots.slack.platform import SlackUnavailable, slack_platform
from identity.people import ChatUser, Names
from tests.bots.slack.desk import ADMIN, ALICE, ALICE_DM, GENERAL, Desk

QUESTION = "Is serial LAPTOP-2024-001 still under warranty?"
SIGN_IN = "https://bizassist.example.com/link/abc?x=1&y=2"


def written(*deltas: str) -> list[BaseEvent]:
    return [
        TextMessageStartEvent(message_id="m1", role="assistant"),
        *(TextMessageContentEvent(message_id="m1", delta=delta) for delta in deltas),
    ]


def answering(desk: Desk, *events: BaseEvent, turns: list[Turn] | None = None) -> Answer:
    async def answer(turn: Turn) -> None:
        if turns is not None:
            turns.append(turn)
        async with desk.platform.reply(turn, desk.receipt(turn.id)) as reply:
            for event in events:
                await reply.show(event)

    return answer


def inviting(desk: Desk) -> Answer:
    async def answer(turn: Turn) -> None:
        await desk.platform.ask_to_link(turn, SIGN_IN)

    return answer


def saying(desk: Desk, sentence: str, failure: Exception) -> Answer:
    async def answer(turn: Turn) -> None:
        async with desk.platform.reply(turn, desk.receipt(turn.id)) as reply:
            await reply.show(written("half an ans")[1])
            await reply.say(sentence)
            raise failure

    return answer


class TestTheQuestion:
    async def test_a_command_is_read(self, desk: Desk) -> None:
        turns: list[Turn] = []
        await desk.command("  What is R&D <now>?  ")
        await desk.work(answering(desk, *written("x"), turns=turns))
        [turn] = turns
        assert turn.text == "What is R&D <now>?"
        assert turn.chat_user == ChatUser("slack", "T0NORTHWND", ALICE)
        assert turn.names == Names(workspace="Northwind Demo", user="Alice Example")
        assert turn.id == f"slack:{turn.accepted.event_id}"
        assert turn.conversation == turn.accepted.conversation

    async def test_a_mention_is_read_without_the_mention(self, desk: Desk) -> None:
        turns: list[Turn] = []
        await desk.message(f"@BizAssist {QUESTION}", channel=GENERAL)
        await desk.work(answering(desk, *written("x"), turns=turns))
        assert [turn.text for turn in turns] == [QUESTION]

    async def test_names_are_looked_up_once(self, desk: Desk) -> None:
        for _ in range(3):
            await desk.message("hello")
        await desk.work(answering(desk, *written("x")))
        assert len(await desk.calls("users.info")) == 1
        assert len(await desk.calls("team.info")) == 1

    async def test_a_name_that_slack_does_not_tell_is_no_reason_to_fail(self, desk: Desk) -> None:
        turns: list[Turn] = []
        await desk.fault(method="users.info", error="missing_scope")
        await desk.message("hello")
        await desk.work(answering(desk, *written("x"), turns=turns))
        assert turns[0].names == Names(workspace="Northwind Demo", user="")

    @pytest.mark.parametrize("text", ["", "help", " HELP "])
    async def test_help_is_short_and_private(self, desk: Desk, text: str) -> None:
        turns: list[Turn] = []
        await desk.command(text)
        await desk.work(answering(desk, turns=turns))
        [told] = await desk.from_us(ALICE, GENERAL)
        assert told["private"]
        assert "/bizassist" in told["text"]
        assert turns == []

    async def test_a_person_of_another_company_is_turned_away(self, desk: Desk) -> None:
        turns: list[Turn] = []
        await desk.message("@BizAssist hi", channel=GENERAL, event={"user_team": "T0ELSEWHERE"})
        await desk.work(answering(desk, turns=turns))
        [told] = await desk.from_us(ALICE, GENERAL)
        assert told["private"]
        assert "only answer people of the company" in told["text"]
        assert turns == []


class TestFailure:
    async def test_what_the_answer_raises_reaches_the_inbox(self, desk: Desk) -> None:
        await desk.command(QUESTION)
        with pytest.raises(ZeroDivisionError):
            await desk.work(saying(desk, "Trying again.", ZeroDivisionError()))
        assert len(desk.inbox) == 1

    async def test_a_token_that_slack_refuses_reaches_the_inbox(self, desk: Desk) -> None:
        await desk.message("hello")
        async with slack_platform("xoxb-wrong", f"{desk.slack}/api/") as platform:
            with pytest.raises(SlackUnavailable):
                await platform.dispatch(desk.inbox[0], answering(desk))

    async def test_a_slack_that_is_down_reaches_the_inbox(self, desk: Desk) -> None:
        await desk.message("hello")
        await desk.fault(method="chat.postMessage", error="internal_error", status=500)
        with pytest.raises(Exception, match="internal_error"):
            await desk.work(answering(desk, *written("x")))


class TestTheInvitation:
    async def test_after_a_command_only_the_asker_sees_it(self, desk: Desk) -> None:
        await desk.command(QUESTION)
        await desk.work(inviting(desk))
        [told] = await desk.from_us(ALICE, GENERAL)
        assert told["private"]
        assert [button["url"] for button in told["buttons"]] == [SIGN_IN]
        assert await desk.from_us(ADMIN, GENERAL) == []
        assert await desk.click(ALICE, GENERAL, told["ts"], "sign_in") == 200

    async def test_in_a_direct_message_it_is_there(self, desk: Desk) -> None:
        await desk.message(QUESTION)
        await desk.work(inviting(desk))
        [told] = await desk.from_us(ALICE, ALICE_DM)
        assert [button["url"] for button in told["buttons"]] == [SIGN_IN]

    async def test_after_a_mention_it_comes_by_direct_message(self, desk: Desk) -> None:
        await desk.message(f"@BizAssist {QUESTION}", channel=GENERAL)
        await desk.work(inviting(desk))
        assert await desk.from_us(ALICE, GENERAL) == []
        assert await desk.from_us(ADMIN, GENERAL) == []
        [told] = await desk.from_us(ALICE, ALICE_DM)
        assert [button["url"] for button in told["buttons"]] == [SIGN_IN]

    async def test_a_command_of_half_an_hour_ago_is_answered_by_direct_message(
        self, desk: Desk
    ) -> None:
        await desk.command(QUESTION)
        await desk.expire_responses()
        await desk.work(inviting(desk))
        assert await desk.from_us(ALICE, GENERAL) == []
        assert len((await desk.from_us(ALICE, ALICE_DM))[0]["buttons"]) == 1

    async def test_a_notice_is_private_too(self, desk: Desk) -> None:
        async def answer(turn: Turn) -> None:
            await desk.platform.notify(turn, "You are signed in as alice.")

        await desk.command(QUESTION)
        await desk.message(f"@BizAssist {QUESTION}", channel=GENERAL)
        await desk.work(answer)
        assert await desk.from_us(ADMIN, GENERAL) == []
        assert [m["text"] for m in await desk.from_us(ALICE, GENERAL)] == [
            "You are signed in as alice."
        ]
        assert [m["text"] for m in await desk.from_us(ALICE, ALICE_DM)] == [
            "You are signed in as alice."
        ]


class TestTheAnswer:
    async def test_a_command_is_answered_to_its_asker_alone(self, desk: Desk) -> None:
        await desk.command(QUESTION)
        await desk.work(answering(desk, *written("Yes, ", "**until 2027**.")))
        first, answer = await desk.from_us(ALICE, GENERAL)
        assert QUESTION in first["text"]
        assert answer["text"] == "Yes, until 2027."
        assert first["private"]
        assert answer["private"]
        assert await desk.sees(ADMIN, GENERAL) == []

    async def test_a_direct_message_is_answered_in_one_message(self, desk: Desk) -> None:
        await desk.message(QUESTION)
        await desk.work(answering(desk, *written("Yes, ", "**until 2027**.")))
        [answer] = await desk.from_us(ALICE, ALICE_DM)
        assert answer["text"] == "Yes, until 2027."
        assert "<strong>until 2027</strong>" in answer["html"]
        assert answer["thread_ts"] is None

    async def test_a_mention_is_answered_in_its_thread(self, desk: Desk) -> None:
        await desk.message(f"@BizAssist {QUESTION}", channel=GENERAL)
        await desk.work(answering(desk, *written("Yes.")))
        question, answer = await desk.sees(ADMIN, GENERAL)
        assert answer["text"] == "Yes."
        assert answer["thread_ts"] == question["ts"]

    async def test_the_message_is_there_at_once_and_shows_the_tool(self, desk: Desk) -> None:
        seen: list[str] = []

        async def until(text: str) -> None:
            while (now := (await desk.from_us(ALICE, ALICE_DM))[-1]["text"]) != text:
                assert now in {*seen, "Thinking…"}
            seen.append(text)

        async def answer(turn: Turn) -> None:
            name = "warranty___check_warranty_status"
            async with desk.platform.reply(turn, desk.receipt(turn.id)) as reply:
                await until("Thinking…")
                await reply.show(ToolCallStartEvent(tool_call_id="t1", tool_call_name=name))
                await until("Checking warranty status…")
                done = ToolCallResultEvent(message_id="r", tool_call_id="t1", content="{}")
                await reply.show(done)
                for event in written("It is "):
                    await reply.show(event)
                await until("It is")
                await reply.show(TextMessageContentEvent(message_id="m1", delta="active."))

        await desk.message(QUESTION)
        await desk.work(answer)
        assert [m["text"] for m in await desk.from_us(ALICE, ALICE_DM)] == ["It is active."]
        assert len(await desk.calls("chat.postMessage")) == 1

    async def test_edits_keep_their_distance(self, desk: Desk) -> None:
        await desk.message(QUESTION)
        deltas = [f"{number} " for number in range(500)]
        await desk.work(answering(desk, *written(*deltas)))
        assert len(await desk.calls("chat.update")) <= 2
        assert (await desk.from_us(ALICE, ALICE_DM))[0]["text"].endswith("499")

    async def test_a_failed_edit_costs_nothing(self, desk: Desk) -> None:
        async def answer(turn: Turn) -> None:
            async with desk.platform.reply(turn, desk.receipt(turn.id)) as reply:
                for event in written("first "):
                    await reply.show(event)
                while not await desk.calls("chat.update"):
                    pass
                await reply.show(TextMessageContentEvent(message_id="m1", delta="last"))

        await desk.fault(method="chat.update", error="internal_error", status=500, times=3)
        await desk.message(QUESTION)
        await desk.work(answer)
        assert [m["text"] for m in await desk.from_us(ALICE, ALICE_DM)] == ["first last"]

    @pytest.mark.parametrize("status", [429, 500])
    async def test_a_busy_or_failing_slack_gets_the_final_edit_again(
        self, desk: Desk, status: int
    ) -> None:
        await desk.fault(method="chat.update", error="try_later", status=status)
        await desk.message(QUESTION)
        await desk.work(answering(desk, *written("Yes.")))
        assert [m["text"] for m in await desk.from_us(ALICE, ALICE_DM)] == ["Yes."]
        assert len(desk.receipts) == 1

    @pytest.mark.parametrize("channel", [ALICE_DM, GENERAL])
    async def test_a_long_answer_is_complete_and_in_order(self, desk: Desk, channel: str) -> None:
        lines = [f"Line {number}: {'x' * 60}" for number in range(200)]
        await desk.message(f"@BizAssist {QUESTION}", channel=channel)
        await desk.work(answering(desk, *written(*(f"{line}\n\n" for line in lines))))
        shown = await desk.from_us(ALICE, channel)
        assert len(shown) > 1
        assert "\n".join(message["text"] for message in shown).split() == " ".join(lines).split()

    async def test_a_long_private_answer_is_complete(self, desk: Desk) -> None:
        lines = [f"Line {number}: {'x' * 60}" for number in range(300)]
        await desk.command(QUESTION)
        await desk.work(answering(desk, *written(*(f"{line}\n\n" for line in lines))))
        shown = [*(await desk.from_us(ALICE, GENERAL))[1:], *await desk.from_us(ALICE, ALICE_DM)]
        assert "\n".join(message["text"] for message in shown).split() == " ".join(lines).split()
        assert await desk.sees(ADMIN, GENERAL) == []

    async def test_an_answer_rings_nobody_and_hides_no_address(self, desk: Desk) -> None:
        text = "<!channel> <@U0ADMIN0000> <https://evil.example|your bank> `<!here>` a < b & c"
        await desk.message(f"@BizAssist {QUESTION}", channel=GENERAL)
        await desk.command(text)
        await desk.work(answering(desk, *written(text)))
        shown = await desk.from_us(ALICE, GENERAL)
        assert len(shown) == 3
        assert [message["mentions"] for message in shown] == [[], [], []]
        assert "a < b & c" in shown[0]["text"]

    async def test_no_text_at_all_is_said_in_words(self, desk: Desk) -> None:
        await desk.message(QUESTION)
        await desk.work(answering(desk))
        assert "no answer" in (await desk.from_us(ALICE, ALICE_DM))[0]["text"]

    async def test_a_response_url_of_somebody_else_gets_nothing(self, desk: Desk) -> None:
        await desk.command(QUESTION)
        desk.inbox[0].body["response_url"] = f"{desk.service}/slack/commands"
        await desk.work(answering(desk, *written("Private.")))
        shown = await desk.from_us(ALICE, ALICE_DM)
        assert shown[-1]["text"] == "Private."
        assert await desk.sees(ADMIN, GENERAL) == []
