"""The command line: ``bizassist dev`` runs everything on a laptop, ``serve`` the chat service."""

import argparse
import asyncio
import sys

from bizassist.commands import CommandError, dev, links, serve, tools, users, warranty

COMMANDS = (dev, serve, users, links, tools, warranty)


def main(arguments: list[str] | None = None) -> int:
    """Run one command and return the exit status: 0 done, 1 failed with one sentence, 2 usage."""
    options = _parser().parse_args(arguments)
    try:
        return int(options.run(options) or 0)
    except CommandError as error:
        sys.stderr.write(f"bizassist: {error}\n")
        return 1
    except (KeyboardInterrupt, asyncio.CancelledError):
        return 130


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="bizassist", description=__doc__)
    subparsers = parser.add_subparsers(required=True, metavar="COMMAND")
    for command in COMMANDS:
        subparser = subparsers.add_parser(command.NAME, help=command.HELP)
        command.add_arguments(subparser)
        subparser.set_defaults(run=command.run)
    return parser


if __name__ == "__main__":
    sys.exit(main())
