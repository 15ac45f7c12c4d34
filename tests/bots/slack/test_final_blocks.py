"""A finished answer shows its steps, one table as a table, numbers as a chart, and its buttons."""

import json
from typing import Any

import pytest
from slack_sdk.models.blocks import Block

from bizassist.local.slack.block_kit.blocks import checked
from bots.answer.sources import Source
from bots.slack.outgoing.answer.final_blocks import final_content, text_blocks
from bots.slack.outgoing.answer.run_steps import Step
from tests.some import some

PAGE = "https://example.com/policy"
STEPS = [
    Step("t1", "Checking status", "complete", "warranty", (Source("Policy", None, PAGE),)),
    Step("t2", "Searching web", "error", "web"),
]
TABLE = """Sales by month:

| Month | Revenue | Costs |
|:---|---:|---:|
| 2026-01 | 1,200.50 € | 800 |
| 2026-02 | 1,350 € | 820 |
| 2026-03 | 990 € | 790 |

They went **down**."""
WORDS = """| Client | Since |
|---|---|
| [Acme](https://acme.example) | *2019* |
| `Globex` |  |"""


def kinds(blocks: list[dict[str, Any]]) -> list[str]:
    return [str(block["type"]) for block in blocks]


def table(rows: int, columns: int, text: str = "x") -> str:
    row = f"|{f' {text} |' * columns}"
    return "\n".join([row, f"|{'---|' * columns}", *[row] * (rows - 1)])


def test_it_is_what_slack_and_its_sdk_take() -> None:
    content = final_content(TABLE, steps=STEPS, judged="slack:T1:C1:1.2")
    assert kinds(content["blocks"]) == [
        "task_card",
        "task_card",
        "markdown",
        "table",
        "data_visualization",
        "markdown",
        "context_actions",
        "actions",
    ]
    assert checked(json.loads(json.dumps(content["blocks"]))) == content["blocks"]
    known = [block for block in content["blocks"] if block["type"] != "data_visualization"]
    for block in some(known):
        Block.parse(block).validate_json()  # type: ignore[union-attr]
    assert "Revenue" in content["text"]
    first, second = content["blocks"][:2]
    assert first["sources"] == [{"type": "url", "url": PAGE, "text": "Policy"}]
    assert (first["status"], second["status"]) == ("complete", "error")


def test_numbers_that_are_a_series_are_a_chart() -> None:
    [chart] = [block for block in text_blocks(TABLE) if block["type"] == "data_visualization"]
    assert chart["title"] == "Revenue, Costs"
    assert chart["chart"]["type"] == "line"
    revenue, costs = chart["chart"]["series"]
    assert [point["value"] for point in revenue["data"]] == [1200.5, 1350.0, 990.0]
    assert [point["label"] for point in costs["data"]] == ["2026-01", "2026-02", "2026-03"]


@pytest.mark.parametrize(
    "cell", ["n/a", "1-2", "1.2.3", "about 5", "", "LAPTOP-2024-001"], ids=repr
)
def test_a_column_that_is_no_numbers_is_no_series(cell: str) -> None:
    assert kinds(text_blocks(TABLE.replace("820", cell))) == ["markdown", "table", "markdown"]


def test_names_without_an_order_are_bars() -> None:
    named = TABLE.replace("2026-01", "North").replace("2026-02", "South").replace("2026-03", "West")
    [chart] = [block for block in text_blocks(named) if block["type"] == "data_visualization"]
    assert chart["chart"]["type"] == "bar"


def test_links_and_styles_stay_in_cells() -> None:
    [block] = text_blocks(WORDS)
    _, acme, globex = block["rows"]
    [link] = acme[0]["elements"][0]["elements"]
    assert link == {"type": "link", "url": "https://acme.example", "text": "Acme"}
    assert acme[1]["elements"][0]["elements"][0]["style"] == {"italic": True}
    assert globex[0]["elements"][0]["elements"][0]["style"] == {"code": True}
    assert globex[1] == {"type": "raw_text", "text": " "}
    assert checked([block]) == [block]


@pytest.mark.parametrize(
    ("rows", "columns", "text"), [(101, 2, "x"), (2, 21, "x"), (50, 2, "x" * 101)]
)
def test_a_table_that_does_not_fit_stays_text(rows: int, columns: int, text: str) -> None:
    assert kinds(text_blocks(table(rows, columns, text))) == ["markdown"]


def test_a_second_table_stays_text() -> None:
    blocks = text_blocks(f"{WORDS}\n\nAnd:\n\n{WORDS}")
    assert kinds(blocks) == ["table", "markdown"]
    assert "| Client | Since |" in blocks[1]["text"]


def test_nothing_acts_in_a_table() -> None:
    hostile = "| a |\n|---|\n| <!channel> ![x](https://e.example/i.png) [bank](javascript:x) |"
    [block] = text_blocks(hostile)
    assert "javascript:x" in json.dumps(block)
    for element in some(_elements(block)):
        assert "javascript" not in element.get("url", "")


def _elements(block: dict[str, Any]) -> list[dict[str, Any]]:
    cells = [cell for row in block["rows"] for cell in row if cell["type"] == "rich_text"]
    return some([e for cell in cells for part in cell["elements"] for e in part["elements"]])
