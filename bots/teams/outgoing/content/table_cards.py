"""An answer's tables as Adaptive Cards, because a message of Teams shows Markdown's as mere text.

Adaptive Cards schema 1.5, "Table" (adaptivecards.io/explorer/Table.html).
"""

import json
from collections.abc import Sequence

from markdown_it.token import Token

from bots.answer.markdown.neutralise import harmless
from bots.answer.markdown.parse_tree import plain_text, siblings
from bots.answer.markdown.writing import written
from bots.teams.outgoing.bot_connector import Json
from bots.teams.outgoing.content.charts import chart
from bots.teams.outgoing.markdown import teams_markdown_of

CARD = "application/vnd.microsoft.card.adaptive"
SCHEMA = "http://adaptivecards.io/schemas/adaptive-card.json"
MOST_CARDS = 5
MOST_COLUMNS = 8
LARGEST = 24 * 1024
"""Bytes of one card: Teams takes 28 KB of it ("Format your bot messages")."""

Block = list[Token]


def with_table_cards(markdown: str) -> tuple[str, list[Json]]:
    """The text without the tables that became cards, each named where it stood, and the cards."""
    text, cards = list[Token](), list[Json]()
    for block in siblings(harmless(markdown)):
        table = _card(block, len(cards) + 1) if block[0].type == "table_open" else None
        if table is None or len(cards) == MOST_CARDS:
            text += block
        else:
            cards.append(table)
            text += _named(f"Table {len(cards)}")
    return teams_markdown_of(text), cards


def _card(block: Block, number: int) -> Json | None:
    """A table as a card; None for one that is too large."""
    rows = [_cells(row) for part in siblings(block[1:-1]) for row in siblings(part[1:-1])]
    if len(rows[0]) > MOST_COLUMNS:
        return None
    table = {
        "type": "Table",
        "firstRowAsHeader": True,
        "columns": [{"width": 1} for _ in rows[0]],
        "rows": [{"type": "TableRow", "cells": [_cell(cell) for cell in row]} for row in rows],
    }
    words = [[plain_text(cell).strip() for cell in row] for row in rows]
    drawn = chart(words[0], words[1:])
    content = {
        "$schema": SCHEMA,
        "type": "AdaptiveCard",
        "version": "1.5",
        "msteams": {"width": "Full"},
        "body": [_text_block(f"Table {number}") | {"weight": "Bolder"}, table]
        + ([drawn] if drawn else []),
    }
    if len(json.dumps(content)) > LARGEST:
        return None
    return {"contentType": CARD, "content": content}


def _cells(row: Block) -> list[Sequence[Token]]:
    """The inline tokens of each cell."""
    return [token.children or [] for token in row if token.type == "inline"]


def _cell(children: Sequence[Token]) -> Json:
    inline = Token("inline", "", 0, children=list(children))
    paragraph = [Token("paragraph_open", "p", 1), inline, Token("paragraph_close", "p", -1)]
    return {"type": "TableCell", "items": [_text_block(written(paragraph))]}


def _text_block(text: str) -> Json:
    return {"type": "TextBlock", "text": text or " ", "wrap": True}


def _named(words: str) -> Block:
    """A line in italics in the place of what it names."""
    children = [Token("em_open", "em", 1, markup="*"), Token("text", "", 0, content=words)]
    inline = Token("inline", "", 0, children=[*children, Token("em_close", "em", -1, markup="*")])
    return [Token("paragraph_open", "p", 1), inline, Token("paragraph_close", "p", -1)]
