"""The days of usage as bars: each day has its place, the largest reaches the top."""

from datetime import timedelta

from bots.usage.daily_charts import HEIGHT, WIDTH, charts
from tests.bots.usage.test_admin_page import NOW, turn
from tests.some import some


def test_each_day_has_a_bar() -> None:
    turns = [
        turn(tools=("a", "b"), tokens=1_500),
        turn(subject="two", milliseconds=3_000, asked_at=NOW - timedelta(days=2)),
        turn(asked_at=NOW - timedelta(days=2)),
        turn(state="waiting", tokens=9_999),
        turn(asked_at=NOW - timedelta(days=99)),
    ]

    questions, people, latency, tokens, calls = charts(turns, NOW.date(), 7)

    assert [bar.height for bar in questions.bars] == [0, 0, 0, 0, HEIGHT, 0, HEIGHT / 2]
    assert (people.most, latency.most, tokens.most, calls.most) == ("2", "1.0 s", "1,500", "2")
    assert questions.bars[-1].text == f"{NOW.day} {NOW:%b}: 1"
    assert all(bar.x + bar.width <= WIDTH for bar in some(questions.bars))


def test_days_without_anything_are_flat() -> None:
    for chart in some(charts([], NOW.date(), 3)):
        assert [bar.height for bar in chart.bars] == [0, 0, 0]
