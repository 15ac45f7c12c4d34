"""The part of an answer that only its asker may see: the reply follows where a run narrows."""

import logging
from collections.abc import Callable
from contextlib import AbstractAsyncContextManager, AsyncExitStack
from types import TracebackType
from typing import Self

from ag_ui.core import BaseEvent, CustomEvent, ToolCallResultEvent

from bots.answer.text_message import text_message
from bots.errors import DeliveryRefused, TurnRefused
from bots.platform import Audience, ReplyStream

NARROWED = "audience"
"""Name of the agent's event that says so (``agent/request/audience.py``)."""

PRIVATELY = "I've answered you privately."
UNREACHABLE = (
    "The answer is for you alone, and I can't reach you privately. "
    "Please ask me in a direct message."
)

OpenReply = Callable[[], AbstractAsyncContextManager[ReplyStream]]

_log = logging.getLogger(__name__)


class NarrowingReply:
    """A reply that goes on to the asker alone once its run says so.

    What was shown before stays, with one neutral line below it. Implements
    :class:`bots.platform.ReplyStream`.

    :param shared: the reply that others read along; whoever opened it closes it.
    :param open_private: opens the one for the asker alone.
    """

    def __init__(self, shared: ReplyStream, open_private: OpenReply) -> None:
        self._shared = shared
        self._open_private = open_private
        self._private: ReplyStream | None = None
        self._narrowed = False
        self._stack = AsyncExitStack()

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        try:
            await self._stack.__aexit__(kind, error, trace)
        except (DeliveryRefused, TurnRefused) as refused:
            if refused is error:
                raise
            await self._say_unreachable(refused)
        else:
            if self._private is not None and error is None:
                await self._say(PRIVATELY)

    async def show(self, event: BaseEvent) -> None:
        """Take one agent event into the part of the answer where it belongs."""
        if isinstance(event, CustomEvent) and event.name == NARROWED:
            if event.value == Audience.ALONE and not self._narrowed:
                await self._narrow()
            return
        if not self._narrowed:
            await self._shared.show(event)
            return
        if isinstance(event, ToolCallResultEvent):  # a tool is at work no more, for all to see
            await self._shared.show(event.model_copy(update={"content": ""}))
        if self._private is not None:
            await self._private.show(event)

    async def say(self, sentence: str, *, stoppable: bool = False) -> None:
        """Replace what is visible by one sentence; what only the asker sees stays theirs."""
        await (self._private or self._shared).say(sentence, stoppable=stoppable)

    async def _narrow(self) -> None:
        self._narrowed = True
        try:
            self._private = await self._stack.enter_async_context(self._open_private())
        except (DeliveryRefused, TurnRefused) as refused:
            await self._say_unreachable(refused)

    async def _say_unreachable(self, refused: Exception) -> None:
        _log.warning("a private answer can't be shown to its asker: %s", refused)
        await self._say(UNREACHABLE)

    async def _say(self, sentence: str) -> None:
        for event in text_message(sentence):
            await self._shared.show(event)
