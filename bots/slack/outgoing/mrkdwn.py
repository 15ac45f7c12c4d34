"""Markdown turned into Slack's own markup, mrkdwn, with nothing in it that acts."""

from collections.abc import Sequence
from html import escape
from typing import Any

from markdown_it.token import Token
from slackify_markdown.slackify import SlackifyMarkdown

from bots.answer.markdown.neutralise import harmless


def slack_mrkdwn(markdown: str) -> str:
    """Markdown as Slack's mrkdwn, in which nobody is mentioned and nothing is commanded."""
    return str(_Mrkdwn("").render(harmless(markdown), {}, {})).strip()


class _Mrkdwn(SlackifyMarkdown):
    """Escapes everything that Slack reads, in code too, where it would act all the same.

    See https://docs.slack.dev/messaging/formatting-message-text#escaping. Cells of a table are
    divided by a bar: mrkdwn has no tables.
    """

    def text(self, tokens: Sequence[Token], idx: int, options: Any, env: Any) -> str:
        """Text of a paragraph."""
        del options, env
        return _escaped(tokens[idx].content)

    def code_inline(self, tokens: Sequence[Token], idx: int, options: Any, env: Any) -> str:
        """Code within a line."""
        del options, env
        return f"`{_escaped(tokens[idx].content)}`"

    def fence(self, tokens: Sequence[Token], idx: int, options: Any, env: Any) -> str:
        """A block of code."""
        del options, env
        return f"```\n{_escaped(tokens[idx].content)}```\n"

    def code_block(self, tokens: Sequence[Token], idx: int, options: Any, env: Any) -> str:
        """A block of code by its indentation."""
        return self.fence(tokens, idx, options, env)

    def link_open(self, tokens: Sequence[Token], idx: int, options: Any, env: Any) -> str:
        """The address of a link, before its words."""
        del options, env
        return f"<{_escaped(str(tokens[idx].attrs['href']))}|"

    def table_open(self, *_: Any) -> str:
        """Nothing."""
        return ""

    def table_close(self, *_: Any) -> str:
        """The line below a table."""
        return str(self.NEW_LINE)

    def td_open(self, tokens: Sequence[Token], idx: int, options: Any, env: Any) -> str:
        """What divides a cell from the one before it."""
        del options, env
        return " | " if tokens[idx - 1].type.endswith("_close") else ""

    def td_close(self, *_: Any) -> str:
        """Nothing."""
        return ""

    def tr_close(self, *_: Any) -> str:
        """The end of a row."""
        return str(self.NEW_LINE)

    tr_open = td_close
    th_open, th_close = td_open, td_close


def _escaped(text: str) -> str:
    return escape(text.replace(SlackifyMarkdown.NEW_LINE, ""), quote=False)
