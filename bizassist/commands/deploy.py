"""``bizassist deploy``: the documented commands of a deployment, in order, each printed first."""

import sys
from argparse import ArgumentParser, Namespace
from pathlib import Path

from bizassist.errors import CommandError

NAME = "deploy"
HELP = "build, plan, push, apply and check a deployment in AWS"


def add_arguments(parser: ArgumentParser) -> None:
    """Declare what is deployed, and how much is asked."""
    parser.add_argument(
        "--var-file", type=Path, required=True, help="this deployment's Terraform variables"
    )
    parser.add_argument("--tag", help="of both images (default: the commit that is checked out)")
    parser.add_argument("--directory", type=Path, default=Path("terraform"), help="Terraform root")
    parser.add_argument("--yes", action="store_true", help="apply without asking")
    parser.add_argument("--dry-run", action="store_true", help="print every command and run none")


def run(options: Namespace) -> int:
    """Do it; whatever fails ends it there, and running it again goes on from there."""
    from bizassist.deployment.command_runner import CommandRunner  # noqa: PLC0415
    from bizassist.deployment.deploy import Deployment, deploy  # noqa: PLC0415

    if not options.dry_run and not options.var_file.is_file():
        raise CommandError(f"there is no file {options.var_file}")
    deployment = Deployment(options.directory, options.var_file, options.tag)
    deploy(deployment, CommandRunner(dry_run=options.dry_run), confirmed=options.yes or _confirmed)
    if options.dry_run:
        sys.stdout.write("\nNothing was run.\n")
    return 0


def _confirmed() -> bool:
    sys.stdout.write("\nApply this plan? Only 'yes' is taken: ")
    sys.stdout.flush()
    return sys.stdin.readline().strip() == "yes"
