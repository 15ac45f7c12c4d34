"""The parameters a deployment writes to SSM under one prefix, and how they are read."""

from collections.abc import Mapping
from typing import TYPE_CHECKING

from pydantic import BaseModel, ConfigDict, SecretStr

if TYPE_CHECKING:
    from mypy_boto3_ssm import SSMClient


class Parameters(BaseModel):
    """What Terraform writes in AWS and the local stack writes on a laptop: the same names.

    Each field is one parameter ``{prefix}/{field}``; a :class:`SecretStr` is a SecureString.
    """

    model_config = ConfigDict(frozen=True)

    user_pool_id: str
    issuer: str
    discovery_url: str
    web_client_id: str
    m2m_client_id: str
    m2m_client_secret: SecretStr
    m2m_scope: str
    links_table: str
    link_requests_table: str
    sessions_table: str
    audit_table: str
    workspaces_table: str
    tokens_key_id: str
    inbox_url: str
    dead_letter_url: str
    ledger_table: str
    transcripts_table: str
    runtime_arn: str
    runtime_url: str
    gateway_url: str
    memory_id: str
    memory_role_arn: str
    warranty_table: str
    clients_table: str
    policies_bucket: str
    uploads_bucket: str


def read_parameters(ssm: "SSMClient", prefix: str) -> dict[str, str]:
    """Every parameter below ``prefix``, decrypted, by its last name (GetParametersByPath)."""
    pages = ssm.get_paginator("get_parameters_by_path").paginate(Path=prefix, WithDecryption=True)
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
