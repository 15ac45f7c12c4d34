"""What a call would do, worked out by code before its person is asked to approve it."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, cast

PLANS = "approved_plans"
"""In the invocation's state: the plan of each approved call, by the id of its use."""


@dataclass(frozen=True, slots=True)
class Proposal:
    """What is approved: what its person reads, and what is done then, as JSON values.

    :param shown: what stands in place of the call's arguments; a list is shown item by item.
    :param plan: what the call does once it is approved, whatever its arguments say.
    """

    shown: Mapping[str, Any]
    plan: Any


Propose = Callable[[Mapping[str, Any]], Proposal | str]
"""The proposal for a call's arguments, or the sentence why there is nothing to approve. It may
block on the network."""


def approved_plan(invocation_state: Mapping[str, Any], tool_use: str) -> Any:
    """The plan that the person has approved for a call; None where none was."""
    plans = cast("Mapping[str, Any]", invocation_state.get(PLANS, {}))
    return plans.get(tool_use)
