"""The settings of the chat service: the environment for the process, SSM for the deployment."""

from collections.abc import Mapping
from typing import Annotated

from pydantic import BeforeValidator, Field, SecretStr, ValidationError
from pydantic_settings import BaseSettings, SettingsConfigDict

from bizassist.errors import SettingsError
from bizassist.settings.problem_sentences import problems
from bots.slack.registration import SlackApp
from bots.teams.registration import APP_TYPES, AppType, TeamsApp

LOOPBACK = ("127.0.0.1", "localhost", "::1")


def _without_slash(value: object) -> object:
    return value.rstrip("/") if isinstance(value, str) else value


GUID = r"[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}"
BaseUrl = Annotated[
    str,
    BeforeValidator(_without_slash),
    Field(
        pattern=r"^https?://[^/?#@\s]+$",
        description="this service's address without a path, such as https://assistant.example.com",
    ),
]


class Process(BaseSettings):
    """What the environment tells this process; a description says what a value must be.

    A platform whose secrets are missing is switched off; half of them are an error.
    """

    model_config = SettingsConfigDict(frozen=True, env_ignore_empty=True)

    host: str = Field(
        "127.0.0.1",
        pattern=r"^[0-9A-Za-z.:-]+$",
        validation_alias="BIZASSIST_HOST",
        description="the address or name of an interface, such as 0.0.0.0",
    )
    port: int = Field(
        3978,
        ge=1,
        le=65535,
        validation_alias="BIZASSIST_PORT",
        description="a whole number from 1 to 65535",
    )
    public_url: BaseUrl = Field(validation_alias="BIZASSIST_PUBLIC_URL")
    ssm_prefix: str = Field(
        "/app/bizassist",
        pattern=r"^(/[A-Za-z0-9_.-]+)+$",
        validation_alias="BIZASSIST_SSM_PREFIX",
        description="a path such as /app/bizassist, without a slash at its end",
    )
    trusted_proxies: int = Field(
        0,
        ge=0,
        validation_alias="BIZASSIST_TRUSTED_PROXIES",
        description="the number of our own proxies before this service",
    )
    drain_seconds: int = Field(
        110,
        ge=0,
        validation_alias="BIZASSIST_DRAIN_SECONDS",
        description="the seconds that answers under way get when the service is told to end",
    )
    runs_at_once: int = Field(
        100,
        ge=1,
        le=1_000,
        validation_alias="BIZASSIST_RUNS_AT_ONCE",
        description="a whole number from 1 to 1000",
    )
    turns_at_once: int = Field(
        1_000,
        ge=1,
        le=10_000,
        validation_alias="BIZASSIST_TURNS_AT_ONCE",
        description="a whole number from 1 to 10000",
    )
    threads: int = Field(
        32,
        ge=2,
        le=256,
        validation_alias="BIZASSIST_THREADS",
        description="a whole number from 2 to 256",
    )
    platform_connections: int = Field(
        200,
        ge=1,
        le=2_000,
        validation_alias="BIZASSIST_PLATFORM_CONNECTIONS",
        description="a whole number from 1 to 2000",
    )
    slack_signing_secret: SecretStr | None = None
    slack_bot_token: SecretStr | None = None
    slack_app_token: SecretStr | None = None
    slack_client_id: str | None = None
    slack_client_secret: SecretStr | None = None
    slack_api_url: str = Field(
        "https://slack.com/api/",
        pattern=r"^https?://[^/\s]+",
        description="the base of Slack's Web API, such as https://slack.com/api/",
    )
    microsoft_app_id: str | None = Field(
        None, pattern=f"^{GUID}$", description="the bot's id in Azure, which is a GUID"
    )
    microsoft_app_password: SecretStr | None = None
    microsoft_app_tenant_id: str | None = Field(
        None,
        pattern=f"^{GUID}$",
        description="an Entra tenant's id, which is a GUID (activities name no domain)",
    )
    microsoft_app_type: AppType | None = Field(
        None,
        description=f"one of {', '.join(APP_TYPES)}, as Azure calls the type of the bot's app",
    )
    microsoft_cloud: str = Field(
        "public",
        pattern="^(public|gcc)$",
        description="public or gcc: the bot doesn't work in GCC High, DoD or China",
    )
    teams_anonymous: bool = Field(
        default=False,
        validation_alias="BIZASSIST_TEAMS_ANONYMOUS",
        description="true or false: whether activities are taken without a token",
    )


