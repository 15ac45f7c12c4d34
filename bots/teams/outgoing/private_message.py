"""Telling something to the asker and to nobody else."""

import logging

from bots.errors import DeliveryRefused, FormRefused, NoPrivateChat
from bots.teams.incoming.activity import IncomingActivity
from bots.teams.outgoing.bot_connector import Json
from bots.teams.outgoing.connector_clients import Connectors
from bots.teams.outgoing.conversation import conversation_of, open_personal, targeted_at
from bots.teams.outgoing.message import plain

_log = logging.getLogger(__name__)


class PrivateMessages:
    """Speaks where the question was asked, as a targeted message, or in the asker's own chat.

    A question about a message is answered in the asker's own chat alone: where the message stands
    the bot needn't be, and nobody there knows that something was asked.
    """

    def __init__(self, connectors: Connectors) -> None:
        self._connectors = connectors

    async def send(
        self, incoming: IncomingActivity, message: Json, *, in_own_chat: bool = False
    ) -> None:
        """Send ``message`` to the asker; where Teams forbids that, say how to be reached.

        :param in_own_chat: never in a group, not even as a targeted message.
        :raises PlatformError: when not even that could be said.
        """
        here = conversation_of(self._connectors, incoming)
        if incoming.personal:
            await here.send(message)
            return
        if incoming.asks_about_message:
            await (await open_personal(self._connectors, incoming)).send(message)
            return
        if not in_own_chat:
            try:
                await targeted_at(self._connectors, incoming).send(message)
            except (DeliveryRefused, FormRefused) as error:
                _log.info("no targeted message is taken: %s", error)
            else:
                return
        try:
            await (await open_personal(self._connectors, incoming)).send(message)
        except (DeliveryRefused, FormRefused) as error:
            _log.info("no personal chat could be opened: %s", error)
            await here.send(plain(NoPrivateChat.sentence))
