"""Slack says that an account is deactivated, a guest's included: its link ends at once.

https://docs.slack.dev/reference/events/user_change
https://docs.slack.dev/reference/events/user_guest_status_changed
"""

import logging
from collections.abc import Awaitable, Callable, Mapping

from botocore.exceptions import BotoCoreError, ClientError

from bots.errors import NotStopped
from bots.slack.beside_queue.payload_fields import Payload
from bots.slack.incoming.payloads import tenant_of
from identity.errors import IdentityError
from identity.people import ChatUser

CHANGES = frozenset({"user_change", "user_guest_status_changed"})
"""Slack sends the first for every change of every profile: all but one kind is passed over here,
and nothing of them is kept."""

CloseAccount = Callable[[ChatUser], Awaitable[bool]]

_log = logging.getLogger(__name__)


class ClosedAccount:
    """Takes the events.

    :param close: ends what hangs on a chat account; False where there is nothing.
    """

    def __init__(self, close: CloseAccount) -> None:
        self._close = close

    async def take(self, payload: Payload) -> bool:
        """Whether it was such an event.

        :raises NotStopped: when the link could not be ended, so that Slack sends it again.
        """
        event = payload.get("event")
        if not isinstance(event, Mapping) or event.get("type") not in CHANGES:
            return False
        user = event.get("user")
        if isinstance(user, Mapping) and user.get("deleted") is True and user.get("id"):
            await self._end(ChatUser("slack", tenant_of(payload), str(user["id"])))
        return True

    async def _end(self, chat_user: ChatUser) -> None:
        try:
            if await self._close(chat_user):
                _log.info("an account of Slack is closed: its link has ended")
        except (IdentityError, BotoCoreError, ClientError) as error:
            _log.warning("a closed account's link could not be ended: %s", type(error).__name__)
            raise NotStopped(type(error).__name__) from error
