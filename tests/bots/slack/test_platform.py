"""Questions from Slack and what their askers see of the answers, over real HTTP."""

import pytest
from ag_ui.core import (
    BaseEvent,
    TextMessageContentEvent,
    TextMessageStartEvent,
    ToolCallResultEvent,
    ToolCallStartEvent,
)

from bots.errors import InstallationRefused, PlatformUnavailable
from bots.platform import Answer, Turn
from bots.slack.platform import installed_platform
from identity.people import ChatUser, Names
from tests.bots.slack.slack_client import ADMIN, ALICE, ALICE_DM, GENERAL, SlackClient

QUESTION = "Is serial LAPTOP-2024-001 still under warranty?"
SIGN_IN = "https://bizassist.example.com/link/abc?x=1&y=2"


def written(*deltas: str) -> list[BaseEvent]:
    return [
        TextMessageStartEvent(message_id="m1", role="assistant"),
        *(TextMessageContentEvent(message_id="m1", delta=delta) for delta in deltas),
    ]


def answering(slack: SlackClient, *events: BaseEvent, turns: list[Turn] | None = None) -> Answer:
    async def answer(turn: Turn) -> None:
        if turns is not None:
            turns.append(turn)
        async with slack.platform.reply(turn, slack.receipt(turn.id)) as reply:
            for event in events:
                await reply.show(event)

    return answer


def inviting(slack: SlackClient) -> Answer:
    async def answer(turn: Turn) -> None:
        await slack.platform.ask_to_link(turn, SIGN_IN)

    return answer


def saying(slack: SlackClient, sentence: str, failure: Exception) -> Answer:
    async def answer(turn: Turn) -> None:
        async with slack.platform.reply(turn, slack.receipt(turn.id)) as reply:
            await reply.show(written("half an ans")[1])
            await reply.say(sentence)
            raise failure

    return answer


class TestTheQuestion:
    async def test_a_command_is_read(self, slack: SlackClient) -> None:
        turns: list[Turn] = []
        await slack.command("  What is R&D <now>?  ")
        await slack.work(answering(slack, *written("x"), turns=turns))
        [turn] = turns
        assert turn.text == "What is R&D <now>?"
        assert turn.chat_user == ChatUser("slack", "T0NORTHWND", ALICE)
        assert turn.names == Names(workspace="Northwind Demo", user="Alice Example")
        assert turn.id == f"slack:{turn.accepted.event_id}"
        assert turn.accepted.conversation == f"{turn.conversation}#{ALICE}"

    async def test_a_mention_is_read_without_the_mention(self, slack: SlackClient) -> None:
        turns: list[Turn] = []
        await slack.message(f"@BizAssist {QUESTION}", channel=GENERAL)
        await slack.work(answering(slack, *written("x"), turns=turns))
        assert [turn.text for turn in turns] == [QUESTION]

    async def test_names_are_looked_up_once(self, slack: SlackClient) -> None:
        for _ in range(3):
            await slack.message("hello")
        await slack.work(answering(slack, *written("x")))
        assert len(await slack.calls("users.info")) == 1
        assert len(await slack.calls("team.info")) == 1

    async def test_a_name_that_slack_does_not_tell_is_no_reason_to_fail(
        self, slack: SlackClient
    ) -> None:
        turns: list[Turn] = []
        await slack.fault(method="users.info", error="missing_scope")
        await slack.message("hello")
        await slack.work(answering(slack, *written("x"), turns=turns))
        assert turns[0].names == Names(workspace="Northwind Demo", user="")

    @pytest.mark.parametrize("text", ["", "help", " HELP "])
    async def test_help_is_short_and_private(self, slack: SlackClient, text: str) -> None:
        turns: list[Turn] = []
        await slack.command(text)
        await slack.work(answering(slack, turns=turns))
        [told] = await slack.from_us(ALICE, GENERAL)
        assert told["private"]
        assert "/bizassist" in told["text"]
        assert turns == []

    async def test_a_person_of_another_company_is_turned_away(self, slack: SlackClient) -> None:
        turns: list[Turn] = []
        await slack.message("@BizAssist hi", channel=GENERAL, event={"user_team": "T0ELSEWHERE"})
        await slack.work(answering(slack, turns=turns))
        [told] = await slack.from_us(ALICE, GENERAL)
        assert told["private"]
        assert "only answer people of the company" in told["text"]
        assert turns == []


