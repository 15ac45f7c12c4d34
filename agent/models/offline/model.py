"""The offline model: answers by rules, from the tools' own descriptions, without any provider."""

import asyncio
import json
import re
import threading
from collections.abc import AsyncGenerator, AsyncIterable, Iterator
from dataclasses import dataclass
from typing import Any

from strands.models import Model
from strands.types.content import Messages
from strands.types.event_loop import StopReason
from strands.types.streaming import StreamEvent
from strands.types.tools import ToolResult, ToolSpec

from agent.models.offline import document_answers, memory_answers, memory_commands, wording
from agent.models.offline.stand_in_sentences import thanks
from agent.models.offline.tool_choice import MAX_CALLS, MissingArgument, ToolCall, choose
from agent.prompt import MEMORY_PAUSED
from agent.request.user_text import recalled_block, user_text, user_texts


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
        read = sum(len(user_text(message).split()) for message in messages)
        usage = {"inputTokens": read, "outputTokens": size, "totalTokens": read + size}
        yield {"metadata": {"usage": usage, "metrics": {"latencyMs": 0}}}  # type: ignore[typeddict-item]


def respond(
    messages: Messages, specs: list[ToolSpec], *, paused: bool = False
) -> str | list[ToolCall]:
    """The answer to a conversation: prose, or the tools to call.

    Only the person's own words decide about tools; what a tool said never does.

    :param paused: whether nothing of this conversation will be remembered.
    """
    last = messages[-1]
    question = next(reversed(user_texts(messages)), "")
    results = [block["toolResult"] for block in last["content"] if "toolResult" in block]
    if not results:
        return _first_reply(question, messages, specs, paused=paused)
    inputs = _inputs(messages)
    told = [
        _tool_answer(question, *inputs.get(result["toolUseId"], ("", {})), result)
        for result in results
    ]
    known = [*map(recalled_block, messages), *user_texts(messages)]
    if memory_answers.likes_short_answers(known):
        told = [wording.shortened(answer) for answer in told]
    left = wording.not_answered(_left(question, {tool for tool, _ in inputs.values()}, specs))
    return "\n\n".join([*told, *([left] if left else [])])


def _tool_answer(question: str, tool: str, given: dict[str, Any], result: ToolResult) -> str:
    if tool in memory_commands.TOOLS:
        return memory_commands.result_text(result)
    value = wording.value_of(result)
    if tool == memory_answers.TOOL and isinstance(value, dict):
        return memory_answers.answer(question, value)
    if tool in document_answers.TOOLS and isinstance(value, dict) and "error" not in value:
        return document_answers.answer(question, tool, value)
    return wording.result_text(question, tool, given, result)


def _first_reply(
    question: str, messages: Messages, specs: list[ToolSpec], *, paused: bool
) -> str | list[ToolCall]:
    has_memory = any(spec["name"] == memory_answers.TOOL for spec in specs)
    command = memory_commands.reply(question, has_memory=has_memory)
    if command:
        return [command] if isinstance(command, ToolCall) else command
    earlier = user_texts(messages[:-1])
    remembered = thanks(question) or memory_answers.reply(question, earlier, paused=paused)
    if remembered:
        return remembered
    specs = [spec for spec in specs if spec["name"] not in memory_commands.TOOLS]
    if memory_answers.is_about_the_person(question):
        recalled = re.findall(r"<entry[^>]*>(.*?)</entry>", recalled_block(messages[-1]), re.DOTALL)
        return [ToolCall(memory_answers.TOOL)] if has_memory else memory_answers.recalled(recalled)
    if wording.is_greeting(question):
        return wording.greeting(question, specs)
    bias = memory_answers.tool_bias(question) if has_memory else {}
    return _chosen(question, messages, specs, bias)


def _chosen(
    question: str, messages: Messages, specs: list[ToolSpec], bias: dict[str, float]
) -> str | list[ToolCall]:
    chosen = choose(question, specs, _last_call(messages), bias)
    choice = document_answers.with_attached(question, chosen, specs)
    several = [call for part in _parts(question, specs) for call in part.calls]
    if isinstance(choice, list) and {call.tool for call in choice} < {one.tool for one in several}:
        return several[:MAX_CALLS]
    if isinstance(choice, MissingArgument):
        return wording.question_back(choice)
    return choice or wording.no_tool_fits(question, specs)


@dataclass(frozen=True, slots=True)
class _Part:
    """One of several questions in a message, and the calls that answer it."""

    question: str
    calls: list[ToolCall]


def _parts(question: str, specs: list[ToolSpec]) -> list[_Part]:
    """The questions of a message, each with its calls; none when there is only one."""
    found = [part.strip() for part in re.findall(r"[^?]+\?", question)]
    if len(found) < 2:  # noqa: PLR2004 - several
        return []
    parts: list[_Part] = []
    last: ToolCall | None = None
    for part in found:
        choice = choose(part, specs, last, {})
        parts.append(_Part(part, choice if isinstance(choice, list) else []))
        last = parts[-1].calls[-1] if parts[-1].calls else last
    return parts


def _left(question: str, called: set[str], specs: list[ToolSpec]) -> list[str]:
    """The questions of a message that none of the calls answers."""
    return [
        part.question
        for part in _parts(question, specs)
        if not {call.tool for call in part.calls} & called
    ]


def _inputs(messages: Messages) -> dict[str, tuple[str, dict[str, Any]]]:
    uses = [block["toolUse"] for m in messages for block in m["content"] if "toolUse" in block]
    return {use["toolUseId"]: (use["name"], use["input"]) for use in uses}


def _last_call(messages: Messages) -> ToolCall | None:
    uses = list(_inputs(messages).values())
    return ToolCall(*uses[-1]) if uses else None


def _texts(reply: str) -> Iterator[StreamEvent]:
    yield {"contentBlockStart": {"start": {}}}
    for word in re.findall(r"\S*\s*", reply):
        if word:
            yield {"contentBlockDelta": {"delta": {"text": word}}}
    yield {"contentBlockStop": {}}


def _calls(calls: list[ToolCall], turn: int) -> Iterator[StreamEvent]:
    for index, call in enumerate(calls):
        use = f"offline-{turn}-{index}"
        yield {"contentBlockStart": {"start": {"toolUse": {"name": call.tool, "toolUseId": use}}}}
        yield {"contentBlockDelta": {"delta": {"toolUse": {"input": json.dumps(call.arguments)}}}}
        yield {"contentBlockStop": {}}
