"""The settings of the chat service: the environment for the process, SSM for the deployment."""

from collections.abc import Mapping
from typing import Annotated

from pydantic import BeforeValidator, Field, SecretStr, ValidationError
from pydantic_settings import BaseSettings, SettingsConfigDict

from bizassist.settings.parameters import Parameters
from bots.slack.registration import SlackApp
from bots.teams.registration import TeamsApp

LOOPBACK = ("127.0.0.1", "localhost", "::1")


class SettingsError(Exception):
    """Settings are missing or wrong; carries one line for each."""


def _without_slash(value: object) -> object:
    return value.rstrip("/") if isinstance(value, str) else value


BaseUrl = Annotated[str, BeforeValidator(_without_slash), Field(pattern=r"^https?://[^/\s]+$")]


class Process(BaseSettings):
    """What the environment tells this process.

    A platform whose secrets are missing is switched off; half of them are an error.
    """

    model_config = SettingsConfigDict(frozen=True, env_ignore_empty=True)

    host: str = Field("127.0.0.1", validation_alias="BIZASSIST_HOST")
    port: int = Field(3978, ge=1, le=65535, validation_alias="BIZASSIST_PORT")
    public_url: BaseUrl = Field(validation_alias="BIZASSIST_PUBLIC_URL")
    ssm_prefix: str = Field(
        "/app/bizassist", pattern=r"^/.*[^/]$", validation_alias="BIZASSIST_SSM_PREFIX"
    )
    trusted_proxies: int = Field(0, ge=0, validation_alias="BIZASSIST_TRUSTED_PROXIES")
    slack_signing_secret: SecretStr | None = None
    slack_bot_token: SecretStr | None = None
    slack_api_url: str = "https://slack.com/api/"
    microsoft_app_id: str | None = None
    microsoft_app_password: SecretStr | None = None
    microsoft_app_tenant_id: str | None = None
    teams_anonymous: bool = Field(
        default=False,
        validation_alias="BIZASSIST_TEAMS_ANONYMOUS",
        description="take activities without a token; on the loopback interface only",
    )


def read_process() -> Process:
    """The process's settings from its environment.

    :raises SettingsError: one line for each variable that is missing or wrong.
    """
    try:
        process = Process()
    except ValidationError as error:
        raise SettingsError(_lines(error, "")) from None
    problems = [
        *_half(
            SLACK_SIGNING_SECRET=process.slack_signing_secret,
            SLACK_BOT_TOKEN=process.slack_bot_token,
        ),
        *_half(
            MICROSOFT_APP_ID=process.microsoft_app_id,
            MICROSOFT_APP_PASSWORD=process.microsoft_app_password,
        ),
    ]
    if process.teams_anonymous and process.host not in LOOPBACK:
        problems.append("BIZASSIST_TEAMS_ANONYMOUS is for the loopback interface only")
    if problems:
        raise SettingsError("\n".join(problems))
    return process


def slack_app(process: Process) -> SlackApp | None:
    """Our app as Slack knows it; None where Slack is switched off."""
    secret, token = process.slack_signing_secret, process.slack_bot_token
    if secret and token:
        return SlackApp(secret.get_secret_value(), token.get_secret_value(), process.slack_api_url)
    return None


def teams_app(process: Process) -> TeamsApp | None:
    """The bot's registration with Microsoft; None where Teams is switched off."""
    if process.microsoft_app_id and process.microsoft_app_password:
        return TeamsApp(
            process.microsoft_app_id,
            process.microsoft_app_password.get_secret_value(),
            process.microsoft_app_tenant_id,
        )
    return TeamsApp(anonymous=True) if process.teams_anonymous else None


def _half(**pair: object) -> list[str]:
    """What is missing of a pair of which only one is set."""
    missing = [name for name, value in pair.items() if not value]
    return [f"{missing[0]}: is missing"] if len(missing) == 1 else []


def read_deployment(values: Mapping[str, str], prefix: str) -> Parameters:
    """The deployment's parameters.

    :raises SettingsError: one line for each parameter that is missing or wrong.
    """
    try:
        return Parameters.model_validate(values)
    except ValidationError as error:
        raise SettingsError(_lines(error, f"{prefix}/")) from None


def _lines(error: ValidationError, prefix: str) -> str:
    """What is wrong, by name; the value stays out, for it may be a secret."""
    return "\n".join(
        f"{prefix}{'.'.join(map(str, detail['loc']))}: "
        + ("is missing" if detail["type"] == "missing" else detail["msg"])
        for detail in error.errors(include_input=False, include_context=False, include_url=False)
    )
