"""What each of the last days had, as bars that a template draws (SVG). Pure."""

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from bots.usage.daily_turns import TurnRecord

WIDTH, HEIGHT = 320, 90
"""Units of the bars together, as the template draws them."""


@dataclass(frozen=True, slots=True)
class Bar:
    """One day.

    :param text: what a person reads of it.
    """

    x: float
    y: float
    width: float
    height: float
    text: str


@dataclass(frozen=True, slots=True)
class Chart:
    """One number of each day.

    :param most: the largest of them, as a person reads it.
    """

    title: str
    most: str
    bars: tuple[Bar, ...]
    first: str
    last: str


def charts(turns: Sequence[TurnRecord], today: date, days: int) -> list[Chart]:
    """Questions, people, latency, tokens and tool calls by day, the oldest day first."""
    dates = [today - timedelta(days=back) for back in reversed(range(days))]
    by_day: dict[date, list[TurnRecord]] = {day: [] for day in dates}
    for turn in turns:
        if not turn.waits and turn.asked_at.date() in by_day:
            by_day[turn.asked_at.date()].append(turn)
    return [
        _chart(title, {day: count(by_day[day]) for day in dates}, written)
        for title, count, written in _NUMBERS
    ]


def _chart(title: str, values: dict[date, float], written: Callable[[float], str]) -> Chart:
    most, step = max(values.values(), default=0), WIDTH / max(1, len(values))
    bars = []
    for place, (day, value) in enumerate(values.items()):
        height = HEIGHT * value / most if most else 0
        text = f"{_day(day)}: {written(value)}"
        x, y = round(place * step + 1, 1), round(HEIGHT - height, 1)
        bars.append(Bar(x, y, round(step - 2, 1), round(height, 1), text))
    first, *_, last = [_day(day) for day in values] * 2
    return Chart(title, written(most), tuple(bars), first, last)


def _day(day: date) -> str:
    return f"{day.day} {day:%b}"


def _questions(turns: Sequence[TurnRecord]) -> float:
    return sum(not turn.continues_answer for turn in turns)


def _people(turns: Sequence[TurnRecord]) -> float:
    return len({turn.subject or turn.chat_user for turn in turns})


def _latency(turns: Sequence[TurnRecord]) -> float:
    """The median of answered turns, in seconds."""
    took = sorted(turn.milliseconds for turn in turns if turn.milliseconds is not None)
    return took[math.ceil(len(took) / 2) - 1] / 1000 if took else 0


def _tokens(turns: Sequence[TurnRecord]) -> float:
    return sum(turn.tokens for turn in turns)


def _calls(turns: Sequence[TurnRecord]) -> float:
    return sum(len(turn.tools) for turn in turns)


def _whole(value: float) -> str:
    return f"{value:,.0f}"


def _seconds(value: float) -> str:
    return f"{value:.1f} s"


_NUMBERS: tuple[
    tuple[str, Callable[[Sequence[TurnRecord]], float], Callable[[float], str]], ...
] = (
    ("Questions", _questions, _whole),
    ("People", _people, _whole),
    ("Time to the whole answer (median)", _latency, _seconds),
    ("Tokens", _tokens, _whole),
    ("Tool calls", _calls, _whole),
)
