"""What can go wrong at the command line and in the local stack, and what the person is told.

::

    BizassistError
    ├── CommandError         a command could not do its work
    │   ├── SettingsError    a setting is missing or wrong: one line for each
    │   ├── QuestionsError   a file of evaluation questions can't be used
    │   ├── CsvError         a file can't be imported: one line for each fault
    │   └── PartError        a part of the local stack did not start, or ended by itself
    └── RuntimeRefusal       a call that the local AgentCore Runtime answers itself, as AWS does

A command ends with a :class:`CommandError`: :func:`bizassist.__main__.main` writes its text, which
carries no secret, and returns its exit status. A :class:`RuntimeRefusal` is an HTTP answer, written
by :mod:`bizassist.local.runtime`. Two trees stay apart: the agent's ``SettingsError``, because the
agent ships alone, and :mod:`bizassist.local.slack.errors`, whose words are Slack's.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import ClassVar


class BizassistError(Exception):
    """The root of the tree."""


class CommandError(BizassistError):
    """A command could not do its work; carries one sentence for the person who typed it.

    :cvar exit_status: what the command returns to the shell.
    """

    exit_status: ClassVar[int] = 1


class SettingsError(CommandError):
    """Settings are missing or wrong; trying again helps once they are mended.

    :param problems: one sentence for each, beginning with the setting's name.
    """

    def __init__(self, problems: Sequence[str]) -> None:
        super().__init__("\n".join(("settings are missing or wrong", *problems)))
        self.problems = tuple(problems)


class QuestionsError(CommandError):
    """A file of evaluation questions can't be used; says which line and why."""


@dataclass(frozen=True, slots=True)
class CsvFault:
    """What is wrong in one place of a CSV file.

    :param column: empty when the whole line is wrong.
    """

    line: int
    column: str
    message: str

    def __str__(self) -> str:
        where = f"line {self.line}, {self.column}" if self.column else f"line {self.line}"
        return f"{where}: {self.message}"


class CsvError(CommandError):
    """A CSV file can't be imported; carries every fault in it."""

    def __init__(self, faults: Sequence[CsvFault]) -> None:
        super().__init__("\n".join(("nothing was imported", *map(str, faults))))
        self.faults = tuple(faults)


class PartError(CommandError):
    """A part of the local stack did not start, or ended; says which, why and what to do."""


class RuntimeRefusal(BizassistError):
    """A call that the local AgentCore Runtime answers itself.

    :param status: the HTTP status.
    :param kind: the error's type as AWS names it (``x-amzn-ErrorType``).
    """

    def __init__(self, status: int, kind: str, message: str) -> None:
        super().__init__(message)
        self.status = status
        self.kind = kind
