"""Who gets an answer of which nobody sees anything is told that there is none."""

import pytest
from ag_ui.core import TextMessageContentEvent

from bots.answer.blank_text import visible
from bots.answer.draft import NOTHING, Draft
from bots.answer.placeholder import THINKING


@pytest.mark.parametrize(
    "text",
    [
        "",
        " \n\t",
        "\u200b\u200d\ufeff",
        "\u2800\u3164",
        "\u00ad\ufe0f",
        "&nbsp;&#8203;",
        "\U000e0041",
    ],
)
def test_what_nobody_sees_is_no_answer(text: str) -> None:
    draft = Draft()
    draft.take(TextMessageContentEvent(message_id="m", delta=text or " "))
    assert not visible(text)
    assert draft.so_far() == THINKING
    assert draft.final() == NOTHING == "There is no answer to that."


@pytest.mark.parametrize("text", [".", "保", "👍", "\u200bYes", "&amp;"])
def test_what_somebody_sees_is_one(text: str) -> None:
    assert visible(text)
