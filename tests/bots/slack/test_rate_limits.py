"""A busy Slack is asked again when it says, and edits in between leave room for the last ones."""

import pytest

from bots.errors import After, PlatformUnavailable
from bots.slack.outgoing.rate_limits import DRAFTS_AT_ONCE, DRAFTS_PER_SECOND, UPDATE, RateLimits
from tests.bots.slack.slack_client import ALICE, ALICE_DM, GENERAL, SlackClient

CONTENT = {"text": "Yes."}
TIER_3 = 50


class Clock:
    def __init__(self) -> None:
        self.now = 100.0

    def __call__(self) -> float:
        return self.now


def test_a_method_is_free_again_after_what_slack_said() -> None:
    clock = Clock()
    limits = RateLimits(clock)
    limits.refused(UPDATE, 30.0)
    limits.refused(UPDATE, 5.0)
    assert limits.wait(UPDATE) == 30.0
    assert limits.draft_wait() == 30.0
    assert limits.wait("chat.postMessage C1") == 0.0
    clock.now += 30.0
    assert limits.wait(UPDATE) == 0.0
    assert limits.draft_wait() == 0.0


def test_a_minute_of_edits_leaves_room_for_those_that_end_an_answer() -> None:
    clock = Clock()
    limits = RateLimits(clock)
    drafts = 0
    for _ in range(600):
        drafts += limits.draft_wait() == 0.0
        clock.now += 0.1
    assert DRAFTS_AT_ONCE + 60 * DRAFTS_PER_SECOND - 1 <= drafts <= TIER_3 - 15


def test_what_ends_answers_is_taken_from_what_may_be_edited_meanwhile() -> None:
    clock = Clock()
    limits = RateLimits(clock)
    for _ in range(100):
        limits.ended()
    assert 60.0 <= limits.draft_wait() <= 63.0


async def test_a_long_wait_is_told_and_nothing_is_asked_meanwhile(slack: SlackClient) -> None:
    await slack.fault(method="chat.postMessage", error="ratelimited", status=429, retry_after=3_600)
    for _ in range(3):
        with pytest.raises(PlatformUnavailable) as busy:
            await slack.platform._api.post(ALICE_DM, CONTENT)
        assert isinstance(busy.value.again, After)
        assert 3_590 < busy.value.again.seconds <= 3_600
        assert not busy.value.taken
    assert len(await slack.calls("chat.postMessage")) == 1
    await slack.platform._api.post(GENERAL, CONTENT)  # a limit of each channel's own


async def test_a_short_wait_is_waited_for(slack: SlackClient) -> None:
    await slack.fault(method="conversations.open", error="ratelimited", status=429, times=2)
    assert await slack.platform._api.direct_channel(ALICE) == ALICE_DM
    assert len(await slack.calls("conversations.open")) == 3


async def test_an_edit_in_between_is_never_waited_for(slack: SlackClient) -> None:
    ts = await slack.platform._api.post(ALICE_DM, CONTENT)
    await slack.fault(method="chat.update", error="ratelimited", status=429, retry_after=10)
    for _ in range(2):
        with pytest.raises(PlatformUnavailable) as busy:
            await slack.platform._api.update(ALICE_DM, ts, CONTENT, final=False)
        assert isinstance(busy.value.again, After)
    assert len(await slack.calls("chat.update")) == 1
