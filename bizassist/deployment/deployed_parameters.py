"""The deployment a command acts on: its parameters, as the environment leads to them."""

import os

import boto3
from botocore.exceptions import BotoCoreError, ClientError

from bizassist.errors import CommandError, SettingsError
from bizassist.settings.ssm_parameters import Parameters, checked, read_parameters

PREFIX = "/app/bizassist"


def parameter_prefix() -> str:
    """Where this deployment's parameters are: ``BIZASSIST_SSM_PREFIX``, or the usual place."""
    return os.environ.get("BIZASSIST_SSM_PREFIX") or PREFIX


def deployment(session: boto3.Session) -> Parameters:
    """What ``BIZASSIST_SSM_PREFIX`` has in the account and region that boto3 finds.

    :raises CommandError: one sentence, when it can't be read or isn't whole.
    """
    prefix = parameter_prefix()
    try:
        return checked(read_parameters(session.client("ssm"), prefix), prefix)
    except SettingsError:
        raise CommandError(
            f"there is no whole deployment under {prefix}: check the account, the region and "
            "BIZASSIST_SSM_PREFIX"
        ) from None
    except (BotoCoreError, ClientError) as error:
        raise CommandError(f"AWS can't be asked: {error}") from None
