"""A private answer is shared by its asker alone, after they saw what would be seen, and once."""

from typing import Any

import pytest

from bots.errors import PlatformUnavailable
from bots.platform import Turn
from bots.slack.incoming.share_confirmation import SHARE, read_share
from bots.slack.outgoing.answer.answer_buttons import WHY
from tests.bots.slack.slack_client import ADMIN, ALICE, ALICE_DM, GENERAL, PARTNERS, SlackClient
from tests.bots.slack.test_answer_stream import finished, said

QUESTION = "How did sales go?"
SEEN = ["Everybody in", QUESTION, "They went up", "May"]
ANSWER = "They went **up**:\n\n| Month | Sales |\n|---|---|\n| May | 12 |\n\n<!channel>"


async def answered(slack: SlackClient, channel: str = GENERAL) -> dict[str, Any]:
    """The private answer to a command."""

    async def answer(turn: Turn) -> None:
        async with slack.platform.reply(turn, slack.receipt(turn.id)) as reply:
            await reply.show(said(ANSWER))
            await reply.show(finished())

    await slack.command(QUESTION, channel=channel)
    await slack.work(answer)
    return (await slack.from_us(ALICE, channel))[-1]


async def nothing(_: Turn) -> None:
    """No question is in the inbox."""


async def refusal(slack: SlackClient) -> str:
    """What is said in place of the confirmation."""
    modal = await slack.modal(ALICE)
    assert "submit" not in modal
    return str(modal["blocks"][0]["text"]["text"])


def labels(message: dict[str, Any]) -> list[str]:
    return [str(button["text"]) for button in message["buttons"]]


async def test_it_is_shared_after_what_will_be_seen_was_seen(slack: SlackClient) -> None:
    private = await answered(slack)
    assert private["private"]
    assert labels(private) == ["Share to channel", "Good answer", "Bad answer", WHY]
    assert await slack.click(ALICE, GENERAL, private["ts"], SHARE) == 200
    assert await slack.sees(ADMIN, GENERAL) == []  # a click alone shows nothing

    seen = " ".join(str(block.get("text")) for block in (await slack.modal(ALICE))["blocks"])
    assert [words for words in SEEN if words not in seen.replace("*", "")] == []
    assert await slack.fill_in(ALICE) == 200
    assert await slack.sees(ADMIN, GENERAL) == []
    await slack.work(nothing)
    [shared] = await slack.sees(ADMIN, GENERAL)
    assert "Shared by" in shared["text"]
    assert [words for words in SEEN if words not in shared["text"]] == ["Everybody in"]
    assert "channel" not in str(shared["mentions"])
    assert labels(shared) == []


async def test_it_is_shared_once(slack: SlackClient) -> None:
    private = await answered(slack)
    for _ in range(2):
        await slack.click(ALICE, GENERAL, private["ts"], SHARE)
        assert await slack.fill_in(ALICE) in {200, 400}
        await slack.work(nothing)
    assert len(await slack.sees(ADMIN, GENERAL)) == 1


async def test_an_answer_of_an_hour_ago_is_not_shared(
    slack: SlackClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("bots.slack.shareable_answers.KEPT", -1)
    private = await answered(slack)
    await slack.click(ALICE, GENERAL, private["ts"], SHARE)
    modal = await slack.modal(ALICE)
    assert "submit" not in modal
    assert "can't be shared any more" in modal["blocks"][0]["text"]["text"]


async def test_where_another_company_reads_along_nothing_private_is_shared(
    slack: SlackClient,
) -> None:
    private = await answered(slack, PARTNERS)
    await slack.click(ALICE, PARTNERS, private["ts"], SHARE)
    modal = await slack.modal(ALICE)
    assert "submit" not in modal
    assert "other companies" in modal["blocks"][0]["text"]["text"]
    assert await slack.sees(ADMIN, PARTNERS) == []


async def test_where_another_company_has_come_since_the_click_nothing_is_posted(
    slack: SlackClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    private = await answered(slack)
    await slack.click(ALICE, GENERAL, private["ts"], SHARE)
    assert await slack.fill_in(ALICE) == 200
    shared = "bizassist.local.slack.workspace.Workspace.is_ext_shared"
    monkeypatch.setattr(shared, lambda *_: True)
    for _ in range(2):
        await slack.work(nothing)
    assert await slack.sees(ADMIN, GENERAL) == []
    [told] = await slack.from_us(ALICE, ALICE_DM)
    assert "other companies" in told["text"]


async def test_nobody_else_is_given_the_answer(slack: SlackClient) -> None:
    await answered(slack)
    turn = next(iter(slack.receipts))
    payload = {
        "type": "view_submission",
        "team": {"id": "T0NORTHWND"},
        "user": {"id": ADMIN},
        "view": {"callback_id": SHARE, "private_metadata": turn},
    }
    confirmed = read_share(payload)
    assert confirmed is not None
    await slack.accept(confirmed.accepted)
    await slack.work(nothing)
    assert await slack.sees(ADMIN, GENERAL) == []


async def test_who_can_not_share_there_is_told_so(slack: SlackClient) -> None:
    private = await answered(slack)
    await slack.click(ALICE, GENERAL, private["ts"], SHARE)
    await slack.set("channel", channel=GENERAL, restriction="restricted_action")
    assert await slack.fill_in(ALICE) == 200
    await slack.work(nothing)
    assert await slack.sees(ADMIN, GENERAL) == []
    [told] = await slack.from_us(ALICE, ALICE_DM)
    assert "couldn't share the answer" in told["text"]


@pytest.mark.parametrize("private", [False, True], ids=["public", "private"])
async def test_where_we_are_no_member_it_is_said_why_it_can_not_be_shared(
    slack: SlackClient, *, private: bool
) -> None:
    message = await answered(slack)
    await slack.set("channel", channel=GENERAL, has_app=False, is_private=private)
    await slack.click(ALICE, GENERAL, message["ts"], SHARE)
    assert "no member" in await refusal(slack)


@pytest.mark.parametrize("error", ["internal_error", "missing_scope"])
async def test_a_button_is_never_dead(slack: SlackClient, error: str) -> None:
    message = await answered(slack)
    await slack.fault(method="conversations.info", error=error, times=5)
    await slack.click(ALICE, GENERAL, message["ts"], SHARE)
    assert await refusal(slack)


async def test_a_crash_neither_loses_nor_doubles_a_share(slack: SlackClient) -> None:
    message = await answered(slack)
    await slack.click(ALICE, GENERAL, message["ts"], SHARE)
    assert await slack.fill_in(ALICE) == 200
    await slack.fault(method="chat.postMessage", broken=True)
    await slack.fault(method="chat.postMessage", broken=True, after=True)
    for _ in range(2):
        with pytest.raises(PlatformUnavailable):
            await slack.work(nothing)
    await slack.work(nothing)
    assert len(await slack.sees(ADMIN, GENERAL)) == 1


async def test_in_direct_messages_there_is_nothing_to_share(slack: SlackClient) -> None:
    private = await answered(slack, ALICE_DM)
    assert labels(private) == ["Good answer", "Bad answer", WHY]


async def test_a_refusal_has_no_buttons(slack: SlackClient) -> None:
    async def refused(turn: Turn) -> None:
        async with slack.platform.reply(turn, slack.receipt(turn.id)) as reply:
            await reply.say("I can't answer this here.")

    await slack.command(QUESTION)
    await slack.work(refused)
    assert labels((await slack.from_us(ALICE, GENERAL))[-1]) == []
