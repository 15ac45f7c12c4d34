"""The parameters a deployment writes to SSM under one prefix: which there are, read and checked."""

from collections.abc import Mapping
from typing import TYPE_CHECKING, Annotated

from botocore.exceptions import BotoCoreError, ClientError
from pydantic import BaseModel, ConfigDict, Field, SecretStr, ValidationError

from bizassist.errors import SettingsError
from bizassist.settings.problem_sentences import problems

if TYPE_CHECKING:
    import boto3
    from botocore.config import Config
    from mypy_boto3_ssm import SSMClient

Name = Annotated[str, Field(min_length=1)]
Url = Annotated[
    str, Field(pattern=r"^https?://[^/\s]+", description="an address such as https://example.com")
]
Arn = Annotated[str, Field(pattern=r"^arn:", description="an ARN, which begins with arn:")]


class Parameters(BaseModel):
    """What Terraform writes in AWS and the local stack writes on a laptop: the same names.

    Each field is one parameter ``{prefix}/{field}``; a :class:`SecretStr` is a SecureString.
    """

    model_config = ConfigDict(frozen=True)

    user_pool_id: Name
    issuer: Url
    discovery_url: Url
    web_client_id: Name
    m2m_client_id: Name
    m2m_client_secret: SecretStr = Field(min_length=1)
    m2m_scope: Name
    links_table: Name
    link_requests_table: Name
    sessions_table: Name
    audit_table: Name
    forgetting_table: Name
    workspaces_table: Name
    tokens_key_id: Name
    inbox_url: Url
    dead_letter_url: Url
    ledger_table: Name
    transcripts_table: Name
    runtime_arn: Arn
    runtime_url: Url
    gateway_url: Url
    memory_id: Name
    memory_role_arn: Arn
    warranty_table: Name
    clients_table: Name
    policies_bucket: Name
    policy_embedder: Name
    uploads_bucket: Name
    personal_data_role_arn: Arn


def read_parameters(ssm: "SSMClient", prefix: str, *, decrypted: bool = True) -> dict[str, str]:
    """Every parameter below ``prefix``, by its last name (GetParametersByPath).

    :param decrypted: false for whoever has no right to the secrets, which stay as they are kept.
    """
    pages = ssm.get_paginator("get_parameters_by_path").paginate(
        Path=prefix, WithDecryption=decrypted
    )
    return {
        parameter["Name"].rsplit("/", 1)[-1]: parameter["Value"]
        for page in pages
        for parameter in page["Parameters"]
    }


def write_parameters(ssm: "SSMClient", prefix: str, values: Mapping[str, str]) -> None:
    """Write ``values`` below ``prefix``, what is secret as a SecureString (PutParameter)."""
    for name, value in values.items():
        secret = Parameters.model_fields[name].annotation is SecretStr
        ssm.put_parameter(
            Name=f"{prefix}/{name}",
            Value=value,
            Type="SecureString" if secret else "String",
            Overwrite=True,
        )


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
