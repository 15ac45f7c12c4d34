"""Records each tool call that may have an effect, so that a run made again doesn't repeat it."""

import asyncio
import json
import logging
from collections.abc import AsyncGenerator, Callable
from typing import Any, TypedDict, cast

from strands.middleware import ExecuteToolContext, ToolResultEvent, TypedEvent
from strands.types.agent import LocalAgent
from strands.types.exceptions import SessionException
from strands.types.tools import AgentTool, ToolResult, ToolResultContent, ToolResultStatus

from agent.authorization.approval import CANT_NOTE, tools_needing_approval
from agent.authorization.rights import POLICY
from agent.authorization.tool_effects import may_have_effects
from agent.error_rendering import error_result
from agent.errors import OutcomeUnknownError
from agent.memory.agentcore_memory import Conversation

logger = logging.getLogger(__name__)

KEY = "recorded_calls"
"""In the agent's state, which is saved with the conversation: the run, and its calls in order."""
LONGEST_RESULT = 50_000
"""Characters of a result that are kept; the state of an agent is saved as one event."""
TOO_LONG = "This was done. What came of it is too long, or no text, and was not kept."
OTHER_INPUT = (
    "For this question this was done already, with other words: {input}. It wasn't done again. "
    "What came of it:"
)

Next = Callable[[ExecuteToolContext], AsyncGenerator[TypedEvent]]


class RecordedCall(TypedDict):
    """A call of the run; ``result`` is None until it has ended."""

    tool: str
    input: Any
    result: ToolResult | None


class RecordedCalls:
    """Wraps the execution of each tool (Strands' ``ExecuteToolStage``).

    That a call begins is saved before it does, and its result when it ends. A run that is asked for
    again, and of which no message was saved, asks the model anew: what it calls then is not made,
    but told the result of the call that the earlier attempt has made of this tool, or that its
    outcome is not known. A tool that changes nothing is called as ever, and nothing is saved.

    :param conversation: None when it can't be kept; then no call with effects is made.
    """

    def __init__(self, conversation: Conversation | None) -> None:
        self._conversation = conversation
        self._saving = asyncio.Lock()
        self._earlier: list[RecordedCall] | None = None
        self._unknown: list[RecordedCall] = []

    async def execute(
        self, context: ExecuteToolContext, following: Next
    ) -> AsyncGenerator[TypedEvent]:
        """The events of a call, or the result of the same call in an earlier attempt."""
        if not _is_recorded(context.tool):
            async for event in following(context):
                yield event
            return
        use = context.tool_use
        call: RecordedCall = {"tool": use["name"], "input": use["input"], "result": None}
        if earlier := self._earlier_call(context.agent, call):
            yield ToolResultEvent(_again(earlier, call, use["toolUseId"]))
        elif (place := await self._begin(context.agent, call)) is None:
            yield ToolResultEvent(_result(use["toolUseId"], "error", [{"text": CANT_NOTE}]))
        else:
            async for event in following(context):
                if isinstance(event, ToolResultEvent):
                    await self._end(context.agent, place, event.tool_result)
                    if _is_unknown(event.tool_result):
                        self._unknown.append({**call, "result": event.tool_result})
                yield event

    def _calls(self, agent: LocalAgent) -> list[RecordedCall]:
        """The run's calls so far, those of an earlier attempt too."""
        stored = agent.state.get(KEY)
        calls = stored["calls"] if stored and stored["run"] == self._run else []
        return cast("list[RecordedCall]", calls)

    def _earlier_call(self, agent: LocalAgent, call: RecordedCall) -> RecordedCall | None:
        """The next call of this tool that an earlier attempt has made, best one of this input.

        Or one of this attempt with this very input, of which nobody knows what came of it.
        """
        if unknown := [one for one in self._unknown if _same(one, call)]:
            return unknown[0]
        if self._earlier is None:
            self._earlier = self._calls(agent)
        same = [one for one in self._earlier if one["tool"] == call["tool"]]
        same.sort(key=lambda one: one["input"] != call["input"])
        if not same:
            return None
        self._earlier.remove(same[0])
        return same[0]

    async def _begin(self, agent: LocalAgent, call: RecordedCall) -> int | None:
        """The place of the call among those of its run; None when it could not be saved."""
        async with self._saving:
            before = self._calls(agent)
            if await self._saved(agent, [*before, call]):
                return len(before)
            self._set(agent, before)
            return None

    async def _end(self, agent: LocalAgent, place: int, result: ToolResult) -> None:
        async with self._saving:
            calls = self._calls(agent)
            calls[place]["result"] = _short(result)
            await self._saved(agent, calls)

    async def _saved(self, agent: LocalAgent, calls: list[RecordedCall]) -> bool:
        if self._conversation is None:
            return False
        self._set(agent, calls)
        try:
            await asyncio.to_thread(self._conversation.save_state, agent)
        except SessionException:
            logger.error("a call was not recorded")  # noqa: TRY400 - why is in the log already
            return False
        return True

    def _set(self, agent: LocalAgent, calls: list[RecordedCall]) -> None:
        agent.state.set(KEY, {"run": self._run, "calls": calls})

    @property
    def _run(self) -> str:
        return self._conversation.run if self._conversation else ""


def _is_recorded(tool: AgentTool | None) -> bool:
    """An approved call is recorded with what waits (``agent/authorization/approval.py``)."""
    if tool is None or tool.tool_name in tools_needing_approval(POLICY):
        return False
    return may_have_effects(tool)


def _same(one: RecordedCall, other: RecordedCall) -> bool:
    return (one["tool"], one["input"]) == (other["tool"], other["input"])


def _is_unknown(result: ToolResult) -> bool:
    """Whether a call was cut off, as ``agent/error_rendering.py`` says it in a result."""
    code = OutcomeUnknownError.code
    return any(_error_code(block) == code for block in result["content"])


def _error_code(block: ToolResultContent) -> object:
    try:
        said = block["json"] if "json" in block else json.loads(block.get("text", ""))
        return said["error"]["code"]
    except (ValueError, LookupError, TypeError):
        return None


def _short(result: ToolResult) -> ToolResult:
    """What is kept of a result."""
    try:
        fits = len(json.dumps(result["content"])) <= LONGEST_RESULT
    except TypeError:  # it has bytes in it
        fits = False
    content: list[ToolResultContent] = result["content"] if fits else [{"text": TOO_LONG}]
    return _result(result["toolUseId"], result["status"], content)


def _again(earlier: RecordedCall, call: RecordedCall, tool_use: str) -> ToolResult:
    """What a call is told that an earlier attempt has made."""
    known = earlier["result"] or cast("ToolResult", error_result(OutcomeUnknownError()))
    content = list(known["content"])
    if earlier["input"] != call["input"]:
        given = json.dumps(earlier["input"], ensure_ascii=False)
        content.insert(0, {"text": OTHER_INPUT.format(input=given)})
    return _result(tool_use, known["status"], content)


def _result(
    tool_use: str, status: ToolResultStatus, content: list[ToolResultContent]
) -> ToolResult:
    return {"toolUseId": tool_use, "status": status, "content": content}
