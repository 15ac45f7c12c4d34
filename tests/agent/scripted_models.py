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


Reply = str | Sequence[ToolCall]


class ScriptedModel(TestModel):
    """A model that answers as a test wants: with words, or with calls.

    :param reply: the answer to a conversation.
    """

    def __init__(self, reply: Callable[[Messages], Reply]) -> None:
        self._reply = reply

    async def stream(self, messages: Messages, *_: Any, **__: Any) -> AsyncIterable[StreamEvent]:
        """The reply, a block for each call."""
        reply = self._reply(messages)
        yield {"messageStart": {"role": "assistant"}}
        if isinstance(reply, str):
            yield {"contentBlockStart": {"start": {}}}
            yield {"contentBlockDelta": {"delta": {"text": reply}}}
            yield {"contentBlockStop": {}}
        else:
            for call in reply:
                named: Any = {"name": call.tool, "toolUseId": uuid.uuid4().hex}
                arguments = json.dumps(call.arguments)
                yield {"contentBlockStart": {"start": {"toolUse": named}}}
                yield {"contentBlockDelta": {"delta": {"toolUse": {"input": arguments}}}}
                yield {"contentBlockStop": {}}
        yield {"messageStop": {"stopReason": "end_turn" if isinstance(reply, str) else "tool_use"}}


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
