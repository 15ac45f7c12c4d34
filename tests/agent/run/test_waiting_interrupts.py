"""What is borrowed of ag-ui-strands beside its public names is there, and means what it meant."""

from importlib import import_module
from importlib.metadata import version
from types import SimpleNamespace
from typing import Any, cast

import pytest
from strands import Agent
from strands.interrupt import Interrupt

BORROWED = ("_open_native_interrupts", "_strands_interrupt_to_agui")
WHAT_TO_DO = """
ag-ui-strands {version} has no {name} any more. agent/run/waiting_interrupts.py borrows it to say
once more which calls wait for approval, when a question that ended in them is asked for again.
1. Look in the release's ag_ui_strands/agent.py, at what StrandsAgent.run puts into the outcome of
   its last RunFinishedEvent, for a public name that does the same. Use it there.
2. If there is none, import what has taken the place of {name}, and change BORROWED here.
3. tests/agent/run/test_repeated_run.py::test_a_question_that_waits_for_approval_asks_for_it_again
   compares the outcome that is said again with the first one. It must stay as it is.
Until then keep the version that uv.lock has.
"""


@pytest.mark.parametrize("name", BORROWED)
def test_the_adapter_has_what_is_borrowed_of_it(name: str) -> None:
    adapter = import_module("ag_ui_strands.agent")

    assert hasattr(adapter, name), WHAT_TO_DO.format(version=version("ag-ui-strands"), name=name)


def agent_with(*interrupts: Interrupt, activated: bool = True) -> Agent:
    state = SimpleNamespace(activated=activated, interrupts={one.id: one for one in interrupts})
    return cast("Agent", SimpleNamespace(_interrupt_state=state))


def test_calls_that_nobody_has_decided_about_are_told() -> None:
    from agent.run.waiting_interrupts import waiting_interrupts

    reason: dict[str, Any] = {"tool_name": "act", "tool_input": {"a": 1}, "tool_use_id": "t1"}
    open_one = Interrupt(id="i1", name="ag_ui:tool_call:act", reason=reason)
    decided = Interrupt(id="i2", name="ag_ui:tool_call:act", reason=reason, response=True)

    (told,) = waiting_interrupts(agent_with(open_one, decided))

    assert (told.id, told.reason) == ("i1", "tool_call")
    assert told.metadata is not None
    assert told.metadata["tool_name"] == "act"
    assert told.metadata["tool_input"] == {"a": 1}
    assert waiting_interrupts(agent_with(open_one, activated=False)) == []
