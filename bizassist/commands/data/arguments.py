"""What can be said to ``bizassist data``, and what it prints."""

import sys
from argparse import ArgumentParser, Namespace
from pathlib import Path

from botocore.exceptions import BotoCoreError, ClientError

from bizassist.commands.target_deployment import add_target_arguments, lead_to_target
from bizassist.errors import CommandError
from bizassist.table_output import print_listing
from identity.errors import IdentityError

NAME = "data"
HELP = "export or erase all that is kept of a person or a workspace"
ASK = "Erase all of it? It can't be brought back. Type yes: "


def add_arguments(parser: ArgumentParser) -> None:
    """Declare what can be done."""
    actions = parser.add_subparsers(required=True, metavar="ACTION", dest="action")
    export = actions.add_parser("export", help="write all of it into a ZIP archive")
    export.add_argument("--output", type=Path, required=True, metavar="FILE.ZIP")
    erase = actions.add_parser("erase", help="erase all of it, from every store")
    erase.add_argument("--yes", action="store_true", help="don't ask")
    erase.add_argument(
        "--wait", action="store_true", help="go on here until nothing is left: some minutes"
    )
    status = actions.add_parser("status", help="who is being erased")
    for action in (export, erase):
        whose = action.add_mutually_exclusive_group(required=True)
        whose.add_argument("--person", help="a user name, an e-mail address or a subject")
        whose.add_argument("--workspace", help="as in 'slack#T0123' or 'teams#TENANT'")
    for action in (export, erase, status):
        add_target_arguments(action)
        action.add_argument("--json", action="store_true", help="for programs")


def run(options: Namespace) -> int:
    """Do it and print what is so now."""
    from bizassist.commands.data import actions  # noqa: PLC0415 - the other commands need none of it

    lead_to_target(options)
    try:
        rows = actions.done(options, _confirmed)
    except (BotoCoreError, ClientError) as error:
        raise CommandError(f"AWS refused: {error}") from None
    except IdentityError as error:
        raise CommandError(f"it could not be done: {error.sentence}") from None
    print_listing(rows, as_json=options.json, empty="Nobody is being erased.")
    return 0


def _confirmed(options: Namespace, what: str) -> None:
    """Return when the operator wants it.

    :raises CommandError: when they don't.
    """
    if options.yes:
        return
    sys.stderr.write(f"{what}\n{ASK}")
    sys.stderr.flush()
    if sys.stdin.readline().strip().casefold() != "yes":
        raise CommandError("nothing was erased")