class TestFailure:
    async def test_what_the_answer_raises_reaches_the_inbox(self, slack: SlackClient) -> None:
        await slack.command(QUESTION)
        with pytest.raises(ZeroDivisionError):
            await slack.work(saying(slack, "Trying again.", ZeroDivisionError()))
        assert len(slack.inbox) == 1

    async def test_a_question_is_read_although_slack_refuses_the_token(
        self, slack: SlackClient
    ) -> None:
        turns: list[Turn] = []
        await slack.message("hello")
        parts = slack.parts.for_slack()
        platform = installed_platform(slack.http, "xoxb-wrong", f"{slack.double_url}/api/", parts)
        await platform.dispatch(slack.inbox[0], answering(slack, turns=turns))
        assert [turn.text for turn in turns] == ["hello"]
        with pytest.raises(InstallationRefused) as refused:
            await platform.check_installation("T0NORTHWND")
        assert refused.value.word == "invalid_auth"
        await slack.platform.check_installation("T0NORTHWND")

    async def test_a_slack_that_is_down_reaches_the_inbox(self, slack: SlackClient) -> None:
        await slack.no_streams()
        await slack.message("hello")
        await slack.fault(method="chat.postMessage", error="internal_error", status=500)
        with pytest.raises(PlatformUnavailable, match="internal_error"):
            await slack.work(answering(slack, *written("x")))


class TestTheInvitation:
    async def test_after_a_command_only_the_asker_sees_it(self, slack: SlackClient) -> None:
        await slack.command(QUESTION)
        await slack.work(inviting(slack))
        [told] = await slack.from_us(ALICE, GENERAL)
        assert told["private"]
        assert [button["url"] for button in told["buttons"]] == [SIGN_IN]
        assert await slack.from_us(ADMIN, GENERAL) == []
        assert await slack.click(ALICE, GENERAL, told["ts"], "sign_in") == 200

    async def test_in_a_direct_message_it_is_there(self, slack: SlackClient) -> None:
        await slack.message(QUESTION)
        await slack.work(inviting(slack))
        [told] = await slack.from_us(ALICE, ALICE_DM)
        assert [button["url"] for button in told["buttons"]] == [SIGN_IN]

    async def test_after_a_mention_it_comes_by_direct_message(self, slack: SlackClient) -> None:
        await slack.message(f"@BizAssist {QUESTION}", channel=GENERAL)
        await slack.work(inviting(slack))
        assert await slack.from_us(ALICE, GENERAL) == []
        assert await slack.from_us(ADMIN, GENERAL) == []
        [told] = await slack.from_us(ALICE, ALICE_DM)
        assert [button["url"] for button in told["buttons"]] == [SIGN_IN]

    async def test_a_command_of_half_an_hour_ago_is_answered_by_direct_message(
        self, slack: SlackClient
    ) -> None:
        await slack.command(QUESTION)
        await slack.expire_responses()
        await slack.work(inviting(slack))
        assert await slack.from_us(ALICE, GENERAL) == []
        assert len((await slack.from_us(ALICE, ALICE_DM))[0]["buttons"]) == 1

    async def test_a_notice_is_private_too(self, slack: SlackClient) -> None:
        async def answer(turn: Turn) -> None:
            await slack.platform.notify(turn, "You are signed in as alice.")

        await slack.command(QUESTION)
        await slack.message(f"@BizAssist {QUESTION}", channel=GENERAL)
        await slack.work(answer)
        assert await slack.from_us(ADMIN, GENERAL) == []
        assert [m["text"] for m in await slack.from_us(ALICE, GENERAL)] == [
            "You are signed in as alice."
        ]
        assert [m["text"] for m in await slack.from_us(ALICE, ALICE_DM)] == [
            "You are signed in as alice."
        ]


