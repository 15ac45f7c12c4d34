"""Words that no model is asked about: in commands, direct messages and mentions."""

import pytest

from bots.errors import StopFailed
from bots.platform import Turn
from bots.text_commands.words import WORDS
from tests.bots.slack.slack_client import (
    ADMIN,
    ALICE,
    ALICE_DM,
    GENERAL,
    PARTNERS,
    SlackClient,
)
from tests.bots.slack.test_platform import answering, written
from tests.some import some


async def told(slack: SlackClient, text: str, channel: str = ALICE_DM) -> str:
    """What somebody reads who writes a word in their direct messages."""
    before = len(await slack.from_us(ALICE, channel))
    await slack.message(text)
    await slack.work(answering(slack))
    [answer] = (await slack.from_us(ALICE, channel))[before:]
    return str(answer["text"])


@pytest.mark.parametrize("word", WORDS)
async def test_each_word_is_for_nobody_but_who_says_it_and_asks_no_model(
    slack: SlackClient, word: str
) -> None:
    turns: list[Turn] = []
    slack.parts.account.link(ALICE, "alice@example.com")
    await slack.command(f" {word.upper()} ")
    await slack.message(f"{word}.")
    await slack.message(f"@BizAssist {word}", channel=GENERAL)
    await slack.work(answering(slack, turns=turns))

    [after_command] = await slack.from_us(ALICE, GENERAL)
    after_message, after_mention = await slack.from_us(ALICE, ALICE_DM)
    assert after_command["private"]
    assert after_message["text"]
    assert after_mention["text"]
    assert [m["author"] for m in await slack.sees(ADMIN, GENERAL)] == [ALICE]
    assert turns == []


@pytest.mark.parametrize("question", ["stop the printer", "help me", "What is new?", "forget it"])
async def test_a_sentence_with_a_word_in_it_is_a_question(
    slack: SlackClient, question: str
) -> None:
    turns: list[Turn] = []
    await slack.command(question)
    await slack.work(answering(slack, *written("x"), turns=turns))
    assert [turn.text for turn in turns] == [question]


async def test_help_names_every_word(slack: SlackClient) -> None:
    said = await told(slack, "help")
    assert {word for word in some(WORDS) if word in said} == set(WORDS)


async def test_signing_in_being_someone_and_signing_out(slack: SlackClient) -> None:
    assert "I don't know who you are yet" in await told(slack, "whoami")
    assert "nothing to end" in await told(slack, "unlink")
    assert "for you alone" in await told(slack, "link")
    [invitation] = (await slack.from_us(ALICE, ALICE_DM))[-1]["buttons"]
    assert invitation["url"] == f"https://bizassist.example.com/link/{ALICE}"

    slack.parts.account.link(ALICE, "alice@example.com")
    said = await told(slack, "whoami")
    assert "signed in as alice@example.com" in said
    assert "Alice Example in Northwind Demo" in said
    assert "signed in as alice@example.com" in await told(slack, "link")
    assert "no longer answer as alice@example.com" in await told(slack, "unlink")
    assert slack.parts.account.linked == {}
    assert [entry["action"] for entry in slack.parts.account.audited] == ["revoked"]


async def test_memory_is_shown_and_forgotten_only_after_a_click(slack: SlackClient) -> None:
    account = slack.parts.account
    account.link(ALICE, "alice@example.com")
    assert "nothing about you" in await told(slack, "memory")
    assert "nothing about you" in await told(slack, "forget")

    account.remembered["subject-of-alice@example.com"] = [f"Fact {n}" for n in range(12)]
    said = await told(slack, "memory")
    assert "Fact 0" in said
    assert "and 2 more" in said
    assert "https://bizassist.example.com/me" in said

    assert "12 memories" in await told(slack, "forget")
    asked = (await slack.from_us(ALICE, ALICE_DM))[-1]
    await slack.click(ALICE, ALICE_DM, asked["ts"], "keep_memory")
    await slack.work(answering(slack))
    assert "forgotten nothing" in (await slack.from_us(ALICE, ALICE_DM))[-1]["text"]
    assert account.remembered

    await slack.command("forget")
    await slack.work(answering(slack))
    [asked] = await slack.from_us(ALICE, GENERAL)
    await slack.click(ALICE, GENERAL, asked["ts"], "forget_everything")
    await slack.work(answering(slack))
    [forgotten] = await slack.from_us(ALICE, GENERAL)
    assert forgotten["text"] == "Everything is forgotten."
    assert forgotten["private"]
    assert forgotten["buttons"] == []
    assert account.remembered == {}

    account.forgets_slowly = True
    account.remembered["subject-of-alice@example.com"] = ["Mine"]
    await slack.message("forget")
    await slack.work(answering(slack))
    asked = (await slack.from_us(ALICE, ALICE_DM))[-1]
    await slack.click(ALICE, ALICE_DM, asked["ts"], "forget_everything")
    await slack.work(answering(slack))
    begun = (await slack.from_us(ALICE, ALICE_DM))[-1]["text"]
    assert begun.endswith("How far it is: https://bizassist.example.com/me")


