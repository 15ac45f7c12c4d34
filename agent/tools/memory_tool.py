"""The local tool that lists what is remembered about the person who asks, and about nobody else."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from strands import ToolContext, tool
from strands.types.tools import AgentTool

from agent.memory.records import Record, Records
from agent.memory.stated_facts import stated_facts
from agent.memory.text_matching import matcher
from agent.request.user_text import user_texts

MOST = 50
STATED = "told_in_this_conversation"
TOOL = "show_my_memory"


def memory_tool(records: Records, *, paused: bool) -> AgentTool:
    """The tool of one run; whose memory it is lies in ``records``, not in an argument."""
    return _MemoryTool(records, paused).show_my_memory


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
        records = self.records.all_records()
        texts = user_texts(tool_context.agent.messages)
        return {
            "status": "success",
            "content": [{"json": remembered(records, texts, paused=self.paused)}],
        }


def remembered(records: Sequence[Record], texts: Sequence[str], *, paused: bool) -> dict[str, Any]:
    """What is known, by kind; what the person has just stated counts at once."""
    kinds = {
        kind: [record.text for record in records if record.kind == kind][:MOST]
        for kind in ("facts", "preferences", "summaries")
    }
    recorded = [*kinds["facts"], *kinds["preferences"]]
    stated = dict.fromkeys(fact for text in texts for fact in stated_facts(text))
    new = [fact for fact in stated if not any(matcher(fact)(record) for record in recorded)]
    return {**kinds, STATED: new, "paused": paused}
