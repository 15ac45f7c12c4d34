"""Why an answer is as it is, in a modal."""

from collections.abc import Iterable, Iterator
from typing import Any

from bots.answer.explanation.run_explanation import Explanation, ToolUse
from bots.answer.sources import written
from bots.slack.outgoing.answer.answer_buttons import WHY
from bots.slack.outgoing.mrkdwn import slack_mrkdwn

# Characters of a section, and blocks of a modal
LONGEST_TEXT, MOST_BLOCKS = 3_000, 100
LONGEST_LINE = 1_000

Block = dict[str, Any]


def explanation_modal(explanation: Explanation) -> Block:
    """All that the answer's run has used; it holds nothing that acts."""
    tools = [_told(tool) for tool in explanation.tools]
    memories = [f"• {one.text} ({one.readable_kind})" for one in explanation.memories]
    sources = [f"[{number}] {written(one)}" for number, one in enumerate(explanation.sources, 1)]
    blocks = [
        *_part("Tools", tools or ["No tool was used."]),
        *(_part("What I remembered of you", memories) if memories else ()),
        *_part("Sources", sources or ["It names no source."], linked=bool(sources)),
    ]
    trace = f"Trace {explanation.trace_id}, for your administrator."
    told = [_context(trace)] if explanation.trace_id else []
    return _modal([*blocks[: MOST_BLOCKS - 1], *told])


def sentence_modal(sentence: str) -> Block:
    """Why there is no explanation."""
    return _modal([{"type": "section", "text": _plain(sentence)}])


def _told(tool: ToolUse) -> str:
    given = [f"    {name}: {value}" for name, value in tool.readable_arguments.items()]
    return "\n".join([f"• {tool.readable}: {tool.outcome}", *given])


def _part(title: str, lines: Iterable[str], *, linked: bool = False) -> Iterator[Block]:
    yield {"type": "header", "text": _plain(title)}
    for text in _together([_cut(line) for line in lines]):
        words = {"type": "mrkdwn", "text": slack_mrkdwn(text)} if linked else _plain(text)
        yield {"type": "section", "text": words}


def _together(lines: Iterable[str]) -> Iterator[str]:
    """As many lines in one section as it takes, with room for what escaping adds."""
    text = ""
    for line in lines:
        if text and len(text) + len(line) > LONGEST_TEXT // 2:
            yield text
            text = ""
        text = f"{text}\n\n{line}" if text else line
    yield text


def _cut(line: str) -> str:
    return line if len(line) <= LONGEST_LINE else f"{line[:LONGEST_LINE]}…"


def _modal(blocks: list[Block]) -> Block:
    return {"type": "modal", "title": _plain(WHY), "close": _plain("Close"), "blocks": blocks}


def _context(text: str) -> Block:
    return {"type": "context", "elements": [_plain(text)]}


def _plain(text: str) -> Block:
    return {"type": "plain_text", "text": text}
