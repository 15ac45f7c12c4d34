"""The offline model: answers by rules, from the tools' own descriptions, without any provider."""

import asyncio
import json
import re
import threading
from collections.abc import AsyncGenerator, AsyncIterable, Iterator
from typing import Any

from strands.models import Model
from strands.types.content import Messages
from strands.types.event_loop import StopReason
from strands.types.streaming import StreamEvent
from strands.types.tools import ToolResult, ToolSpec

from agent.models.offline import (
    documents as offline_files,
)
from agent.models.offline import (
    memory as offline_memory,
)
from agent.models.offline import (
    tool_choice as offline_tools,
)
from agent.models.offline import (
    wording as offline_words,
)
from agent.models.offline.tool_choice import Ask, Call
from agent.prompt import MEMORY_PAUSED
from agent.request.own_words import folded, own_text, own_texts


class OfflineModel(Model):
    """Picks tools by their schemas and writes their results in plain sentences."""

    def update_config(self, **model_config: Any) -> None:
        """Nothing can be configured."""

    @property
    def config(self) -> dict[str, Any]:
        """What a trace names."""
        return self.get_config()

    def get_config(self) -> dict[str, Any]:
        """What a usage report names."""
        return {"model_id": "offline"}

    def structured_output(
        self,
        output_model: type[Any],
        prompt: Messages,
        system_prompt: str | None = None,
        **kwargs: Any,
    ) -> AsyncGenerator[dict[str, Any], None]:
        """The offline model writes prose only.

        :raises NotImplementedError: always; nothing in the agent asks for structured output.
        """
        raise NotImplementedError

    async def stream(
        self,
        messages: Messages,
        tool_specs: list[ToolSpec] | None = None,
        system_prompt: str | None = None,
        *,
        cancel_signal: threading.Event | None = None,
        **_: Any,
    ) -> AsyncIterable[StreamEvent]:
        """One answer, word by word, or the tool calls that must come first."""
        paused = MEMORY_PAUSED in (system_prompt or "")
        reply = respond(messages, tool_specs or [], paused=paused)
        yield {"messageStart": {"role": "assistant"}}
        events = _texts(reply) if isinstance(reply, str) else _calls(reply, len(messages))
        size = 0
        for event in events:
            if cancel_signal is not None and cancel_signal.is_set():
                break
            size += 1
            yield event
            await asyncio.sleep(0)
        stop: StopReason = "end_turn" if isinstance(reply, str) else "tool_use"
        yield {"messageStop": {"stopReason": stop}}
        read = sum(len(own_text(message).split()) for message in messages)
        usage = {"inputTokens": read, "outputTokens": size, "totalTokens": read + size}
        yield {"metadata": {"usage": usage, "metrics": {"latencyMs": 0}}}  # type: ignore[typeddict-item]


def respond(messages: Messages, specs: list[ToolSpec], *, paused: bool = False) -> str | list[Call]:
    """The answer to a conversation: prose, or the tools to call.

    Only the person's own words decide about tools; what a tool said never does.

    :param paused: whether nothing of this conversation will be remembered.
    """
    last = messages[-1]
    question = next(reversed(own_texts(messages)), "")
    results = [block["toolResult"] for block in last["content"] if "toolResult" in block]
    if not results:
        return _first_reply(question, messages, specs, paused=paused)
    inputs = _inputs(messages)
    return "\n\n".join(
        _result(question, *inputs.get(result["toolUseId"], ("", {})), result) for result in results
    )


def _result(question: str, tool: str, given: dict[str, Any], result: ToolResult) -> str:
    value = offline_words.value_of(result)
    if tool == offline_memory.TOOL and isinstance(value, dict):
        return offline_memory.written(question, value)
    if tool in offline_files.TOOLS and isinstance(value, dict) and "error" not in value:
        return offline_files.written(question, tool, value)
    return offline_words.result(question, tool, given, result)


def _first_reply(
    question: str, messages: Messages, specs: list[ToolSpec], *, paused: bool
) -> str | list[Call]:
    remembered = offline_memory.reply(question, own_texts(messages[:-1]), paused=paused)
    if remembered:
        return remembered
    has_memory = any(spec["name"] == offline_memory.TOOL for spec in specs)
    if offline_memory.is_about_the_person(question):
        recalled = re.findall(r"<entry[^>]*>(.*?)</entry>", folded(messages[-1]), re.DOTALL)
        return [Call(offline_memory.TOOL)] if has_memory else offline_memory.recalled(recalled)
    if offline_words.is_greeting(question):
        return offline_words.greeting(specs)
    leaning = offline_memory.leaning(question) if has_memory else {}
    chosen = offline_tools.choose(question, specs, _last_call(messages), leaning)
    choice = offline_files.choose(question, chosen, specs)
    if isinstance(choice, Ask):
        return offline_words.ask(choice)
    return choice or offline_words.no_tool_fits(specs)


def _inputs(messages: Messages) -> dict[str, tuple[str, dict[str, Any]]]:
    uses = [block["toolUse"] for m in messages for block in m["content"] if "toolUse" in block]
    return {use["toolUseId"]: (use["name"], use["input"]) for use in uses}


def _last_call(messages: Messages) -> Call | None:
    uses = list(_inputs(messages).values())
    return Call(*uses[-1]) if uses else None


def _texts(reply: str) -> Iterator[StreamEvent]:
    yield {"contentBlockStart": {"start": {}}}
    for word in re.findall(r"\S*\s*", reply):
        if word:
            yield {"contentBlockDelta": {"delta": {"text": word}}}
    yield {"contentBlockStop": {}}


def _calls(calls: list[Call], turn: int) -> Iterator[StreamEvent]:
    for index, call in enumerate(calls):
        use = f"offline-{turn}-{index}"
        yield {"contentBlockStart": {"start": {"toolUse": {"name": call.tool, "toolUseId": use}}}}
        yield {"contentBlockDelta": {"delta": {"toolUse": {"input": json.dumps(call.arguments)}}}}
        yield {"contentBlockStop": {}}
