"""Tables of an answer become cards, and those whose numbers are a series are drawn below them."""

from typing import Any

import pytest

from bots.teams.outgoing.content.dressing import Dressing
from bots.teams.outgoing.content.table_cards import with_table_cards
from tests.bots.receipt import MemoryReceipt
from tests.bots.teams.connector import PERSONAL
from tests.bots.teams.connector_messages import check_message
from tests.bots.teams.teams_client import TeamsClient, text

SALES = "| Region | Sales |\n|---|---|\n| North | $1,200 |\n| South | $900.50 |\n| West | -3 |"


def card_of(markdown: str) -> list[dict[str, Any]]:
    _, cards = with_table_cards(markdown)
    (card,) = cards
    content: Any = card["content"]
    return list(content["body"])


def texts(row: dict[str, Any]) -> list[str]:
    return [cell["items"][0]["text"] for cell in row["cells"]]


async def test_an_answer_names_its_table_where_it_stood(teams: TeamsClient) -> None:
    async with teams.platform.reply(await teams.turn(), MemoryReceipt()) as reply:
        await reply.show(text(f"The numbers:\n\n{SALES}\n\nNorth is ahead."))
    (message,) = teams.connector.shown(PERSONAL)
    assert message["text"] == "The numbers:\n\n*Table 1*\n\nNorth is ahead."
    assert len(message["attachments"]) == 1
    assert "suggestedActions" not in message


def test_a_table_keeps_its_rows_and_what_is_written_in_them() -> None:
    title, table, *_ = card_of("| a | b |\n|---|---|\n| **x** | [y](https://example.com) |")
    assert title["text"] == "Table 1"
    assert table["firstRowAsHeader"] is True
    assert [texts(row) for row in table["rows"]] == [
        ["a", "b"],
        ["**x**", "[y](https://example.com)"],
    ]


def test_nothing_acts_in_a_table() -> None:
    _, table, *_ = card_of("| a |\n|---|\n| ![x](https://evil.example/p.png) <at>all</at> |")
    assert "![" not in str(table)
    _, table, *_ = card_of("| a |\n|---|\n| [x](javascript:alert) |")
    assert texts(table["rows"][1]) == [r"[x\]\(javascript:alert)"]


def test_numbers_by_name_are_bars() -> None:
    *_, drawn = card_of(SALES)
    assert drawn == {
        "type": "Chart.VerticalBar",
        "xAxisTitle": "Region",
        "yAxisTitle": "Sales",
        "fallback": "drop",
        "data": [
            {"x": "North", "y": 1200.0},
            {"x": "South", "y": 900.5},
            {"x": "West", "y": -3.0},
        ],
    }


def test_numbers_over_time_are_lines() -> None:
    *_, drawn = card_of(
        "| Month | A | B |\n|---|---|---|\n| 2026-01 | 1 | 2 % |\n| 2026-02 | 3 | 4 % |\n"
        "| 2026-03 | 5 | 6 % |"
    )
    assert drawn["type"] == "Chart.Line"
    assert [one["legend"] for one in drawn["data"]] == ["A", "B"]
    assert drawn["data"][1]["values"][2] == {"x": "2026-03", "y": 6.0}


@pytest.mark.parametrize(
    "rows",
    [
        "| North | 1 |\n| South | 2 |",
        "| North | 1 |\n| South | many |\n| West | 3 |",
        "| North | 1 |\n| North | 2 |\n| West | 3 |",
        "| A | LAPTOP-2024-001 |\n| B | LAPTOP-2024-002 |\n| C | LAPTOP-2024-003 |",
        "| A | 2026-01-02 |\n| B | 2026-01-03 |\n| C | 2026-01-04 |",
    ],
)
def test_what_is_no_series_is_not_drawn(rows: str) -> None:
    assert len(card_of(f"| Region | Value |\n|---|---|\n{rows}")) == 2


def test_a_table_that_is_too_large_for_a_card_stays_text() -> None:
    large = "| a | b |\n|---|---|\n" + "\n".join(f"| {n} | {'x' * 90} |" for n in range(200))
    shown, cards = with_table_cards(large)
    assert cards == []
    assert "| 199 |" in shown


def test_a_message_with_tables_is_one_that_teams_takes() -> None:
    message: Any = Dressing([], ["More"]).message(f"{SALES}\n\n{SALES}")
    check_message(message)
    assert message["text"] == "*Table 1*\n\n*Table 2*"


def test_two_lines_stay_two() -> None:
    assert Dressing([], []).message("One.\nTwo.")["text"] == "One.  \nTwo."
