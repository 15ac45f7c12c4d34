"""``bizassist teams``: the app package that an administrator uploads to Teams."""

import os
import sys
from argparse import ArgumentParser, Namespace
from datetime import UTC, datetime
from pathlib import Path

from bizassist.errors import CommandError
from bots.teams.app_package import app_package

NAME = "teams"
HELP = "make the Teams app package of a deployment"


def add_arguments(parser: ArgumentParser) -> None:
    """The command's own arguments."""
    commands = parser.add_subparsers(dest="action", required=True, metavar="action")
    package = commands.add_parser("package", help="write the zip file to upload")
    package.add_argument(
        "--app-id",
        default=os.environ.get("MICROSOFT_APP_ID", ""),
        help="the bot's id in Azure, a GUID (default: MICROSOFT_APP_ID)",
    )
    package.add_argument(
        "--url",
        default=os.environ.get("BIZASSIST_PUBLIC_URL", ""),
        help="the service's address, such as https://assistant.example.com "
        "(default: BIZASSIST_PUBLIC_URL)",
    )
    package.add_argument("--output", type=Path, default=Path("teams-app.zip"), metavar="FILE")


def run(options: Namespace) -> int:
    """Write the package.

    :raises CommandError: when the id is no GUID, or the address none.
    """
    if not options.url.startswith("https://"):
        raise CommandError("--url must be the service's address, which begins with https://.")
    try:
        package = app_package(options.app_id, options.url.rstrip("/"), datetime.now(UTC))
    except ValueError:
        raise CommandError("--app-id must be the bot's id in Azure, which is a GUID.") from None
    options.output.write_bytes(package)
    sys.stdout.write(f"{options.output} is to be uploaded in the Teams admin center.\n")
    return 0
