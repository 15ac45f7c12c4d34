"""What the agent must know to run: SSM parameters under one prefix, over environment variables."""

import os
from dataclasses import dataclass
from typing import Any, ClassVar, Self

import boto3
from botocore.config import Config
from botocore.exceptions import BotoCoreError, ClientError
from pydantic import (
    AnyHttpUrl,
    DirectoryPath,
    Field,
    SecretStr,
    ValidationError,
    ValidationInfo,
    field_validator,
)
from pydantic.fields import FieldInfo
from pydantic_core import PydanticCustomError
from pydantic_settings import BaseSettings, PydanticBaseSettingsSource, SettingsConfigDict

from agent.errors import SettingsError

DEFAULT_PREFIX = "/app/bizassist"
DEFAULT_PORT = 8080


@dataclass(frozen=True, slots=True)
class ModelChoice:
    """Which model answers, and what its provider needs to know; what is empty is its default."""

    setting: str
    api_key: str = ""
    base_url: str = ""
    guardrail_id: str = ""
    guardrail_version: str = "DRAFT"


class Settings(BaseSettings):
    """The agent's settings; each is the SSM parameter of the same name.

    :param memory_role_arn: the role that is assumed with the session tag ``sub`` before anyone's
        memory is touched.
    :param policies_folder: a folder with the company's policies, instead of the bucket.
    :param policy_embedder: what finds policies by meaning: ``bedrock:ID``, ``local``, or ``words``.
    :param model: ``offline``, ``bedrock:ID``, ``anthropic:ID``, ``openai:ID`` or ``ollama:ID``.
    :param model_api_key: the key of the model's provider; Bedrock works with the role's rights too.
    :param model_base_url: where the provider is, if not at its usual address.
    :param guardrail_id: the Bedrock guardrail that questions and answers must pass.
    :param turn_tool_calls: the most tool calls of one answer.
    :param turn_tokens: the most tokens of one answer, read and written.
    :param turn_seconds: the longest that one answer may take; at most what the chat service waits
        for (``bots.runtime.TIMEOUT``).
    :param parameters_key: the KMS key of the parameter that sessions share; empty for SSM's own.
    """

    model_config = SettingsConfigDict(
        env_prefix="BIZASSIST_", env_ignore_empty=True, extra="ignore", frozen=True
    )

    issuer: str = Field(min_length=1)
    discovery_url: AnyHttpUrl
    web_client_id: str = Field(min_length=1)
    m2m_client_id: str = Field(min_length=1)
    m2m_client_secret: SecretStr
    m2m_scope: str = Field(min_length=1)
    gateway_url: AnyHttpUrl
    memory_id: str = Field(min_length=1)
    memory_role_arn: str = Field(min_length=1)
    clients_table: str = Field(min_length=1)
    policies_folder: DirectoryPath | None = None
    policies_bucket: str = Field(default="", validate_default=True)
    policy_embedder: str = Field(default="words", pattern=r"^(words|local|bedrock:\S+)$")
    model: str = Field(default="offline", min_length=1)
    model_api_key: SecretStr | None = None
    model_base_url: AnyHttpUrl | None = None
    guardrail_id: str = ""
    guardrail_version: str = "DRAFT"
    turn_tool_calls: int = Field(default=12, ge=1)
    turn_tokens: int = Field(default=60_000, ge=1)
    turn_seconds: int = Field(default=120, ge=1)
    parameters_key: str = ""

    groups: ClassVar[frozenset[str]] = frozenset({"bizassist-users", "bizassist-admins"})

    @field_validator("policies_bucket")
    @classmethod
    def _bucket_or_folder(cls, bucket: str, info: ValidationInfo) -> str:
        if not bucket and info.data.get("policies_folder") is None:
            raise PydanticCustomError("missing", "no bucket and no folder")
        return bucket

    @property
    def model_choice(self) -> ModelChoice:
        """Which model answers."""
        return ModelChoice(
            self.model,
            self.model_api_key.get_secret_value() if self.model_api_key else "",
            str(self.model_base_url or ""),
            self.guardrail_id,
            self.guardrail_version,
        )

    @classmethod
    def settings_customise_sources(
        cls,
        settings_cls: type[BaseSettings],
        init_settings: PydanticBaseSettingsSource,
        env_settings: PydanticBaseSettingsSource,
        dotenv_settings: PydanticBaseSettingsSource,  # noqa: ARG003 - pydantic's own order
        file_secret_settings: PydanticBaseSettingsSource,  # noqa: ARG003
    ) -> tuple[PydanticBaseSettingsSource, ...]:
        """Parameters lie over the environment; a value given in code lies over both."""
        return init_settings, Parameters(settings_cls), env_settings

    @classmethod
    def load(cls) -> Self:
        """Read every setting.

        :raises SettingsError: with one sentence for each value that is missing or wrong.
        """
        try:
            return cls()
        except ValidationError as error:
            raise SettingsError([_problem(entry) for entry in error.errors()]) from None


class Parameters(PydanticBaseSettingsSource):
    """The SSM parameters directly below the prefix."""

    def get_field_value(self, field: FieldInfo, field_name: str) -> tuple[Any, str, bool]:
        """Unused: all parameters are read in one call."""
        raise NotImplementedError

    def __call__(self) -> dict[str, Any]:
        """The parameters whose names are settings of the agent."""
        prefix = parameter_prefix()
        config = Config(connect_timeout=3, read_timeout=10, retries={"max_attempts": 3})
        try:
            pages = (
                # Of a session of its own, whose credentials are those of this moment.
                boto3.Session()
                .client("ssm", config=config)
                .get_paginator("get_parameters_by_path")
                .paginate(Path=prefix, WithDecryption=True)
            )
            found = {
                parameter["Name"].rsplit("/", 1)[1]: parameter["Value"]
                for page in pages
                for parameter in page["Parameters"]
            }
        except (BotoCoreError, ClientError) as error:
            sentence = f"The parameters under {prefix} can't be read from SSM"
            raise SettingsError([f"{sentence} ({type(error).__name__})."]) from error
        return {name: value for name, value in found.items() if name in Settings.model_fields}


def parameter_prefix() -> str:
    """The SSM prefix of this installation."""
    return os.environ.get("BIZASSIST_SSM_PREFIX", DEFAULT_PREFIX).rstrip("/")


def port() -> int:
    """The port to serve on.

    :raises SettingsError: when ``PORT`` is no port.
    """
    text = os.environ.get("PORT", str(DEFAULT_PORT))
    if not text.isdecimal() or not 0 < int(text) < 65536:  # noqa: PLR2004 - the last TCP port
        raise SettingsError([f"PORT must be a number from 1 to 65535, not {text!r}."])
    return int(text)


def _problem(entry: Any) -> str:
    name = str(entry["loc"][0])
    where = f"set the SSM parameter {parameter_prefix()}/{name} or BIZASSIST_{name.upper()}"
    what = "is missing" if entry["type"] == "missing" else "is not valid"
    return f"The setting {name} {what}: {where}."
