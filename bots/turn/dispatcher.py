"""What happens to an accepted event: its platform reads it, the handler answers it."""

import logging
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from typing import Protocol

from bots.errors import InstallationRefused
from bots.platform import Accepted, Platform, Turn
from identity.people import PlatformName

AnswerTurn = Callable[[Turn, Platform], Awaitable[None]]

_log = logging.getLogger(__name__)


class Handler(Protocol):
    """What is done about a turn."""

    async def answer(self, turn: Turn, platform: Platform) -> None:
        """Answer it."""

    async def apologise(self, turn: Turn, platform: Platform) -> None:
        """Tell its asker that the inbox has given up on it."""


@dataclass(frozen=True, slots=True)
class Dispatcher:
    """Leads accepted events to their platforms."""

    platforms: Mapping[PlatformName, Platform]
    handler: Handler

    async def answer_event(self, accepted: Accepted) -> None:
        """Work on an event from the inbox."""
        await self._dispatch(accepted, self.handler.answer)

    async def apologise_for_event(self, accepted: Accepted) -> None:
        """Work on an event that the inbox has given up on."""
        await self._dispatch(accepted, self.handler.apologise)

    async def _dispatch(self, accepted: Accepted, answer: AnswerTurn) -> None:
        platform = self.platforms[accepted.platform]
        try:
            await platform.dispatch(accepted, lambda turn: answer(turn, platform))
        except InstallationRefused as error:  # of a question that would be its handler's to hold
            _log.warning(
                "%s event %s isn't answered: %s", accepted.platform, accepted.event_id, error
            )
