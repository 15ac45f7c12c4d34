"""The bot's registration with Microsoft."""

from dataclasses import dataclass, field
from types import SimpleNamespace
from typing import Literal, get_args

from botbuilder.integration.aiohttp import ConfigurationBotFrameworkAuthentication

AppType = Literal["SingleTenant", "MultiTenant", "UserAssignedMSI"]
"""How Azure calls the ways in which a bot proves who it is ("Register a bot with Azure")."""
APP_TYPES: tuple[str, ...] = get_args(AppType)


@dataclass(frozen=True, slots=True)
class TeamsApp:
    """Which bot we are.

    :param app_id: the Microsoft app id that tokens must be made for.
    :param app_password: its client secret; a managed identity has none.
    :param app_tenant_id: the one Entra tenant whose people may ask; None lets every tenant in that
        has installed the bot.
    :param anonymous: take activities without a token, from this machine; for the local stack, and
        only without an app id.
    :param app_type: of the registration; without it, a bot that names a tenant belongs to that.
    :raises ValueError: when the parts contradict each other.
    """

    app_id: str | None = None
    app_password: str | None = field(default=None, repr=False)
    app_tenant_id: str | None = None
    anonymous: bool = False
    app_type: AppType | None = None

    def __post_init__(self) -> None:
        if self.anonymous and self.app_id:
            raise ValueError("a bot with an app id doesn't take activities without a token")
        if self.is_managed_identity:
            if not self.app_id or not self.app_tenant_id or self.app_password:
                raise ValueError("a managed identity has an app id and a tenant, and no password")
        elif bool(self.app_id) != bool(self.app_password):
            raise ValueError("an app id and its password come together")
        if self.app_type == "SingleTenant" and not self.app_tenant_id:
            raise ValueError("an app id of one tenant comes with that tenant")

    @property
    def is_managed_identity(self) -> bool:
        """Whether Azure, where the service itself has to run, vouches for the bot."""
        return self.app_type == "UserAssignedMSI"

    @property
    def home_tenant(self) -> str | None:
        """The tenant that issues the bot's own token; None for a bot of every tenant."""
        return None if self.app_type == "MultiTenant" else self.app_tenant_id

    def bot_framework(self) -> ConfigurationBotFrameworkAuthentication:
        """The Bot Framework's own checks, set up for this bot."""
        return ConfigurationBotFrameworkAuthentication(
            SimpleNamespace(
                APP_TYPE=self.app_type
                or ("SingleTenant" if self.app_id and self.app_tenant_id else "MultiTenant"),
                APP_ID=self.app_id,
                APP_PASSWORD=self.app_password,
                APP_TENANTID=self.app_tenant_id,
            )
        )
