"""Who is none of the workspace's people, and when the app's own installation has ended."""

import json

import pytest

from tests.local.slack.scene import (
    ALICE,
    ALICE_DM,
    BOT,
    FORMER,
    GENERAL,
    OTHER_BOT,
    PARTNERS,
    VISITOR,
    Scene,
)
from tests.some import some


@pytest.mark.parametrize(
    ("user", "opened", "posted"),
    [
        ("U404", "user_not_found", "channel_not_found"),
        ("USLACK", "user_not_found", "channel_not_found"),
        ("USLACKBOT", "cannot_dm_bot", "cannot_dm_bot"),
        (OTHER_BOT, "cannot_dm_bot", "cannot_dm_bot"),
        (FORMER, "user_disabled", "user_disabled"),
        (VISITOR, "user_not_found", "channel_not_found"),
        (BOT, "user_not_found", "channel_not_found"),
    ],
)
async def test_nobody_can_be_written_to_who_is_no_person_here(
    scene: Scene, user: str, opened: str, posted: str
) -> None:
    assert (await scene.call("conversations.open", users=user))["error"] == opened
    answer = await scene.call("chat.postMessage", channel=user, text="x")
    assert answer["error"] == posted


@pytest.mark.parametrize("user", ["U404", "USLACK", VISITOR])
async def test_of_strangers_nothing_is_told(scene: Scene, user: str) -> None:
    assert (await scene.call("users.info", user=user))["error"] == "user_not_found"


@pytest.mark.parametrize(
    ("user", "is_bot", "deleted"),
    [
        (ALICE, False, False),
        ("USLACKBOT", False, False),
        (OTHER_BOT, True, False),
        (FORMER, False, True),
    ],
)
async def test_what_an_account_is_is_told(
    scene: Scene, user: str, *, is_bot: bool, deleted: bool
) -> None:
    told = (await scene.call("users.info", user=user))["user"]
    assert (told["id"], told["is_bot"], told["deleted"]) == (user, is_bot, deleted)


async def test_slack_itself_writes_like_a_person(scene: Scene) -> None:
    for user in ("USLACK", "USLACKBOT"):
        await scene.act("message", user=user, channel=ALICE_DM, text="@alice archived a channel")
        event = json.loads(scene.app.received[-1].body)["event"]
        assert event["user"] == user
        assert not event.keys() & {"subtype", "bot_id", "client_msg_id", "team"}
    assert [m["name"] for m in await scene.sees(ALICE, ALICE_DM)] == ["Slack", "Slackbot"]


async def test_another_bot_says_that_it_is_one(scene: Scene) -> None:
    await scene.act("message", user=OTHER_BOT, channel=GENERAL, text="@BizAssist hello")
    event = json.loads(scene.app.received[0].body)["event"]
    assert event["bot_profile"]["app_id"] == event["app_id"]
    assert event["bot_id"].startswith("B")


async def test_a_visitor_comes_from_another_workspace(scene: Scene) -> None:
    await scene.act("message", user=VISITOR, channel=PARTNERS, text="@BizAssist hello")
    for sent in some(scene.app.received):
        envelope = json.loads(sent.body)
        assert envelope["is_ext_shared_channel"] is True
        assert envelope["event"]["user_team"] == "T0ELSEWHERE"
    whispered = await scene.call("chat.postEphemeral", channel=PARTNERS, user=VISITOR, text="x")
    assert whispered["ok"]


async def test_who_is_gone_says_nothing(scene: Scene) -> None:
    refused = await scene.act("message", user=FORMER, channel=GENERAL, text="x")
    assert refused["error"] == "account_inactive"
    refused = await scene.act("command", user=OTHER_BOT, channel=GENERAL, text="x")
    assert refused["error"] == "user_not_found"
    assert scene.app.received == []


@pytest.mark.parametrize("word", ["token_revoked", "account_inactive", "invalid_auth"])
async def test_an_installation_that_has_ended(scene: Scene, word: str) -> None:
    posted = await scene.call("chat.postMessage", channel=ALICE_DM, text="before")
    await scene.act("token", error=word)
    for method in ("auth.test", "chat.postMessage", "chat.update", "users.info"):
        answer = await scene.call(method, channel=ALICE_DM, ts=posted["ts"], text="x", user=ALICE)
        assert (answer["ok"], answer["error"]) == (False, word)
    await scene.act("token", error="")
    assert (await scene.call("auth.test"))["ok"]
    assert [m["text"] for m in await scene.sees(ALICE, ALICE_DM)] == ["before"]


async def test_an_end_that_slack_has_no_word_for_is_refused(scene: Scene) -> None:
    assert (await scene.act("token", error="tired"))["error"] == "invalid_arguments"
