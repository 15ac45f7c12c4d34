"""An answer that is whole: the steps of its run, its text, a table and a chart of it, feedback."""

from collections.abc import Sequence
from typing import Any

from markdown_it.token import Token

from bots.answer.markdown.neutralise import harmless
from bots.answer.markdown.parse_tree import siblings
from bots.slack.outgoing.answer.answer_buttons import explanation_menu, feedback_block
from bots.slack.outgoing.answer.chart_block import chart_block
from bots.slack.outgoing.answer.run_steps import Step
from bots.slack.outgoing.answer.stream_chunks import card
from bots.slack.outgoing.answer.table_block import table_block, texts
from bots.slack.outgoing.markdown_block import block_text
from bots.slack.outgoing.message import Content, content

MOST_CARDS = 10

Block = dict[str, Any]


def final_content(
    markdown: str, *, steps: Sequence[Step] = (), judged: str | None = None
) -> Content:
    """One message of an answer that nothing follows.

    :param steps: the tools that were used, for the answer's first message.
    :param judged: the turn that is judged and explained below it, for the answer's last message.
    """
    cards = [card(step, "") for step in steps[:MOST_CARDS]]
    below = [feedback_block(judged), *explanation_menu(judged)] if judged else []
    blocks = [*cards, *text_blocks(markdown), *below]
    return {**content(markdown), "blocks": blocks}


def text_blocks(markdown: str) -> list[Block]:
    """Markdown as blocks; the first table that fits is one of its own, as a message takes one."""
    parts = list(siblings(harmless(markdown)))
    for at, part in enumerate(parts):
        if part[0].type == "table_open" and (table := table_block(part)):
            chart = chart_block(texts(part))
            shown = [table, *([chart] if chart else [])]
            return [*_text(parts[:at]), *shown, *_text(parts[at + 1 :])]
    return _text(parts)


def _text(parts: Sequence[Sequence[Token]]) -> list[Block]:
    text = block_text([token for part in parts for token in part])
    return [{"type": "markdown", "text": text}] if text else []
