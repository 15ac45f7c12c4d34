"""Models that do what a test needs: fail, or take their time."""

import asyncio
from collections.abc import AsyncGenerator, AsyncIterable, Callable
from typing import Any

from strands.models import Model
from strands.types.content import Messages
from strands.types.streaming import StreamEvent
from strands.types.tools import ToolSpec

from agent.models.offline.model import OfflineModel


class TestModel(Model):
    """A Strands model whose answer is one coroutine of a test."""

    __test__ = False

    def __init__(self, before: Callable[[Messages], Any]) -> None:
        self._before = before
        self._then = OfflineModel()

    def update_config(self, **model_config: Any) -> None: ...

    def get_config(self) -> dict[str, Any]:
        return {"model_id": "test"}

    def structured_output(self, *args: Any, **kwargs: Any) -> AsyncGenerator[Any, None]:
        raise NotImplementedError

    async def stream(
        self,
        messages: Messages,
        tool_specs: list[ToolSpec] | None = None,
        system_prompt: str | None = None,
        **kwargs: Any,
    ) -> AsyncIterable[StreamEvent]:
        """Do what the test wants first, then answer as the offline model does."""
        await self._before(messages)
        async for event in self._then.stream(messages, tool_specs):
            yield event


def failing(secret: str) -> TestModel:
    async def fail(_: Messages) -> None:
        raise RuntimeError(f"provider said: {secret}")

    return TestModel(fail)


class BlockedModel:
    """Holds every answer back until it is opened; tells when a run has come that far."""

    def __init__(self) -> None:
        self.reached = asyncio.Event()
        self.opened = asyncio.Event()
        self.cancelled = asyncio.Event()

    def model(self) -> TestModel:
        async def wait(_: Messages) -> None:
            self.reached.set()
            try:
                await self.opened.wait()
            except asyncio.CancelledError:
                self.cancelled.set()
                raise

        return TestModel(wait)