def read_process() -> Process:
    """The process's settings from its environment.

    :raises SettingsError: one sentence for each variable that is missing or wrong.
    """
    try:
        process = Process()
    except ValidationError as error:
        raise SettingsError(problems(error, Process.model_fields, _variable)) from None
    if contradictions := _contradictions(process):
        raise SettingsError(contradictions)
    return process


def _variable(field: str) -> str:
    """The environment's name of a setting."""
    return str(Process.model_fields[field].validation_alias or field.upper())


def _contradictions(process: Process) -> list[str]:
    found = [*_slack_contradictions(process), *_teams_contradictions(process)]
    if process.teams_anonymous and process.host not in LOOPBACK:
        found.append(
            "BIZASSIST_TEAMS_ANONYMOUS is for this machine only: BIZASSIST_HOST must be 127.0.0.1."
        )
    return found


def _slack_contradictions(process: Process) -> list[str]:
    slack: dict[str, object] = {"SLACK_SIGNING_SECRET": process.slack_signing_secret}
    if process.slack_app_token:  # then Slack sends nothing over HTTP, so nothing is signed
        slack = {"SLACK_APP_TOKEN": process.slack_app_token}
    oauth: dict[str, object] = {
        "SLACK_CLIENT_ID": process.slack_client_id,
        "SLACK_CLIENT_SECRET": process.slack_client_secret,
    }
    if process.slack_bot_token or not all(oauth.values()):
        slack["SLACK_BOT_TOKEN"] = process.slack_bot_token
    else:  # each workspace has a token of its own
        slack["SLACK_CLIENT_ID"] = process.slack_client_id
    return [*_half(slack), *_half(oauth)]


def _teams_contradictions(process: Process) -> list[str]:
    kind, tenant = process.microsoft_app_type, process.microsoft_app_tenant_id
    secret = {"MICROSOFT_APP_PASSWORD": process.microsoft_app_password}
    teams: dict[str, object] = {"MICROSOFT_APP_ID": process.microsoft_app_id, **secret}
    alone = "" if any(teams.values()) else "MICROSOFT_APP_TENANT_ID" if tenant else ""
    if kind and not process.microsoft_app_id:
        alone = "MICROSOFT_APP_TYPE"
    if alone:
        return [f"MICROSOFT_APP_ID is missing: {alone} is of no use alone."]
    found = []
    if kind in {"SingleTenant", "UserAssignedMSI"} and not tenant:
        found.append(f"MICROSOFT_APP_TENANT_ID is missing: MICROSOFT_APP_TYPE is {kind}.")
    if kind != "UserAssignedMSI":
        return [*found, *_half(teams)]
    if process.microsoft_app_password:
        found.append("MICROSOFT_APP_PASSWORD is too much: a managed identity has no password.")
    return found


def _half(pair: Mapping[str, object]) -> list[str]:
    """What is missing of a pair of which only one is set."""
    missing = [name for name, value in pair.items() if not value]
    if len(missing) != 1:
        return []
    (given,) = pair.keys() - set(missing)
    return [f"{missing[0]} is missing: {given} is set, and the two come together."]


def slack_app(process: Process) -> SlackApp | None:
    """Our app as Slack knows it; None where Slack is switched off."""
    secret, token, app, client_secret = (
        value.get_secret_value() if value else ""
        for value in (
            process.slack_signing_secret,
            process.slack_bot_token,
            process.slack_app_token,
            process.slack_client_secret,
        )
    )
    client_id = process.slack_client_id or ""
    if (token or client_id) and (secret or app):
        return SlackApp(secret, token, process.slack_api_url, app, client_id, client_secret)
    return None


def teams_app(process: Process) -> TeamsApp | None:
    """The bot's registration with Microsoft; None where Teams is switched off."""
    if process.microsoft_app_id:  # the rest was looked at when it was read
        secret = process.microsoft_app_password
        return TeamsApp(
            process.microsoft_app_id,
            secret.get_secret_value() if secret else None,
            process.microsoft_app_tenant_id,
            app_type=process.microsoft_app_type,
        )
    return TeamsApp(anonymous=True) if process.teams_anonymous else None
