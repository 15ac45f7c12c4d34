"""The calls of a conversation that wait for approval, as a run's end tells them.

ag-ui-strands tells them at the end of the run that made them and has no public way to tell them
once more. The two names of it that are borrowed for that stand here alone;
``tests/agent/run/test_waiting_interrupts.py`` says what to do when a release drops them.
"""

from ag_ui.core import Interrupt
from ag_ui_strands.agent import (  # type: ignore[import-untyped]
    _open_native_interrupts,
    _strands_interrupt_to_agui,
)
from strands import Agent


def is_waiting(agent: Agent) -> bool:
    """Whether a call of the conversation waits for approval, or was cut off after it."""
    return bool(agent._interrupt_state.activated)  # noqa: SLF001 - there is no public way


def waiting_interrupts(agent: Agent) -> list[Interrupt]:
    """The calls that nobody has decided about yet; none when the conversation waits for nothing."""
    if not is_waiting(agent):
        return []
    undecided = _open_native_interrupts(agent._interrupt_state.interrupts)  # noqa: SLF001 - as above
    return [_strands_interrupt_to_agui(one) for one in undecided.values()]
