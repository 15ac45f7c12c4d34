"""Up to four prompts for one person: of the tools they may use, and of what they asked last."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass

MOST = 4  # assistant.threads.setSuggestedPrompts
MOST_ASKED_BEFORE = 2
LONGEST_TITLE = 60
LONGEST_MESSAGE = 2_000
"""Characters of a button's value (https://docs.slack.dev/reference/block-kit/block-elements/button-element)."""

USERS, ADMINS = "bizassist-users", "bizassist-admins"


@dataclass(frozen=True, slots=True)
class Prompt:
    """What is offered, and what is asked when it is chosen."""

    title: str
    message: str


@dataclass(frozen=True, slots=True)
class ToolPrompt:
    """A prompt for which a tool is needed.

    :param groups: one of them permits the tool where nobody reads along; a test compares this with
        the agent's policy.
    """

    tool: str
    groups: frozenset[str]
    prompt: Prompt


TOOL_PROMPTS = (
    ToolPrompt(
        "warranty___find_serial_numbers",
        frozenset({ADMINS}),
        Prompt(
            "Find a customer's devices",
            "Which devices does alice@example.com have? Find serial numbers.",
        ),
    ),
    ToolPrompt(
        "warranty___check_warranty_status",
        frozenset({USERS, ADMINS}),
        Prompt("Check a warranty", "Is serial LAPTOP-2024-001 still under warranty?"),
    ),
    ToolPrompt(
        "search_company_policy",
        frozenset({USERS, ADMINS}),
        Prompt("Look into a policy", "What does our policy say about travel expenses?"),
    ),
    ToolPrompt(
        "look_up_client_account",
        frozenset({USERS, ADMINS}),
        Prompt("Look up a client", "Which plan does client C-1001 have?"),
    ),
    ToolPrompt(
        "show_my_memory",
        frozenset({USERS, ADMINS}),
        Prompt("See what I remember", "What do you know about me?"),
    ),
)
WHAT_I_CAN_DO = Prompt("What can you do?", "help")


def suggested_prompts(groups: Collection[str], asked_before: Sequence[str]) -> list[Prompt]:
    """What is offered, what was asked last coming first.

    :param groups: of the person's verified sign-in; empty for who isn't signed in.
    :param asked_before: questions, the newest first.
    """
    fit = [one for one in dict.fromkeys(asked_before) if len(one) <= LONGEST_MESSAGE]
    again = [Prompt(_title(one), one) for one in fit][:MOST_ASKED_BEFORE]
    may = [one.prompt for one in TOOL_PROMPTS if one.groups & set(groups)]
    known = {prompt.message for prompt in again}
    offered = [*again, *(prompt for prompt in may if prompt.message not in known)]
    return (offered or [WHAT_I_CAN_DO])[:MOST]


def _title(question: str) -> str:
    words = " ".join(question.split())
    return words if len(words) <= LONGEST_TITLE else f"{words[: LONGEST_TITLE - 1]}…"
