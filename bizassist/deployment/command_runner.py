"""Runs commands one after the other, each printed first as one would type it."""

import shlex
import subprocess
import sys
from dataclasses import dataclass

from bizassist.errors import CommandError


@dataclass(frozen=True, slots=True)
class CommandRunner:
    """What a deployment is made with.

    :param dry_run: print only.
    """

    dry_run: bool

    def heading(self, text: str) -> None:
        """Say what comes next."""
        sys.stdout.write(f"\n# {text}\n")
        sys.stdout.flush()

    def note(self, text: str) -> None:
        """Say what is left to be done; nothing in a dry run, where nothing was tried."""
        if not self.dry_run:
            sys.stdout.write(f"NOT YET: {text}\n")

    def run(self, *command: str) -> None:
        """Run one command.

        :raises CommandError: when it fails; what it said stands above.
        """
        if self._is_real(_typed(command)) and _run(command).returncode:
            raise _failed(command)

    def read(self, *command: str, instead: str) -> str:
        """What a command answers; ``instead`` when a dry run.

        :raises CommandError: when it fails.
        """
        if not self._is_real(_typed(command)):
            return instead
        done = _run(command, stdout=subprocess.PIPE)
        if done.returncode:
            raise _failed(command)
        return done.stdout.decode().strip()

    def pipe(self, first: tuple[str, ...], second: tuple[str, ...]) -> None:
        """Let ``second`` read what ``first`` says, which is a secret and is not shown.

        :raises CommandError: when either fails.
        """
        if not self._is_real(f"{_typed(first)} | {_typed(second)}"):
            return
        said = _run(first, stdout=subprocess.PIPE)
        if said.returncode:
            raise _failed(first)
        if _run(second, input=said.stdout).returncode:
            raise _failed(second)

    def succeeds(self, *command: str) -> bool:
        """Whether a command ends well, whatever it says; never when a dry run."""
        quiet = subprocess.DEVNULL
        return (
            self._is_real(_typed(command))
            and not _run(command, stdout=quiet, stderr=quiet).returncode
        )

    def _is_real(self, line: str) -> bool:
        sys.stdout.write(f"$ {line}\n")
        sys.stdout.flush()
        return not self.dry_run


def _run(
    command: tuple[str, ...],
    *,
    stdout: int | None = None,
    stderr: int | None = None,
    input: bytes | None = None,  # noqa: A002 - as subprocess calls it
) -> "subprocess.CompletedProcess[bytes]":
    return subprocess.run(  # noqa: S603 - ours, and without a shell
        command, check=False, stdout=stdout, stderr=stderr, input=input
    )


def _typed(command: tuple[str, ...]) -> str:
    return shlex.join("python" if part == sys.executable else part for part in command)


def _failed(command: tuple[str, ...]) -> CommandError:
    return CommandError(f"{command[0]} failed; mend it and run the same again")
