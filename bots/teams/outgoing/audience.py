"""Who reads a group or channel of Teams along: everybody of its roster, as Teams tells it."""

import logging
from collections import OrderedDict
from collections.abc import Mapping
from time import time

from bots.errors import PlatformRefused, PlatformUnavailable
from bots.platform import Audience
from bots.teams.incoming.fields import objects, word
from bots.teams.outgoing.bot_connector import BotConnector

FRESH = 60.0
"""Seconds that a roster is believed."""

PAGE = 500
"""The most that Teams gives at once ("Get Teams specific context for your bot")."""

MOST_PAGES = 10
MOST_KEPT = 2_000
_AT_HOME = {"user", "owner"}

_log = logging.getLogger(__name__)


class Rosters:
    """Remembers for a while who reads along where; what Teams doesn't tell counts as the wider."""

    def __init__(self) -> None:
        self._known: OrderedDict[tuple[str, str], tuple[float, Audience]] = OrderedDict()

    async def audience(self, connector: BotConnector, conversation: str, tenant: str) -> Audience:
        """Who reads a conversation along that isn't personal.

        :param tenant: the asker's; whoever has another one is an outsider.
        """
        read, known = self._known.get((conversation, tenant), (float("-inf"), Audience.OUTSIDERS))
        if 0 <= time() - read < FRESH:
            return known
        try:
            audience = await _read(connector, conversation, tenant)
        except (PlatformRefused, PlatformUnavailable) as error:
            _log.warning("who reads along can't be told: %s", error)
            return Audience.OUTSIDERS
        self._known[conversation, tenant] = (time(), audience)
        while len(self._known) > MOST_KEPT:
            self._known.popitem(last=False)
        return audience


async def _read(connector: BotConnector, conversation: str, tenant: str) -> Audience:
    continued = None
    for _ in range(MOST_PAGES):
        page = await connector.members(conversation, PAGE, continued)
        members = list(objects(page, "members"))
        if not members or any(_is_outsider(member, tenant) for member in members):
            return Audience.OUTSIDERS
        continued = word(page, "continuationToken")
        if not continued:
            return Audience.COLLEAGUES
    return Audience.OUTSIDERS  # larger than is looked at


def _is_outsider(member: Mapping[str, object], tenant: str) -> bool:
    """A guest, somebody anonymous, or somebody of another tenant; or nobody can tell.

    Guests have been seen with the role of a user (msteams-docs#6381), in the host's tenant, so
    their name counts too; who has not accepted an invitation yet has none
    (BotBuilder-MicrosoftTeams#88).
    """
    role = str(member.get("userRole") or "user").casefold()
    theirs = str(member.get("tenantId") or "").casefold()
    name = str(member.get("userPrincipalName") or "").casefold()
    at_home = role in _AT_HOME and theirs == tenant.casefold()
    return not at_home or not name or "#ext#" in name