async def test_who_has_signed_out_since_forgets_nothing_by_an_old_button(
    slack: SlackClient,
) -> None:
    account = slack.parts.account
    account.link(ALICE, "alice@example.com")
    account.remembered["subject-of-alice@example.com"] = ["Mine"]
    await slack.message("forget")
    await slack.work(answering(slack))
    asked = (await slack.from_us(ALICE, ALICE_DM))[-1]
    await slack.click(ALICE, ALICE_DM, asked["ts"], "forget_everything")
    account.linked.clear()
    await slack.expire_responses()
    await slack.work(answering(slack))
    assert "I don't know who you are" in (await slack.from_us(ALICE, ALICE_DM))[-1]["text"]
    assert account.remembered


async def test_new_begins_a_fresh_conversation_for_one_person_in_one_place(
    slack: SlackClient,
) -> None:
    turns: list[Turn] = []
    answer = answering(slack, *written("x"), turns=turns)
    await slack.command("One?")
    await slack.command("new")
    await slack.command("Two?")
    await slack.command("Three?")
    await slack.command("Four?", user=ADMIN)
    await slack.work(answer)
    one, two, three, four = (turn.conversation for turn in turns)
    assert one == f"slack:T0NORTHWND:{GENERAL}:{ALICE}"
    assert two == three != one
    assert two.startswith(f"{one}~")
    assert four == f"slack:T0NORTHWND:{GENERAL}:{ADMIN}"

    assert "a reply in its thread goes on" in await told(slack, "new")


async def test_stop_ends_what_is_answered_here_and_waits_behind_none_of_it(
    slack: SlackClient,
) -> None:
    await slack.message("A long question?")
    question = (await slack.sees(ALICE, ALICE_DM))[0]
    await slack.message("stop", thread=question["ts"])
    await slack.message("stop")
    await slack.command("stop")
    asked, in_thread, in_messages, _ = slack.inbox
    assert asked.conversation == f"slack:T0NORTHWND:{ALICE_DM}:{question['ts']}#{ALICE}"
    assert in_thread.conversation == f"{asked.conversation}#word"
    assert in_messages.conversation != asked.conversation
    del slack.inbox[0]

    await slack.work(answering(slack))
    assert slack.parts.runs.stopped == [
        (ALICE, f"slack:T0NORTHWND:{ALICE_DM}:{question['ts']}"),
        (ALICE, f"slack:T0NORTHWND:{ALICE_DM}"),
        (ALICE, f"slack:T0NORTHWND:{GENERAL}"),
    ]
    assert "answering nothing of yours" in (await slack.from_us(ALICE, ALICE_DM))[-1]["text"]
    slack.parts.runs.under_way = 1
    assert (await told(slack, "stop")).startswith("Stopped.")


async def test_what_cannot_be_stopped_is_said(
    slack: SlackClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def failing(*_: object) -> int:
        raise StopFailed("down")

    monkeypatch.setattr(slack.parts.runs, "stop_all", failing)
    assert await told(slack, "stop") == StopFailed.sentence


async def test_who_was_answered_in_a_thread_needs_no_mention_there(slack: SlackClient) -> None:
    turns: list[Turn] = []
    answer = answering(slack, *written("x"), turns=turns)
    await slack.message("Lunch?", channel=GENERAL)
    [root] = await slack.sees(ALICE, GENERAL)

    async def in_thread(text: str, user: str = ALICE) -> None:
        await slack.message(text, user=user, channel=GENERAL, thread=root["ts"])
        await slack.work(answer)

    await in_thread("Pizza, I'd say.")
    assert turns == []
    slack.parts.answered = False  # asked to sign in first
    await in_thread("@BizAssist Is pizza covered?")
    await in_thread("Hm.")
    assert [turn.text for turn in turns] == ["Is pizza covered?"]
    slack.parts.answered = True
    await in_thread("@BizAssist And pasta?")
    await in_thread("And salad?")
    await in_thread("I like salad.", user=ADMIN)
    await in_thread("new")
    await in_thread("And soup?")
    await slack.message("Anybody?", channel=GENERAL)
    await slack.work(answer)

    texts = [turn.text for turn in turns]
    assert texts == ["Is pizza covered?", "And pasta?", "And salad?", "And soup?"]
    assert turns[1].conversation == turns[2].conversation != turns[3].conversation
    assert {turn.chat_user.user for turn in turns} == {ALICE}
    assert {turn.channel for turn in turns} == {GENERAL}


async def test_a_mention_in_such_a_thread_is_asked_once(slack: SlackClient) -> None:
    answer = answering(slack, *written("x"))
    await slack.message("@BizAssist One?", channel=PARTNERS)
    [root] = await slack.sees(ALICE, PARTNERS)
    await slack.work(answer)
    await slack.message("@BizAssist Two?", channel=PARTNERS, thread=root["ts"])
    assert len(slack.inbox) == 1
