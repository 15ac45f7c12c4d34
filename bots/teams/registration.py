"""The bot's registration with Microsoft."""

from dataclasses import dataclass, field
from types import SimpleNamespace

from botbuilder.integration.aiohttp import ConfigurationBotFrameworkAuthentication


@dataclass(frozen=True, slots=True)
class TeamsApp:
    """Which bot we are.

    :param app_id: the Microsoft app id that tokens must be made for.
    :param app_password: its client secret.
    :param app_tenant_id: the one Entra tenant whose people may ask; None lets every tenant in that
        has installed the bot.
    :param anonymous: take activities without a token, from this machine; for the local stack, and
        only without an app id.
    :raises ValueError: when the parts contradict each other.
    """

    app_id: str | None = None
    app_password: str | None = field(default=None, repr=False)
    app_tenant_id: str | None = None
    anonymous: bool = False

    def __post_init__(self) -> None:
        if self.anonymous and self.app_id:
            raise ValueError("a bot with an app id doesn't take activities without a token")
        if bool(self.app_id) != bool(self.app_password):
            raise ValueError("an app id and its password come together")

    def bot_framework(self) -> ConfigurationBotFrameworkAuthentication:
        """The Bot Framework's own checks, set up for this bot."""
        return ConfigurationBotFrameworkAuthentication(
            SimpleNamespace(
                APP_TYPE="SingleTenant" if self.app_id and self.app_tenant_id else "MultiTenant",
                APP_ID=self.app_id,
                APP_PASSWORD=self.app_password,
                APP_TENANTID=self.app_tenant_id,
            )
        )
