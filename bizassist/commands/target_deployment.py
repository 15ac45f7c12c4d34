"""Which deployment a command acts on: the local stack that runs here, or AWS when it is said."""

import sys
from argparse import ArgumentParser, Namespace
from pathlib import Path

import boto3
from botocore.exceptions import BotoCoreError, ClientError

from bizassist.deployment.deployed_parameters import parameter_prefix
from bizassist.errors import CommandError
from bizassist.local.stack_file import USUAL, read_stack, use_environment


def add_target_arguments(*parsers: ArgumentParser) -> None:
    """Declare the choice, where an action's own options stand."""
    for parser in parsers:
        choice = parser.add_mutually_exclusive_group()
        choice.add_argument(
            "--stack",
            type=Path,
            metavar="STACK.JSON",
            help=f"the local stack that this describes ({USUAL}, where there is one)",
        )
        choice.add_argument(
            "--aws", action="store_true", help="the account and Region that this shell leads to"
        )


def lead_to_target(options: Namespace) -> None:
    """Let this process speak to what was chosen, and say on standard error what that is.

    :raises CommandError: when the local stack doesn't run, or AWS knows nobody here.
    """
    if not options.aws and (options.stack or USUAL.exists()):
        stack = read_stack(options.stack or USUAL)
        use_environment(stack.environment)
        where = f"the local stack at {stack.environment['BIZASSIST_PUBLIC_URL']}"
    else:
        where = _account()
    sys.stderr.write(f"bizassist: this is {where}\n")


def _account() -> str:
    session = boto3.Session()
    try:
        account = session.client("sts").get_caller_identity()["Account"]
    except (BotoCoreError, ClientError) as error:
        raise CommandError(f"AWS can't be asked who this is: {error}") from None
    return f"AWS account {account}, {session.region_name}, {parameter_prefix()}"
