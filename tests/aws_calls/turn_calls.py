"""The calls of AWS that one turn makes: what for, in which order, and which beside each other."""

import json
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

PARTS = {"serve": "chat", "runtime.py": "agent"}
UNTRACED = ("sqs:SendMessageBatch", "sqs:DeleteMessage")
"""Calls of the inbox, which may be made for several turns at once."""
POLL = "sqs:ReceiveMessage"
"""It is under way before the event comes, and brings it: a call, and no step."""
PAGE = ("bizassist-sessions", "bizassist-transcripts")
"""Tables that the web chat's pages read beside the turn."""
READS = ("ListEvents", "RetrieveMemoryRecords")
"""What the agent reads before the model is asked."""
NO_TRACE = "0" * 32


@dataclass(frozen=True, slots=True)
class TurnCall:
    """One call; its times are seconds since 1970."""

    part: str
    name: str
    on: str
    began: float
    ended: float
    trace: str

    @property
    def operation(self) -> str:
        return self.name.partition(":")[2]

    @property
    def label(self) -> str:
        """How a picture names it."""
        if self.name.startswith("bedrock-agentcore"):
            return f"{self.part}: {self.operation}, memory"
        about = self.on.rpartition("/")[2].removeprefix("bizassist-").removesuffix(".fifo")
        return f"{self.part}: {self.operation}" + (f", {about}" if "-" not in about else "")


@dataclass(frozen=True, slots=True)
class Step:
    """Calls beside each other, each of which waits for one of the step before."""

    calls: tuple[TurnCall, ...]

    @property
    def label(self) -> str:
        return " ∥ ".join(sorted(call.label for call in self.calls))


class TurnCalls:
    """The calls of one turn, in the order in which they began."""

    def __init__(self, noted: Sequence[dict[str, Any]], *, page: bool = False) -> None:
        calls = sorted(_calls(noted), key=lambda call: call.began)
        traces = Counter(call.trace for call in calls if call.trace not in {"", NO_TRACE})
        self.trace = traces.most_common(1)[0][0]
        self.all = [call for call in calls if self._is_ours(call, page=page)]

    def _is_ours(self, call: TurnCall, *, page: bool) -> bool:
        untraced = call.name in UNTRACED or (page and call.on in PAGE)
        return call.trace == self.trace or (call.trace in {"", NO_TRACE} and untraced)

    @property
    def number(self) -> int:
        """How many there are, with the poll that brought the event."""
        return len(self.all) + 1

    @property
    def asked_at(self) -> float:
        """When the model is asked: nothing before it is read any more."""
        return max(call.ended for call in self.all if call.operation in READS)

    def steps(self) -> list[Step]:
        """The calls before the model is asked, one step after the other."""
        levels: dict[TurnCall, int] = {}
        for call in self.all:
            before = [levels[one] for one in levels if one.ended <= call.began]
            levels[call] = 1 + max(before, default=0)
        early = {call: at for call, at in levels.items() if call.began < self.asked_at}
        last = max((at for call, at in early.items() if call.operation in READS), default=0)
        grouped = [[c for c, at in early.items() if at == level] for level in range(1, last + 1)]
        return [Step(tuple(group)) for group in grouped]

    def afterwards(self) -> Counter[str]:
        """What is called once the model is asked; how often depends on its answer's length."""
        known = {call for step in self.steps() for call in step.calls}
        return Counter(call.label for call in self.all if call not in known)

    def picture(self) -> str:
        """A Mermaid flowchart: a box for each step before the model, one for what comes after."""
        boxes = [f'    s{at}["{step.label}"]' for at, step in enumerate(self.steps(), 1)]
        model = '    model(["the model is asked, and its words are shown"])'
        after = "<br>".join(sorted(self.afterwards()))
        names = [*(f"s{at}" for at in range(1, len(boxes) + 1)), "model", "after"]
        arrows = f"    {' --> '.join(names)}"
        lines = ["flowchart TB", *boxes, model, f'    after["{after}"]', arrows]
        return "\n".join(lines)


def noted_lines(file: Path) -> list[dict[str, Any]]:
    """What the processes of a stack have noted so far."""
    return [json.loads(line) for line in file.read_text().splitlines()]


def _calls(noted: Sequence[dict[str, Any]]) -> Iterable[TurnCall]:
    ends = {line["ended"]: line["at"] for line in noted if "ended" in line}
    for line in noted:
        part = next((p for end, p in PARTS.items() if line.get("part", "").endswith(end)), None)
        if part and line["number"] in ends and line["call"] != POLL:
            yield TurnCall(
                part,
                line["call"],
                line["on"],
                line["began"],
                ends[line["number"]],
                line["trace"],
            )
