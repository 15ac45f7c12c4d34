"""The bot's own token for the Bot Connector."""

import asyncio
from typing import Any

import msal

from bots.errors import InstallationRefused, PlatformUnavailable
from bots.teams.registration import TeamsApp

LOGIN = "https://login.microsoftonline.com"
# The directory that issues tokens for bots which are not bound to one tenant.
SHARED_TENANT = "botframework.com"
SCOPES = ["https://api.botframework.com/.default"]
SECONDS = 10


class BotToken:
    """Fetches the token by client credentials; MSAL keeps it until shortly before it expires.

    MSAL blocks, on its first use even in its constructor, so it works in a thread, one at a time.
    """

    def __init__(self, app: TeamsApp) -> None:
        self._app = app
        self._msal: Any = None
        self._fetching = asyncio.Lock()

    async def __call__(self) -> str:
        """A token that is valid now.

        :raises PlatformUnavailable: when Entra ID doesn't answer.
        :raises InstallationRefused: when it doesn't know this bot, or its secret.
        """
        async with self._fetching:
            try:
                answer = await asyncio.to_thread(self._fetch)
            except (OSError, ValueError) as error:  # of requests, and MSAL's about its authority
                raise PlatformUnavailable(f"no token: {type(error).__name__}") from error
        if "access_token" not in answer:
            word = str(answer.get("error"))
            raise InstallationRefused(f"no token: {word}", word=word)
        return str(answer["access_token"])

    def _fetch(self) -> dict[str, Any]:
        if self._msal is None:
            self._msal = msal.ConfidentialClientApplication(
                self._app.app_id,
                client_credential=self._app.app_password,
                authority=f"{LOGIN}/{self._app.app_tenant_id or SHARED_TENANT}",
                timeout=SECONDS,
            )
        answer: dict[str, Any] = self._msal.acquire_token_for_client(scopes=SCOPES)
        return answer