class TestTheAnswer:
    async def test_a_command_is_answered_to_its_asker_alone(self, slack: SlackClient) -> None:
        await slack.command(QUESTION)
        await slack.work(answering(slack, *written("Yes, ", "**until 2027**.")))
        first, answer = await slack.from_us(ALICE, GENERAL)
        assert QUESTION in first["text"]
        assert answer["text"] == "Yes, until 2027."
        assert first["private"]
        assert answer["private"]
        assert await slack.sees(ADMIN, GENERAL) == []

    async def test_a_direct_message_is_answered_in_one_message(self, slack: SlackClient) -> None:
        await slack.message(QUESTION)
        await slack.work(answering(slack, *written("Yes, ", "**until 2027**.")))
        [answer] = await slack.from_us(ALICE, ALICE_DM)
        assert answer["text"] == "Yes, until 2027."
        assert "<strong>until 2027</strong>" in answer["html"]
        question = (await slack.sees(ALICE, ALICE_DM))[0]
        assert answer["thread_ts"] == question["ts"]

    async def test_a_mention_is_answered_in_its_thread(self, slack: SlackClient) -> None:
        await slack.message(f"@BizAssist {QUESTION}", channel=GENERAL)
        await slack.work(answering(slack, *written("Yes.")))
        question, answer = await slack.sees(ADMIN, GENERAL)
        assert answer["text"] == "Yes."
        assert answer["thread_ts"] == question["ts"]

    async def test_the_message_is_there_at_once_and_shows_the_tool(
        self, slack: SlackClient
    ) -> None:
        await slack.no_streams()
        seen: list[str] = []
        opening = f"Thinking…\n\n{QUESTION}"  # what a push notification shows

        async def until(text: str) -> None:
            while (now := (await slack.from_us(ALICE, ALICE_DM))[-1]["text"]) != text:
                assert now in {*seen, opening}
            seen.append(text)

        async def answer(turn: Turn) -> None:
            name = "warranty___check_warranty_status"
            async with slack.platform.reply(turn, slack.receipt(turn.id)) as reply:
                await until(opening)
                await reply.show(ToolCallStartEvent(tool_call_id="t1", tool_call_name=name))
                await until("Checking warranty status…")
                done = ToolCallResultEvent(message_id="r", tool_call_id="t1", content="{}")
                await reply.show(done)
                for event in written("It is "):
                    await reply.show(event)
                await until("It is")
                await reply.show(TextMessageContentEvent(message_id="m1", delta="active."))

        await slack.message(QUESTION)
        await slack.work(answer)
        assert [m["text"] for m in await slack.from_us(ALICE, ALICE_DM)] == ["It is active."]
        assert len(await slack.calls("chat.postMessage")) == 1

    async def test_edits_keep_their_distance(self, slack: SlackClient) -> None:
        await slack.no_streams()
        await slack.message(QUESTION)
        deltas = [f"{number} " for number in range(500)]
        await slack.work(answering(slack, *written(*deltas)))
        assert len(await slack.calls("chat.update")) <= 2
        assert (await slack.from_us(ALICE, ALICE_DM))[0]["text"].endswith("499")

    async def test_a_failed_edit_costs_nothing(self, slack: SlackClient) -> None:
        await slack.no_streams()

        async def answer(turn: Turn) -> None:
            async with slack.platform.reply(turn, slack.receipt(turn.id)) as reply:
                for event in written("first "):
                    await reply.show(event)
                while not await slack.calls("chat.update"):
                    pass
                await reply.show(TextMessageContentEvent(message_id="m1", delta="last"))

        await slack.fault(method="chat.update", error="internal_error", status=500, times=3)
        await slack.message(QUESTION)
        await slack.work(answer)
        assert [m["text"] for m in await slack.from_us(ALICE, ALICE_DM)] == ["first last"]

    @pytest.mark.parametrize("status", [429, 500])
    async def test_a_busy_or_failing_slack_gets_the_final_edit_again(
        self, slack: SlackClient, status: int
    ) -> None:
        await slack.fault(method="chat.update", error="try_later", status=status)
        await slack.message(QUESTION)
        await slack.work(answering(slack, *written("Yes.")))
        assert [m["text"] for m in await slack.from_us(ALICE, ALICE_DM)] == ["Yes."]
        assert len(slack.receipts) == 1

    @pytest.mark.parametrize("channel", [ALICE_DM, GENERAL])
    async def test_a_long_answer_is_complete_and_in_order(
        self, slack: SlackClient, channel: str
    ) -> None:
        lines = [f"Line {number}: {'x' * 60}" for number in range(200)]
        await slack.message(f"@BizAssist {QUESTION}", channel=channel)
        await slack.work(answering(slack, *written(*(f"{line}\n\n" for line in lines))))
        shown = await slack.from_us(ALICE, channel)
        assert len(shown) > 1
        assert "\n".join(message["text"] for message in shown).split() == " ".join(lines).split()

    async def test_a_long_private_answer_is_complete(self, slack: SlackClient) -> None:
        lines = [f"Line {number}: {'x' * 60}" for number in range(300)]
        await slack.command(QUESTION)
        await slack.work(answering(slack, *written(*(f"{line}\n\n" for line in lines))))
        _, pointer = await slack.from_us(ALICE, GENERAL)
        assert "direct message" in pointer["text"]
        shown = await slack.from_us(ALICE, ALICE_DM)
        assert len(shown) == 2
        assert "\n".join(message["text"] for message in shown).split() == " ".join(lines).split()
        assert await slack.sees(ADMIN, GENERAL) == []

    async def test_an_answer_rings_nobody_and_hides_no_address(self, slack: SlackClient) -> None:
        text = "<!channel> <@U0ADMIN0000> <https://evil.example|your bank> `<!here>` a < b & c"
        await slack.message(f"@BizAssist {QUESTION}", channel=GENERAL)
        await slack.command(text)
        await slack.work(answering(slack, *written(text)))
        shown = await slack.from_us(ALICE, GENERAL)
        assert len(shown) == 3
        assert [message["mentions"] for message in shown] == [[], [], []]
        assert "a < b & c" in shown[0]["text"]

    async def test_no_text_at_all_is_said_in_words(self, slack: SlackClient) -> None:
        await slack.message(QUESTION)
        await slack.work(answering(slack))
        assert "no answer" in (await slack.from_us(ALICE, ALICE_DM))[0]["text"]

    async def test_a_response_url_of_somebody_else_gets_nothing(self, slack: SlackClient) -> None:
        await slack.command(QUESTION)
        slack.inbox[0].body["response_url"] = f"{slack.service_url}/slack/commands"
        await slack.work(answering(slack, *written("Private.")))
        shown = await slack.from_us(ALICE, ALICE_DM)
        assert shown[-1]["text"] == "Private."
        assert await slack.sees(ADMIN, GENERAL) == []
