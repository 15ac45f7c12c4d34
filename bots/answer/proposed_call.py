"""A call that waits for its person's approval, in words."""

from ag_ui.core import Interrupt
from pydantic import BaseModel

LONGEST_ARGUMENT = 500


class ProposedCall(BaseModel):
    """One call that waits: its tool and arguments as a person reads them, and what it does."""

    tool: str
    words: str
    arguments: dict[str, str]

    @classmethod
    def of(cls, interrupt: Interrupt) -> "ProposedCall":
        """The call that an interrupt of the agent tells of."""
        metadata = interrupt.metadata or {}
        fields = metadata.get("tool_input")
        return cls(
            tool=readable(str(metadata.get("tool_name", "a tool"))),
            words=interrupt.message or "",
            arguments={
                readable(str(name)): _cut(str(value))
                for name, value in (fields.items() if isinstance(fields, dict) else ())
            },
        )


def _cut(value: str) -> str:
    """A value that is shown in part says so."""
    return value if len(value) <= LONGEST_ARGUMENT else f"{value[:LONGEST_ARGUMENT]}…"


def readable(tool: str) -> str:
    """A tool's name for a person: ``warranty___check_status`` is "check status"."""
    return tool.rsplit("___", 1)[-1].replace("_", " ")
