"""Questions that an empty chat suggests: what its person asked last, and what they may. Pure."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass

from bots.web.transcripts import TITLE

MOST = 4
MOST_ASKED_BEFORE = 2
USERS, ADMINS = "bizassist-users", "bizassist-admins"


@dataclass(frozen=True, slots=True)
class ToolQuestion:
    """A question for which a tool is needed; it names nothing that only some have.

    :param groups: one of them permits the tool; a test compares this with the agent's policy.
    """

    tool: str
    groups: frozenset[str]
    question: str


TOOL_QUESTIONS = (
    ToolQuestion(
        "warranty___find_serial_numbers",
        frozenset({ADMINS}),
        "Find the serial numbers of a customer's devices",
    ),
    ToolQuestion(
        "search_company_policy",
        frozenset({USERS, ADMINS}),
        "What does our policy say about travel expenses?",
    ),
    ToolQuestion(
        "warranty___check_warranty_status",
        frozenset({USERS, ADMINS}),
        "Is a device of mine still under warranty?",
    ),
    ToolQuestion(
        "show_my_memory",
        frozenset({USERS, ADMINS}),
        "What do you remember about me?",
    ),
)
WHAT_I_CAN_DO = "What can you do for me?"


def suggested_questions(groups: Collection[str], asked_before: Sequence[str]) -> list[str]:
    """What is offered, what was asked last coming first.

    :param groups: of the person's verified sign-in.
    :param asked_before: the first questions of conversations, the newest first; one as long as a
        title may be is cut, and not offered.
    """
    again = [one for one in dict.fromkeys(asked_before) if len(one) < TITLE][:MOST_ASKED_BEFORE]
    may = [one.question for one in TOOL_QUESTIONS if one.groups & set(groups)]
    return list(dict.fromkeys([*again, *may, WHAT_I_CAN_DO]))[:MOST]
