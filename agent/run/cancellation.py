"""Cancels a run that is under way in this process, for the person whose run it is."""

import asyncio
import logging
from collections import defaultdict
from collections.abc import AsyncGenerator, Callable
from contextlib import aclosing
from dataclasses import dataclass

import anyio
from ag_ui.core import BaseEvent, RunErrorEvent
from anyio.streams.memory import MemoryObjectSendStream

from agent.errors import RunCancelledError

logger = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class RunName:
    """A run: the person by their verified token, their thread, the run's id."""

    subject: str
    thread: str
    run: str


class CancellableRuns:
    """Makes each run in a task of its own, which another request can cancel."""

    def __init__(self) -> None:
        self._tasks: defaultdict[RunName, set[asyncio.Task[None]]] = defaultdict(set)

    async def events(
        self, name: RunName, made: Callable[[], AsyncGenerator[BaseEvent]]
    ) -> AsyncGenerator[BaseEvent]:
        """A run's events; one that is cancelled ends in RUN_ERROR, one that nobody reads ends."""
        # Without a buffer: a slow reader holds its run up, as if it were read directly.
        send, receive = anyio.create_memory_object_stream[BaseEvent](0)
        run = asyncio.create_task(_put(made, send))
        self._tasks[name].add(run)
        try:
            async with receive:
                async for event in receive:
                    yield event
            await asyncio.wait({run})
            if run.cancelled():
                logger.info("a run was cancelled by its person")
                yield RunErrorEvent(message=RunCancelledError.sentence, code=RunCancelledError.code)
        finally:
            self._forget(name, run)
            run.cancel()
            await asyncio.wait({run})
        if not run.cancelled() and (error := run.exception()):
            raise error

    def cancel(self, name: RunName) -> bool:
        """Tell a run to end; False when none of this name is under way."""
        tasks = self._tasks.get(name, set())
        for task in tasks:
            task.cancel()
        return bool(tasks)

    def _forget(self, name: RunName, run: asyncio.Task[None]) -> None:
        self._tasks[name].discard(run)
        if not self._tasks[name]:
            del self._tasks[name]


async def _put(
    made: Callable[[], AsyncGenerator[BaseEvent]], send: MemoryObjectSendStream[BaseEvent]
) -> None:
    async with send, aclosing(made()) as events:
        async for event in events:
            await send.send(event)
