"""Forms that Teams shows in a dialog: what was good or bad and why, a question about a message.

"Use dialogs with bots" and "Bot messages with AI-generated content" (Teams platform documentation).
"""

from collections.abc import Sequence

from bots.answer.explanation.run_explanation import Explanation
from bots.teams.outgoing.bot_connector import Json
from bots.teams.outgoing.content import explanation_card
from bots.teams.outgoing.content.table_cards import CARD, SCHEMA

COMMENT, QUESTION = "comment", "question"
"""The ids of the forms' inputs."""
LONGEST_COMMENT = 1_000
LONGEST_QUESTION = 4_000
LONGEST_QUOTE = 300
HELPFUL = "What was helpful?"
UNHELPFUL = "What was wrong or missing?"
NOT_YOURS = "Only the person who asked can say whether this answer was helpful."


def feedback_form(why: Explanation | None, *, liked: bool) -> Json:
    """What is asked of whoever has pressed a thumb, and below that why the answer is as it is.

    Teams has no other place below an answer that its asker alone may look into.
    """
    asked = HELPFUL if liked else UNHELPFUL
    text: Json = {
        "type": "Input.Text",
        "id": COMMENT,
        "label": asked,
        "isMultiline": True,
        "maxLength": LONGEST_COMMENT,
    }
    more = [explanation_card.button(why)] if why else []
    return _dialog("Your feedback", [text], "Send", more)


def question_form(quoted: str) -> Json:
    """What is asked of whoever wants to ask about a message."""
    shown = quoted if len(quoted) <= LONGEST_QUOTE else f"{quoted[:LONGEST_QUOTE]}…"
    quote: Json = {
        "type": "RichTextBlock",
        "inlines": [{"type": "TextRun", "text": shown or " ", "italic": True}],
    }
    text: Json = {
        "type": "Input.Text",
        "id": QUESTION,
        "label": "What would you like to know about this message?",
        "isMultiline": True,
        "isRequired": True,
        "errorMessage": "Please write a question.",
        "maxLength": LONGEST_QUESTION,
    }
    return _dialog("Ask about this message", [quote, text], "Ask")


def dialog_message(sentence: str) -> Json:
    """A dialog that only says something."""
    return {"task": {"type": "message", "value": sentence}}


def _dialog(title: str, body: list[Json], button: str, more: Sequence[Json] = ()) -> Json:
    card = {
        "$schema": SCHEMA,
        "type": "AdaptiveCard",
        "version": "1.5",
        "body": body,
        "actions": [{"type": "Action.Submit", "title": button}, *more],
    }
    value = {"title": title, "card": {"contentType": CARD, "content": card}}
    return {"task": {"type": "continue", "value": value}}
