"""The modal in which a question about a message is typed, and the message that repeats it."""

from typing import Any

from bots.slack.incoming.message_shortcut import CALLBACK, QUESTION, QUOTED, TYPED, FormQuestion
from bots.slack.outgoing.message import Content, content

PART = 2_900  # characters of one section's text; Slack takes 3,000 ("Section block")
MOST_PARTS = 4
LONGEST_QUESTION = 3_000  # of a plain-text input ("Plain-text input element")
REPEATED = 500
NOT_OPENED = "The form could not be opened. Please choose it in the message's menu again."
EMPTY = "This message has no words that I could read."


def question_modal(words: str) -> dict[str, Any]:
    """The modal, with the message quoted as plain text in which nothing acts."""
    shown = words[: PART * MOST_PARTS] or EMPTY
    parts = [shown[begin : begin + PART] for begin in range(0, len(shown), PART)]
    quoted = [
        {"type": "section", "block_id": f"{QUOTED}{number}", "text": _plain(part)}
        for number, part in enumerate(parts)
    ]
    element = {
        "type": "plain_text_input",
        "action_id": TYPED,
        "multiline": True,
        "max_length": LONGEST_QUESTION,
        "focus_on_load": True,
    }
    typed = {
        "type": "input",
        "block_id": QUESTION,
        "label": _plain("What do you want to know about it?"),
        "hint": _plain("The answer comes to you alone, as a direct message."),
        "element": element,
    }
    return {
        "type": "modal",
        "callback_id": CALLBACK,
        "title": _plain("Ask about this message"),
        "submit": _plain("Ask"),
        "close": _plain("Cancel"),
        "blocks": [*quoted, {"type": "divider"}, typed],
    }


def repeated_question(question: FormQuestion) -> Content:
    """What stands in the direct messages above the answer."""
    lines = "\n".join(f"> {line}" for line in _short(question.quoted).splitlines())
    about = f"You asked about this message:\n\n{lines}\n\n" if lines else "You asked:\n\n"
    return content(f"{about}**{_short(' '.join(question.text.split()))}**")


def _short(text: str) -> str:
    return text if len(text) <= REPEATED else f"{text[:REPEATED]}…"


def _plain(text: str) -> dict[str, Any]:
    return {"type": "plain_text", "text": text, "emoji": False}
