"""What Slack's errors mean, and that none of its SDK's crosses the adapter."""

import pytest

from bots.errors import (
    After,
    DeliveryRefused,
    FormRefused,
    InstallationRefused,
    MessageGone,
    PlatformError,
    PlatformUnavailable,
)
from bots.slack.outgoing.platform_errors import MEANINGS, platform_errors, refusal, unavailable
from tests.bots.slack.slack_client import ALICE, ALICE_DM, SlackClient

CONTENT = {"text": "Yes."}


@pytest.mark.parametrize(
    ("word", "kind"),
    [
        ("message_not_found", MessageGone),
        ("edit_window_closed", MessageGone),
        ("msg_too_long", FormRefused),
        ("invalid_blocks", FormRefused),
        ("is_archived", DeliveryRefused),
        ("channel_not_found", DeliveryRefused),
        ("restricted_action", DeliveryRefused),
        ("restricted_action_thread_locked", DeliveryRefused),
        ("token_revoked", InstallationRefused),
        ("invalid_refresh_token", InstallationRefused),
        ("missing_scope", DeliveryRefused),
        ("ratelimited", None),
        ("internal_error", None),
        ("a_word_of_tomorrow", None),
    ],
)
def test_a_word_has_one_meaning(word: str, kind: type[PlatformError] | None) -> None:
    assert refusal(word) is kind


def test_no_word_stands_in_two_lines_of_the_table() -> None:
    words = [word for line in MEANINGS.values() for word in line]
    assert len(words) == len(set(words)) > 30


@pytest.mark.parametrize(
    ("status", "header", "after", "taken"),
    [(429, "30", 30.0, False), (429, None, None, False), (503, "soon", None, True)],
)
def test_a_busy_slack_is_asked_again_when_it_says(
    status: int, header: str | None, after: float | None, *, taken: bool
) -> None:
    error = unavailable(status, header)
    assert error.taken is taken
    assert (error.again == After(after)) if after else not isinstance(error.again, After)


@pytest.mark.parametrize(
    ("word", "kind"),
    [("is_archived", DeliveryRefused), ("token_revoked", InstallationRefused)],
)
async def test_a_post_that_slack_refuses_ends_in_an_error_of_ours(
    slack: SlackClient, word: str, kind: type[PlatformError]
) -> None:
    await slack.fault(method="chat.postMessage", error=word)
    with pytest.raises(kind, match=f"^Slack answered {word}$"):
        await slack.platform._api.post(ALICE_DM, CONTENT)


async def test_an_edit_of_a_message_that_is_gone_says_so(slack: SlackClient) -> None:
    with pytest.raises(MessageGone):
        await slack.platform._api.update(ALICE_DM, "1700000000.000100", CONTENT)


async def test_a_message_that_is_gone_needs_no_deletion(slack: SlackClient) -> None:
    await slack.platform._api.delete(ALICE_DM, "1700000000.000100")


def test_a_word_that_nobody_knows_says_that_nothing_was_done() -> None:
    assert not unavailable(200, None, "a_word_of_next_year").taken
    assert unavailable(200, None, "fatal_error").taken


async def test_a_failing_slack_may_have_taken_the_post(slack: SlackClient) -> None:
    await slack.fault(method="chat.postMessage", error="internal_error", status=500)
    with pytest.raises(PlatformUnavailable) as failed:
        await slack.platform._api.post(ALICE_DM, CONTENT)
    assert failed.value.taken


def test_a_timeout_is_an_error_of_ours() -> None:
    with pytest.raises(PlatformUnavailable, match=r"^TimeoutError$"), platform_errors():
        raise TimeoutError


async def test_a_bot_whose_token_is_refused_says_so_to_the_log_alone(slack: SlackClient) -> None:
    await slack.fault(method="conversations.open", error="invalid_auth")
    with pytest.raises(InstallationRefused) as refused:
        await slack.platform._api.direct_channel(ALICE)
    assert "invalid_auth" not in refused.value.sentence
