"""What the turns of a time add up to. Pure."""

import math
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from bots.usage.daily_turns import TurnRecord


@dataclass(frozen=True, slots=True)
class Usage:
    """The sums of one time.

    :param median, slow: milliseconds of an answered turn; one in twenty took longer than ``slow``
        (its 95th percentile). None where nothing was answered.
    :param tools: how often each tool was called, the most used first.
    """

    turns: int
    people: int
    tokens: int
    tool_calls: int
    median: int | None
    slow: int | None
    failures: int
    undelivered: int
    up: int
    down: int
    tools: tuple[tuple[str, int], ...]


def usage(turns: Sequence[TurnRecord], now: datetime) -> Usage:
    """The sums of these turns; what still waits for its asker to sign in is none yet."""
    lost = sum(turn.undelivered(now) for turn in turns)
    turns = [turn for turn in turns if not turn.waits]
    took = sorted(
        turn.milliseconds
        for turn in turns
        if turn.milliseconds is not None and turn.problem != "refused"
    )
    tools = Counter(tool for turn in turns for tool in turn.tools)
    feedback = Counter(turn.feedback for turn in turns)
    return Usage(
        turns=sum(not turn.continues_answer for turn in turns),
        people=len({turn.subject or turn.chat_user for turn in turns}),
        tokens=sum(turn.tokens for turn in turns),
        tool_calls=tools.total(),
        median=_percentile(took, 0.5),
        slow=_percentile(took, 0.95),
        failures=sum(turn.failed for turn in turns),
        undelivered=lost,
        up=feedback["up"],
        down=feedback["down"],
        tools=tuple(tools.most_common()),
    )


def since(turns: Sequence[TurnRecord], today: date, days: int) -> list[TurnRecord]:
    """Those of the last so many days, today's among them."""
    first = today - timedelta(days=days - 1)
    return [turn for turn in turns if turn.asked_at.date() >= first]


def _percentile(ordered: Sequence[int], share: float) -> int | None:
    """By the nearest rank: a value that was really measured."""
    return ordered[math.ceil(share * len(ordered)) - 1] if ordered else None
