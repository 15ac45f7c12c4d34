"""What an answer's Markdown becomes in Slack, and what it must not do there."""

import pytest

from bots.slack.outgoing.mrkdwn import slack_mrkdwn


@pytest.mark.parametrize(
    "text",
    ["<!channel>", "<!here|here>", "<@U012AB3CD>", "<#C123>", "`<!channel>`", "<!subteam^S1>"],
)
def test_nobody_is_called_in_slack(text: str) -> None:
    shown = slack_mrkdwn(f"Hello {text} there")

    assert "<" not in shown


def test_slack_shows_its_own_markup() -> None:
    shown = slack_mrkdwn("# Result\n\n**Active** ([terms](https://x.example/a))\n\n- one")

    assert shown == "*Result*\n\n*Active* (<https://x.example/a|terms>)\n\n•   one"
