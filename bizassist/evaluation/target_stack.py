"""Where an evaluation is run: against the local stack that runs, or one of its own."""

import sys
import tempfile
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

from bizassist.local.ports import StackPorts
from bizassist.local.stack import StackOptions, running_stack
from bizassist.local.stack_file import USUAL, read_stack, use_environment


@asynccontextmanager
async def local_stack(stack: Path | None, ministack_python: Path) -> AsyncIterator[None]:
    """Lead this process to a local stack; one that had to be started is gone at the end.

    :param ministack_python: the interpreter of MiniStack's environment, as a whole path.
    :param stack: its description; the usual one, if there is any, when None.
    :raises CommandError: when the described stack doesn't run.
    :raises PartError: when an own stack can't be started.
    """
    if stack or USUAL.exists():
        use_environment(read_stack(stack or USUAL).environment)
        yield
        return
    with tempfile.TemporaryDirectory(prefix="bizassist-eval-") as state:
        options = StackOptions(
            state=Path(state),
            ministack_python=ministack_python,
            ports=StackPorts(chat=0, agent=0, slack=0),
        )
        async with running_stack(options, _say, _say):
            yield


def _say(line: str) -> None:
    sys.stderr.write(f"{line}\n")
