"""The local tools that pause a person's memory and let it go on, once they have approved it."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from botocore.exceptions import BotoCoreError, ClientError
from strands import tool
from strands.types.tools import AgentTool

from agent.memory.agentcore_memory import RunMemory
from agent.memory.unsaid_words import UnsaidWords
from agent.tools.forget_tool import FAILED

PAUSE, RESUME = "pause_memory", "resume_memory"
PAUSED = (
    "Memory is paused. I don't use what I know about you and I learn nothing new; "
    "a conversation still knows its own beginning. Tell me to resume memory to go on."
)
RESUMED = "Memory is on again: I use what I know about you and learn from what you tell me."


def memory_pause_tools(memory: RunMemory) -> Sequence[AgentTool]:
    """The tools of one run; whose memory it is lies in ``memory``, not in an argument."""
    tools = _PauseTools(memory)
    return [tools.pause, tools.resume]


@dataclass(frozen=True, slots=True)
class _PauseTools:
    memory: RunMemory

    @tool(name=PAUSE)
    def pause(self) -> dict[str, Any]:
        """Pause the memory of the person who asks: nothing is recalled or learned until it resumes.

        Call it when they want you to stop remembering, in whatever language. They are asked to
        approve it; don't ask them yourself. It deletes nothing.
        """
        conversation = self.memory.conversation
        conversation.unsaid = conversation.unsaid or UnsaidWords(lambda _: False)
        return self._written(paused=True)

    @tool(name=RESUME)
    def resume(self) -> dict[str, Any]:
        """Let the memory of the person who asks go on after a pause.

        Call it when they want you to remember again, in whatever language. They are asked to
        approve it; don't ask them yourself.
        """
        return self._written(paused=False)

    def _written(self, *, paused: bool) -> dict[str, Any]:
        try:
            self.memory.controls.pause.write(paused=paused)
        except (BotoCoreError, ClientError):  # which call failed is in the log already
            return {"status": "error", "content": [{"text": FAILED}]}
        return {"status": "success", "content": [{"text": PAUSED if paused else RESUMED}]}
