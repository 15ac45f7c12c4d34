""" "Ask about this message": a modal that quotes it, and an answer to who asked alone."""

from slack_sdk.models.views import View

from bots.platform import Quote, Turn
from bots.slack.outgoing.modals.question_modal import question_modal
from tests.bots.slack.slack_client import ADMIN, ALICE, ALICE_DM, GENERAL, SlackClient
from tests.bots.slack.test_platform import SIGN_IN, answering, inviting, written
from tests.local.slack.test_payload_shapes import recorded

SAID = "My phone is <broken>, see https://example.com/x?a=1&b=2"


async def chosen(slack: SlackClient, text: str = SAID, **how: object) -> str:
    """A colleague's message for which somebody has chosen the shortcut."""
    slack.parts.account.link(ALICE, "alice@example.com")
    await slack.message(text, user=ADMIN, channel=GENERAL, **how)
    message = (await slack.sees(ALICE, GENERAL))[-1]
    await slack.ask_about(message["ts"])
    return str(message["ts"])


async def test_the_modal_quotes_the_message_and_the_answer_is_its_askers_alone(
    slack: SlackClient,
) -> None:
    turns: list[Turn] = []
    carried = {"attachments": recorded("message_forwarded")["event"]["attachments"]}
    await chosen(slack, event=carried)
    modal = (await slack.surfaces())["modal"]
    assert modal["blocks"][0]["text"]["text"].startswith(SAID)
    assert "Bea, forwarded:\nMy phone PHONE-2021-007" in modal["blocks"][0]["text"]["text"]

    await slack.submit(" Is it < covered? ")
    assert (await slack.surfaces())["modal"] is None
    await slack.work(answering(slack, *written("It is."), turns=turns))
    [turn] = turns
    assert turn.text == "Is it < covered?"
    assert turn.quotes == (
        Quote("a message that the question is about", modal["blocks"][0]["text"]["text"]),
    )
    assert (turn.channel, turn.audience) == (None, "alone")
    asked, answer = await slack.from_us(ALICE, ALICE_DM)
    assert "You asked about this message" in asked["text"]
    assert "Is it < covered?" in asked["text"]
    assert (answer["text"], answer["thread_ts"]) == ("It is.", asked["ts"])
    assert await slack.from_us(ADMIN, GENERAL) == []

    await slack.message("And now?", thread=asked["ts"])
    await slack.work(answering(slack, *written("x"), turns=turns))
    assert turns[1].conversation == turn.conversation


async def test_a_question_that_comes_twice_is_repeated_once(slack: SlackClient) -> None:
    await chosen(slack)
    await slack.submit("Is it covered?")
    [accepted] = slack.inbox
    await slack.work(inviting(slack))
    slack.inbox.append(accepted)
    await slack.work(answering(slack, *written("It is.")))
    asked, invitation, answer = await slack.from_us(ALICE, ALICE_DM)
    assert [one["url"] for one in invitation["buttons"]] == [SIGN_IN]
    assert invitation["thread_ts"] == answer["thread_ts"] == asked["ts"]


async def test_what_speaks_against_a_question_is_said_in_the_modal(slack: SlackClient) -> None:
    await chosen(slack)
    await slack.submit("  ")
    assert "write what you want" in (await slack.surfaces())["modal"]["errors"]["question"]
    slack.inbox_is_down = True
    await slack.submit("Why?")
    assert (await slack.surfaces())["modal"]["errors"]["question"]
    slack.inbox_is_down = False
    await slack.submit("Why?")
    assert (await slack.surfaces())["modal"] is None
    assert len(slack.inbox) == 1


async def test_a_modal_that_slack_does_not_open_is_told_to_who_wanted_it(
    slack: SlackClient,
) -> None:
    await slack.fault(method="views.open", error="expired_trigger_id")
    await chosen(slack)
    assert (await slack.surfaces())["modal"] is None
    [told] = await slack.from_us(ALICE, GENERAL)
    assert told["private"]
    assert "could not be opened" in told["text"]


def test_slacks_own_models_take_the_modal_of_any_message() -> None:
    for words in ("", "short", "x" * 40_000):
        View(**question_modal(words)).validate_json()
