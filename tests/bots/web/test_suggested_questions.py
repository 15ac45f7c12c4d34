"""An empty chat suggests what its person may ask, and what they asked last."""

import re

import pytest

from bots.web.suggested_questions import (
    ADMINS,
    MOST,
    TOOL_QUESTIONS,
    USERS,
    WHAT_I_CAN_DO,
    suggested_questions,
)
from bots.web.transcripts import TITLE
from tests.agent.authorization.test_rights import verdict
from tests.some import some


@pytest.mark.parametrize("group", [USERS, ADMINS, "others"])
def test_a_question_is_offered_to_whom_the_policy_permits_its_tool(group: str) -> None:
    for one in some(TOOL_QUESTIONS):
        permitted = type(verdict(frozenset({group}), one.tool)).__name__ == "Proceed"
        assert permitted == (group in one.groups), one.tool
        assert not re.search(r"\d", one.question)  # no sample's number


def test_what_was_asked_last_comes_first() -> None:
    asked = ["When?", "When?", "x" * TITLE, "How?", "Why?"]

    offered = suggested_questions({USERS}, asked)

    assert offered[:2] == ["When?", "How?"]
    assert len(offered) == MOST
    assert suggested_questions((), ()) == [WHAT_I_CAN_DO]
