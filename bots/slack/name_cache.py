"""Who people are and what they, channels and the workspace are called, remembered for an hour."""

import asyncio
import logging
import time
from collections import OrderedDict
from collections.abc import Awaitable, Callable, Iterable, Mapping
from dataclasses import dataclass
from functools import partial
from typing import Any, Literal, TypeVar

from bots.errors import DeliveryRefused, PlatformError
from bots.slack.outgoing.web_api import WebApi
from identity.people import Names

REMEMBERED = 3600.0
AT_MOST = 4096
MOST_ASKED = 30
"""Names that are looked up for one question; Slack lets us ask for a hundred people a minute."""

T = TypeVar("T")

_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Account:
    """Whom an id stands for.

    :param standing: a person of this company, somebody of another, or nobody: a bot, a closed
        account.
    """

    name: str
    standing: Literal["person", "stranger", "nobody"] = "person"


UNKNOWN = Account("")
STRANGER = Account("", "stranger")


class NameCache:
    """Looks names up; a name that Slack does not tell is empty, and no reason to fail."""

    def __init__(self, api: WebApi) -> None:
        self._api = api
        self._known: OrderedDict[str, tuple[float, Any]] = OrderedDict()

    async def account(self, tenant: str, user: str) -> Account:
        """Who speaks.

        :param tenant: the organisation on Enterprise Grid, the workspace otherwise.
        """

        async def ask() -> Account:
            try:
                return _account(await self._api.user(user), tenant)
            except DeliveryRefused as error:
                if str(error).endswith(("user_not_found", "user_not_visible")):
                    return STRANGER  # so Slack says of people of another company
                raise

        return await self._known_or(f"user {tenant} {user}", ask, UNKNOWN)

    async def names(self, tenant: str, account: Account) -> Names:
        """What a person and their workspace are called."""
        workspace = await self._known_or(f"team {tenant}", self._api.workspace, "")
        return Names(workspace=workspace, user=account.name)

    async def called(
        self, tenant: str, people: Iterable[str], channels: Iterable[str]
    ) -> Mapping[str, str]:
        """The names of people and channels by their ids; what Slack doesn't tell is left out."""

        async def person(user: str) -> tuple[str, str]:
            return user, (await self.account(tenant, user)).name

        async def channel(channel: str) -> tuple[str, str]:
            ask = partial(self._api.channel_name, channel)
            return channel, await self._known_or(f"channel {channel}", ask, "")

        asked = [*map(person, sorted(people)), *map(channel, sorted(channels))][:MOST_ASKED]
        found = await asyncio.gather(*asked)
        return {id_: name for id_, name in found if name}

    async def _known_or(self, key: str, ask: Callable[[], Awaitable[T]], unknown: T) -> T:
        known: T
        known_at, known = self._known.get(key, (float("-inf"), unknown))
        if time.monotonic() - known_at < REMEMBERED:
            return known
        try:
            found = await ask()
        except PlatformError as error:
            _log.warning("Slack told no name: %s", error)
            return known
        self._known[key] = (time.monotonic(), found)
        while len(self._known) > AT_MOST:
            self._known.popitem(last=False)
        return found


def _account(user: Mapping[str, Any], tenant: str) -> Account:
    profile = user.get("profile") or {}
    name = str(profile.get("real_name") or user.get("name", ""))
    if user.get("is_bot") or user.get("deleted"):
        return Account(name, "nobody")
    organisation = (user.get("enterprise_user") or {}).get("enterprise_id")
    ours = tenant in {user.get("team_id"), organisation} and not user.get("is_stranger")
    return Account(name, "person" if ours else "stranger")
