"""The local tool that lists what is remembered about the person who asks, and about nobody else."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from strands import ToolContext, tool
from strands.types.tools import AgentTool

from agent.memory.commands import told
from agent.memory.records import Record, Records
from agent.memory.text_matching import says
from agent.request.own_words import own_texts

MOST = 50
TOLD = "told_in_this_conversation"
TOOL = "show_my_memory"


def memory_tools(records: Records, *, paused: bool) -> list[AgentTool]:
    """The tools of one run; whose memory it is lies in ``records``, not in an argument."""
    return [_MemoryTool(records, paused).show_my_memory]


@dataclass(frozen=True, slots=True)
class _MemoryTool:
    """The schema is read off the method once, and not in each run."""

    records: Records
    paused: bool

    @tool(name=TOOL, context=True)
    def show_my_memory(self, tool_context: ToolContext) -> dict[str, Any]:
        """List what is remembered about the person who asks: facts, preferences, conversations.

        For questions such as "what do you know about me?". It takes no arguments. It can't change
        or delete anything.
        """
        known = self.records.known()
        texts = own_texts(tool_context.agent.messages)
        return {
            "status": "success",
            "content": [{"json": memory_of(known, texts, paused=self.paused)}],
        }


def memory_of(known: Sequence[Record], texts: Sequence[str], *, paused: bool) -> dict[str, Any]:
    """What is known, by kind; what the person has just told counts as soon as it is said."""
    kinds = {
        kind: [record.text for record in known if record.kind == kind][:MOST]
        for kind in ("facts", "preferences", "summaries")
    }
    recorded = [*kinds["facts"], *kinds["preferences"]]
    said = dict.fromkeys(fact for text in texts for fact in told(text))
    new = [fact for fact in said if not any(says(fact)(record) for record in recorded)]
    return {**kinds, TOLD: new, "paused": paused}
