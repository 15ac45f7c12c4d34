"""The bot's own token for the Bot Connector: from Entra ID, or from Azure for whom it hosts.

A bot with a secret asks Entra ID. A bot that is a user-assigned managed identity asks the machine
on which it runs, which Azure answers ("Register a bot with Azure", "How to use managed identities
to acquire an access token"); botframework's own client for that has no time-out.
"""

import asyncio
from functools import partial
from http import HTTPStatus
from typing import Any

import msal
import requests

from bots.errors import InstallationRefused, PlatformUnavailable
from bots.teams.registration import TeamsApp

LOGIN = "https://login.microsoftonline.com"
# The directory that issues tokens for bots which are not bound to one tenant.
SHARED_TENANT = "botframework.com"
RESOURCE = "https://api.botframework.com"
SECONDS = 10
NOT_NOW = frozenset(
    {HTTPStatus.NOT_FOUND, HTTPStatus.GONE, HTTPStatus.TOO_MANY_REQUESTS},
)
"""A managed identity's address, like any status from 500 on, says these only for a while."""


class BotToken:
    """Fetches the token; MSAL keeps it until shortly before it expires.

    MSAL blocks, on its first use even in its constructor, so it works in a thread, one at a time.
    """

    def __init__(self, app: TeamsApp) -> None:
        self._app = app
        self._msal: Any = None
        self._fetching = asyncio.Lock()

    async def __call__(self) -> str:
        """A token that is valid now.

        :raises PlatformUnavailable: when Entra ID, or the managed identity's address, is silent.
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
        managed = self._app.is_managed_identity
        if self._msal is None:
            self._msal = self._managed_identity() if managed else self._confidential_client()
        wanted = {"resource": RESOURCE} if managed else {"scopes": [f"{RESOURCE}/.default"]}
        answer: dict[str, Any] = self._msal.acquire_token_for_client(**wanted)
        return answer

    def _confidential_client(self) -> Any:
        return msal.ConfidentialClientApplication(
            self._app.app_id,
            client_credential=self._app.app_password,
            authority=f"{LOGIN}/{self._app.home_tenant or SHARED_TENANT}",
            timeout=SECONDS,
        )

    def _managed_identity(self) -> Any:
        identity = msal.UserAssignedManagedIdentity(client_id=self._app.app_id)
        return msal.ManagedIdentityClient(identity, http_client=_bounded_session())


def _bounded_session() -> requests.Session:
    """What MSAL asks a managed identity's address with, which is on this very machine.

    MSAL knows no time-out of its own there, and takes whatever is answered for the last word.
    """
    session = requests.Session()
    session.trust_env = False  # no proxy knows that address
    session.request = partial(session.request, timeout=SECONDS)  # type: ignore[method-assign]
    session.hooks["response"] = [_raise_if_not_now]
    return session


def _raise_if_not_now(answer: requests.Response, **_: object) -> None:
    if answer.status_code in NOT_NOW or answer.status_code >= HTTPStatus.INTERNAL_SERVER_ERROR:
        answer.raise_for_status()
