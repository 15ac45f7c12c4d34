"""Models that do what a test needs: fail, or take their time."""

import asyncio
import json
import uuid
from collections.abc import AsyncGenerator, AsyncIterable, Callable, Sequence
from typing import Any

from strands.models import Model
from strands.types.content import Messages
from strands.types.streaming import StreamEvent
from strands.types.tools import ToolSpec

from agent.models.offline.model import OfflineModel
from agent.models.offline.tool_choice import ToolCall


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


Reply = str | Sequence[ToolCall | str]


class ScriptedModel(TestModel):
    """A model that answers as a test wants: with words, or with calls.

    :param reply: the answer to a conversation.
    """

    def __init__(self, reply: Callable[[Messages], Reply]) -> None:
        self._reply = reply

    async def stream(self, messages: Messages, *_: Any, **__: Any) -> AsyncIterable[StreamEvent]:
        """The reply, a block for each text and each call."""
        reply = self._reply(messages)
        blocks = [reply] if isinstance(reply, str) else reply
        yield {"messageStart": {"role": "assistant"}}
        for block in blocks:
            start, delta = _block(block)
            yield {"contentBlockStart": {"start": start}}
            yield {"contentBlockDelta": {"delta": delta}}
            yield {"contentBlockStop": {}}
        calls = any(isinstance(block, ToolCall) for block in blocks)
        yield {"messageStop": {"stopReason": "tool_use" if calls else "end_turn"}}


def _block(block: ToolCall | str) -> tuple[Any, Any]:
    """The start and the content of a block as a provider streams it."""
    if isinstance(block, str):
        return {}, {"text": block}
    named = {"name": block.tool, "toolUseId": uuid.uuid4().hex}
    return {"toolUse": named}, {"toolUse": {"input": json.dumps(block.arguments)}}


def results_in(messages: Messages) -> list[str]:
    """What the tools have just said; empty for a question."""
    results = [block["toolResult"] for block in messages[-1]["content"] if "toolResult" in block]
    return [str(part) for result in results for part in result["content"]]


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
