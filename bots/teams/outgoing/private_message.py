"""Telling something to the asker and to nobody else."""

import logging

from botbuilder.schema import Activity

from bots.teams.errors import CallRefused
from bots.teams.incoming.activity import IncomingActivity
from bots.teams.outgoing.connector_clients import Connectors
from bots.teams.outgoing.conversation import Chat, open_personal
from bots.teams.outgoing.message import NO_PERSONAL_CHAT, plain

_log = logging.getLogger(__name__)


class PrivateMessages:
    """Speaks in the asker's personal chat, wherever the question was asked."""

    def __init__(self, connectors: Connectors) -> None:
        self._connectors = connectors

    async def send(self, incoming: IncomingActivity, message: Activity) -> None:
        """Send ``message`` to the asker; where Teams forbids that, say how to be reached.

        :raises CallFailed: when not even that could be said.
        """
        client = self._connectors.client(incoming.activity.service_url)
        here = Chat(client, incoming.conversation, incoming.activity.id)
        if incoming.personal:
            await here.post(message)
            return
        try:
            await (await open_personal(client, incoming)).post(message)
        except CallRefused as error:
            _log.info("no personal chat could be opened: %s", error)
            await here.post(plain(NO_PERSONAL_CHAT))
