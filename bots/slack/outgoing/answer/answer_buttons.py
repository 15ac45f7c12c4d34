"""What stands below an answer: Slack's own buttons to judge it, and a menu to have it explained."""

from typing import Any

ACTION, GOOD, BAD = "answer_feedback", "good", "bad"
COMMENT = "feedback_comment"
EXPLAIN, WHY = "explain_answer", "Why this answer?"
LONGEST_COMMENT = 1_000
# https://docs.slack.dev/reference/block-kit/composition-objects/option-object
LONGEST_VALUE = 150

Block = dict[str, Any]


def feedback_block(turn: str) -> Block:
    """The two buttons (…/block-kit/block-elements/feedback-buttons-element); each says the turn."""
    buttons = {
        "type": "feedback_buttons",
        "action_id": ACTION,
        "positive_button": _button("Good answer", GOOD, turn),
        "negative_button": _button("Bad answer", BAD, turn),
    }
    return {"type": "context_actions", "elements": [buttons]}


def explanation_menu(turn: str) -> list[Block]:
    """The menu below an answer (…/block-kit/block-elements/overflow-menu-element).

    :returns: one block; none for a turn whose id an option doesn't carry.
    """
    if len(turn) > LONGEST_VALUE:
        return []
    menu = {
        "type": "overflow",
        "action_id": EXPLAIN,
        "options": [{"text": _plain(WHY), "value": turn}],
    }
    return [{"type": "actions", "elements": [menu]}]


def comment_modal(turn: str) -> Block:
    """The modal (https://docs.slack.dev/reference/views/modal-views); nobody has to fill it in."""
    return {
        "type": "modal",
        "callback_id": COMMENT,
        "private_metadata": turn,
        "title": _plain("What was wrong?"),
        "submit": _plain("Send"),
        "close": _plain("Close"),
        "blocks": [
            {
                "type": "input",
                "block_id": COMMENT,
                "optional": True,
                "label": _plain("Your judgement is kept. If you like, say what was wrong."),
                "element": {
                    "type": "plain_text_input",
                    "action_id": COMMENT,
                    "multiline": True,
                    "max_length": LONGEST_COMMENT,
                },
            }
        ],
    }


def _button(label: str, verdict: str, turn: str) -> Block:
    return {
        "text": _plain(label),
        "accessibility_label": f"This is a {verdict} answer",
        "value": f"{verdict} {turn}",
    }


def _plain(text: str) -> Block:
    return {"type": "plain_text", "text": text}
