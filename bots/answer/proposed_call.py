"""A call that waits for its person's approval, in words."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from ag_ui.core import Interrupt
from pydantic import BaseModel

LONGEST_ARGUMENT = 500
LONGEST_LIST = 1_500
"""Characters of a list that are shown together; a field of a section in Slack takes 2,000."""


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
            arguments=readable_arguments(fields if isinstance(fields, dict) else {}),
        )


def readable_arguments(fields: Mapping[str, Any]) -> dict[str, str]:
    """What a tool is given, as a person reads it."""
    return dict(_shown(fields))


def _shown(fields: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    """Each argument by its name; a list has a line for each entry, and none of them is left out."""
    for name, value in fields.items():
        parts = _parts(value) if isinstance(value, list) else [_cut(str(value))]
        for number, part in enumerate(parts, 1):
            yield readable(str(name)) + (f" ({number})" if number > 1 else ""), part


def _parts(entries: Sequence[Any]) -> list[str]:
    """The lines of a list, as many together as may be shown together."""
    parts: list[str] = []
    for entry in entries:
        line = f"• {_cut(' '.join(str(entry).split()))}"
        if parts and len(parts[-1]) + len(line) < LONGEST_LIST:
            parts[-1] = f"{parts[-1]}\n{line}"
        else:
            parts.append(line)
    return parts


def _cut(value: str) -> str:
    """A value that is shown in part says so."""
    return value if len(value) <= LONGEST_ARGUMENT else f"{value[:LONGEST_ARGUMENT]}…"


def readable(tool: str) -> str:
    """A tool's name for a person: ``warranty___check_status`` is "check status"."""
    return tool.rsplit("___", 1)[-1].replace("_", " ")
