"""``bizassist links``: who is linked to whom, and the end of it."""

import sys
from argparse import ArgumentParser, Namespace

from botocore.exceptions import BotoCoreError, ClientError

from bizassist.commands.target_deployment import add_target_arguments, lead_to_target
from bizassist.errors import CommandError
from bizassist.table_output import print_listing

NAME = "links"
HELP = "list who is linked to whom, or revoke a link"


def add_arguments(parser: ArgumentParser) -> None:
    """Declare what can be done."""
    actions = parser.add_subparsers(required=True, metavar="ACTION", dest="action")
    listing = actions.add_parser("list", help="the links in which every word occurs")
    listing.add_argument("words", nargs="*", help="an account, a name, a workspace or an id")
    revoke = actions.add_parser("revoke", help="end a link, here and at the user pool")
    revoke.add_argument("chat_user", help="as the list names it, such as 'slack#T1#U1'")
    add_target_arguments(listing, revoke)
    for action in (listing, revoke):
        action.add_argument("--json", action="store_true", help="for programs")


def run(options: Namespace) -> int:
    """Do it and print what is so now."""
    from bizassist.deployment import link_actions as links  # noqa: PLC0415 - the other commands need none of it

    lead_to_target(options)
    try:
        if options.action == "list":
            rows = links.rows(" ".join(options.words))
        else:
            rows = links.revoked(options.chat_user)
    except (BotoCoreError, ClientError) as error:
        raise CommandError(f"AWS refused: {error}") from None
    print_listing(rows, as_json=options.json, empty="Nobody is linked.")
    if options.action == "revoke" and not options.json:
        sys.stdout.write("The link is revoked.\n")
    return 0
