"""The command line: ``bizassist dev`` runs everything on a laptop, ``serve`` the chat service."""

import argparse
import asyncio
import importlib
import sys
from collections.abc import Iterable

from bizassist.errors import CommandError

COMMANDS = (
    *("dev", "serve", "deploy", "doctor"),
    *("users", "links", "data", "tools", "warranty", "policies", "teams", "eval"),
)


def main(arguments: list[str] | None = None) -> int:
    """Run one command and return the exit status: 0 done, 1 failed with one sentence, 2 usage."""
    given = sys.argv[1:] if arguments is None else arguments
    # Only the command that runs is imported: an image has the libraries of its own and no others.
    named = [name for name in COMMANDS if given[:1] == [name]]
    options = _parser(named or COMMANDS).parse_args(given)
    try:
        return int(options.run(options) or 0)
    except CommandError as error:
        sys.stderr.write(f"bizassist: {error}\n")
        return error.exit_status
    except (KeyboardInterrupt, asyncio.CancelledError):
        return 130


def _parser(names: Iterable[str]) -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="bizassist", description=__doc__)
    subparsers = parser.add_subparsers(required=True, metavar="COMMAND")
    for name in names:
        command = importlib.import_module(f"bizassist.commands.{name}")
        subparser = subparsers.add_parser(command.NAME, help=command.HELP)
        command.add_arguments(subparser)
        subparser.set_defaults(run=command.run)
    return parser


if __name__ == "__main__":
    sys.exit(main())
