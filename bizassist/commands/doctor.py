"""``bizassist doctor``: asks each part of a deployment whether it works, from outside."""

import asyncio
import json
import os
import sys
from argparse import ArgumentParser, Namespace
from contextlib import AbstractContextManager, nullcontext
from pathlib import Path
from typing import TYPE_CHECKING

from bizassist.errors import CommandError

if TYPE_CHECKING:
    from rich.console import Console

    from bizassist.local.stack_file import LocalStack

NAME = "doctor"
HELP = "check a deployment, or the local stack, part by part"
MARKS = {"working": "[green]✓[/green]", "broken": "[red]✗[/red]", "absent": "[dim]·[/dim]"}

Row = dict[str, str]


def add_arguments(parser: ArgumentParser) -> None:
    """Declare which deployment, and how to report."""
    parser.description = (
        "Without an option it checks the local stack that `bizassist dev` runs here."
    )
    parser.add_argument("--url", help="check the deployment whose chat service is there")
    parser.add_argument(
        "--stack", type=Path, metavar="STACK.JSON", help="check the local stack that this describes"
    )
    parser.add_argument(
        "--sign-in",
        action="store_true",
        help="sign in with a browser, and ask a real question as yourself",
    )
    parser.add_argument(
        "--deep",
        action="store_true",
        help="also try out memory's fence, a new session, a stop and the agent's log",
    )
    parser.add_argument("--json", action="store_true", help="for programs")


def run(options: Namespace) -> int:
    """Print a line for each check; exit status 1 when one of them found something broken."""
    from bizassist.local.stack_file import use_environment  # noqa: PLC0415

    stack = _chosen_stack(options)
    if stack:
        use_environment(stack.environment)
    elif options.url:
        os.environ["BIZASSIST_PUBLIC_URL"] = options.url
    rows = _checked(stack, sign_in=options.sign_in, deep=options.deep)
    if options.json:
        json.dump(rows, sys.stdout, indent=2)
        sys.stdout.write("\n")
    else:
        _print(rows, stack)
    return int(any(row["state"] == "broken" for row in rows))


def _chosen_stack(options: Namespace) -> "LocalStack | None":
    """The local stack, unless a deployment is named."""
    from bizassist.local.stack_file import USUAL, read_stack  # noqa: PLC0415

    if options.stack:
        return read_stack(options.stack)
    if options.url or os.environ.get("BIZASSIST_PUBLIC_URL"):
        return None
    if not USUAL.exists():
        raise CommandError(
            "there is nothing to check here: run `make dev`, or say where a deployment's chat "
            "service is with --url https://…"
        )
    return read_stack(USUAL)


def _checked(stack: "LocalStack | None", *, sign_in: bool, deep: bool) -> list[Row]:
    # These take a second to import; a wrong option is told at once.
    from bizassist.deployment.doctor_assembly import SignInMethod, run_doctor  # noqa: PLC0415
    from bizassist.deployment.doctor_checks import AWS_REMEDIES, local_remedies  # noqa: PLC0415

    sign_in_method = SignInMethod(
        person=stack.person if stack else None, paste=sys.stdin.readline if sign_in else None
    )
    with _waiting(shown=not sign_in):
        remedies = local_remedies(stack.logs) if stack else AWS_REMEDIES
        found = asyncio.run(run_doctor(remedies, sign_in_method, deep=deep))
    return [{"check": check.name, "state": one.state, "told": one.sentence} for check, one in found]


def _waiting(*, shown: bool) -> AbstractContextManager[object]:
    """Says that it is at work; an agent that wakes up takes a while."""
    from rich.console import Console  # noqa: PLC0415

    console = Console(stderr=True)
    return console.status("Asking every part…") if shown and console.is_terminal else nullcontext()


def _print(rows: list[Row], stack: "LocalStack | None") -> None:
    from rich.table import Table  # noqa: PLC0415
    from rich.text import Text  # noqa: PLC0415

    console = _console()
    kind = "local stack" if stack else "deployment"
    console.print(f"\n[bold]The {kind} at {os.environ['BIZASSIST_PUBLIC_URL']}[/bold]\n")
    table = Table(box=None, show_header=False, pad_edge=False, padding=(0, 2, 0, 0))
    table.add_column()
    table.add_column(no_wrap=True)
    table.add_column(overflow="fold")
    for row in rows:
        table.add_row(MARKS[row["state"]], row["check"], Text(row["told"]))
    console.print(table)
    console.print(f"\n{_summary([row['state'] for row in rows])}")


def _console() -> "Console":
    """As wide as the terminal; for a file, wide enough for a check to stay on its line."""
    from rich.console import Console  # noqa: PLC0415

    return Console(highlight=False, width=None if sys.stdout.isatty() else 1_000)


def _summary(states: list[str]) -> str:
    counts = {state: states.count(state) for state in MARKS}
    said = [f"{counts['working']} of {len(states)} work"]
    if counts["broken"]:
        said.append(f"[red]{counts['broken']} to mend[/red]")
    if counts["absent"]:
        said.append(f"{counts['absent']} not asked")
    return ", ".join(said) + "."
