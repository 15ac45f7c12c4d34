"""Telling something to the asker and to nobody else."""

import logging

from bots.errors import DeliveryRefused, FormRefused, NoPrivateChat
from bots.teams.incoming.activity import IncomingActivity
from bots.teams.outgoing.bot_connector import Json
from bots.teams.outgoing.connector_clients import Connectors
from bots.teams.outgoing.conversation import conversation_of, open_personal
from bots.teams.outgoing.message import plain

_log = logging.getLogger(__name__)


class PrivateMessages:
    """Speaks in the asker's personal chat, wherever the question was asked."""

    def __init__(self, connectors: Connectors) -> None:
        self._connectors = connectors

    async def send(self, incoming: IncomingActivity, message: Json) -> None:
        """Send ``message`` to the asker; where Teams forbids that, say how to be reached.

        :raises PlatformError: when not even that could be said.
        """
        here = conversation_of(self._connectors, incoming)
        if incoming.personal:
            await here.send(message)
            return
        try:
            await (await open_personal(self._connectors, incoming)).send(message)
        except (DeliveryRefused, FormRefused) as error:
            _log.info("no personal chat could be opened: %s", error)
            await here.send(plain(NoPrivateChat.sentence))
