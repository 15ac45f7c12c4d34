"""Judges replies by what their cases expect."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from statistics import quantiles
from typing import Any

from bizassist.evaluation.cases import Case, missing_facts, right_arguments, right_tool
from bizassist.evaluation.runner import Reply

NO_TOOL = "none fits"


@dataclass(frozen=True, slots=True)
class ScoredReply:
    """One case and its reply."""

    case: Case
    reply: Reply

    @property
    def tool(self) -> bool:
        """Whether the right tool was called, or rightly none."""
        return right_tool(self.case, self.reply.calls)

    @property
    def arguments(self) -> bool:
        """Whether it was called with what the question gives."""
        return self.tool and right_arguments(self.case, self.reply.calls)

    @property
    def missing(self) -> list[str]:
        """The facts that the answer doesn't tell."""
        return missing_facts(self.case, self.reply.answer)

    @property
    def passed(self) -> bool:
        """Whether everything is right."""
        return self.arguments and not self.missing and not self.reply.error

    @property
    def why(self) -> str:
        """What is wrong, in a few words; empty when it passed."""
        if self.reply.error:
            return f"failed: {self.reply.error}"
        called = ", ".join(_written(*call) for call in self.reply.calls) or "no tool"
        if not self.arguments:
            expected = [_written(self.case.tool or "", each) for each in self.case.expected]
            return f"called {called} instead of {', '.join(expected) or 'no tool'}"
        return f"the answer doesn't tell {', '.join(self.missing)}" if self.missing else ""


@dataclass(frozen=True, slots=True)
class Group:
    """The cases of one tool, or all of them; the shares are from 0 to 1."""

    name: str
    questions: int
    tool: float
    arguments: float
    facts: float | None
    passed: float
    p50: float
    p95: float


def by_tool(scored: Sequence[ScoredReply]) -> list[Group]:
    """One group for each tool, as the cases come, and one for the cases that no tool fits."""
    tools = dict.fromkeys(one.case.tool for one in scored)
    return [
        group(tool or NO_TOOL, [one for one in scored if one.case.tool == tool]) for tool in tools
    ]


def group(name: str, scored: Sequence[ScoredReply]) -> Group:
    """The shares and times of some cases."""
    factual = [one for one in scored if one.case.facts]
    seconds = [one.reply.seconds for one in scored]
    return Group(
        name,
        len(scored),
        _share([one.tool for one in scored]),
        _share([one.arguments for one in scored]),
        _share([not one.missing for one in factual]) if factual else None,
        _share([one.passed for one in scored]),
        percentile(seconds, 50),
        percentile(seconds, 95),
    )


def percentile(values: Sequence[float], which: int) -> float:
    """A percentile of at least one value, between its neighbours."""
    if len(values) == 1:
        return values[0]
    return quantiles(values, n=100, method="inclusive")[which - 1]


def _share(good: Sequence[bool]) -> float:
    return sum(good) / len(good)


def _written(tool: str, arguments: Mapping[str, Any]) -> str:
    given = ", ".join(f"{name}={value!r}" for name, value in arguments.items())
    return f"{tool.rsplit('___', 1)[-1]}({given})"
