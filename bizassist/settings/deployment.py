"""The deployment's parameters, read and checked."""

from collections.abc import Mapping
from typing import TYPE_CHECKING

from botocore.exceptions import BotoCoreError, ClientError
from pydantic import ValidationError

from bizassist.errors import SettingsError
from bizassist.settings.parameters import Parameters, read_parameters
from bizassist.settings.problem_sentences import problems

if TYPE_CHECKING:
    import boto3
    from botocore.config import Config


def read_deployment(session: "boto3.Session", prefix: str, config: "Config") -> Parameters:
    """What SSM has below ``prefix``; what is secret there is the agent's, and stays encrypted.

    :raises SettingsError: one sentence for each parameter that is missing or wrong, or one when
        they can't be read.
    """
    try:
        values = read_parameters(session.client("ssm", config=config), prefix, decrypted=False)
    except ClientError as error:
        raise _unreadable(prefix, error.response["Error"]["Code"]) from None
    except BotoCoreError as error:
        raise _unreadable(prefix, type(error).__name__) from None
    return checked(values, prefix)


def checked(values: Mapping[str, str], prefix: str) -> Parameters:
    """The parameters, typed.

    :raises SettingsError: one sentence for each that is missing or wrong.
    """
    try:
        return Parameters.model_validate(values)
    except ValidationError as error:
        found = problems(error, Parameters.model_fields, lambda name: f"{prefix}/{name}")
        raise SettingsError(found) from None


def _unreadable(prefix: str, why: str) -> SettingsError:
    return SettingsError([f"The parameters below {prefix} can't be read from SSM ({why})."])
