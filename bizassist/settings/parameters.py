"""The parameters a deployment writes to SSM under one prefix, and how they are read."""

from collections.abc import Mapping
from typing import TYPE_CHECKING, Annotated

from pydantic import BaseModel, ConfigDict, Field, SecretStr

if TYPE_CHECKING:
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
    uploads_bucket: Name


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
