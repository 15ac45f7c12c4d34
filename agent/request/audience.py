"""Who reads a run's answer along, as the chat service says, and how it narrows to the asker."""

from collections.abc import Iterator
from enum import StrEnum
from typing import Any

from ag_ui.core import BaseEvent, CustomEvent, RunAgentInput

NARROWED = "audience"
"""Name of the event that says: what comes now is for the asker alone (AG-UI, "Custom")."""


class Audience(StrEnum):
    """Who reads along; whoever can't be told counts as the wider one."""

    ALONE = "alone"
    COLLEAGUES = "colleagues"
    OUTSIDERS = "outsiders"


class RunAudience:
    """Who reads one run along. It can narrow to the asker alone, and never widens again.

    :param personal_memory: whether the workspace lets it into answers that colleagues read along.
    """

    def __init__(self, audience: Audience, *, personal_memory: bool = False) -> None:
        self.began, self.now = audience, audience
        self.personal_memory = audience is Audience.ALONE or (
            audience is Audience.COLLEAGUES and personal_memory
        )
        self._announced = audience is Audience.ALONE

    def narrow(self) -> None:
        """From here on the answer is for the asker alone."""
        self.now = Audience.ALONE

    @property
    def shared(self) -> bool:
        """Whether others read along."""
        return self.now is not Audience.ALONE

    @property
    def narrowed(self) -> bool:
        """Whether others read its beginning along and no more of it."""
        return self.now is not self.began

    def announcement(self) -> Iterator[BaseEvent]:
        """The event that says so, once: before the first that depends on it."""
        if self.narrowed and not self._announced:
            self._announced = True
            yield CustomEvent(name=NARROWED, value=self.now.value)


def read_audience(run_input: RunAgentInput) -> RunAudience:
    """What the request says, ``{"audience": "alone", "personalMemory": true}``, or the widest."""
    props: Any = run_input.forwarded_props
    props = props if isinstance(props, dict) else {}
    try:
        audience = Audience(props.get("audience"))
    except ValueError:
        audience = Audience.OUTSIDERS
    return RunAudience(audience, personal_memory=props.get("personalMemory") is True)
