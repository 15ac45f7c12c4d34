"""Markdown turned into Slack's own markup, mrkdwn."""

from slackify_markdown import slackify_markdown

from bots.answer.neutralise import escape_mrkdwn, without_spoofing


def slack_mrkdwn(markdown: str) -> str:
    """Markdown as Slack's mrkdwn, in which nobody is mentioned and nothing is commanded."""
    return escape_mrkdwn(slackify_markdown(without_spoofing(markdown))).strip()
