"""The pages for operators say what is so: their sums, their links, their commands."""

import json
import math
import re
from datetime import date
from pathlib import Path

import pytest

from bizassist.__main__ import COMMANDS, main
from bizassist.evaluation.service_cost import HERE, a_thousand_turns, tables, total
from tests.conftest import ROOT
from tests.some import some

DOCS = ROOT / "docs"
OPERATIONS = (DOCS / "operations.md").read_text("utf-8")
RUNBOOKS = DOCS / "runbooks"
PAGES = sorted([DOCS / "operations.md", *RUNBOOKS.glob("*.md")])


def number(text: str) -> float:
    return float(text.strip(" *").replace(",", ""))


def rows(head: str) -> list[list[str]]:
    """The rows of the table whose first column is called so."""
    table = OPERATIONS.partition(f"| {head} |")[2].partition("\n\n")[0]
    return [
        [cell.strip() for cell in line.strip("|").split("|")] for line in table.splitlines()[2:]
    ]


MOST = {"direct message": 1.10, "mention": 1.60}
"""Dollars for a thousand warm turns without the model."""


@pytest.mark.parametrize(
    "head", ["A person", "The service", *(f"1,000 turns ({turn})" for turn in MOST)]
)
def test_the_sums_are_right(head: str) -> None:
    *items, total = rows(head)
    assert len(items) > 5
    for name, units, price, product in some(items):
        places = len(product.partition(".")[2])
        assert number(product) == round(number(units) * number(price), places), name
    assert number(total[3]) == round(sum(number(product) for *_, product in items), 2)


def test_the_tables_are_those_that_the_script_writes() -> None:
    shown = tables().split("\n\n")
    assert len(shown) == 5
    assert [table for table in some(shown) if table not in OPERATIONS] == []


@pytest.mark.parametrize("turn", MOST)
def test_a_thousand_turns_cost_about_a_dollar(turn: str) -> None:
    assert 0.1 < total(a_thousand_turns(turn), 4) <= MOST[turn]


def test_each_price_has_its_page_and_the_day_it_was_read() -> None:
    file = json.loads((HERE / "service_prices.json").read_text("utf-8"))
    assert date.fromisoformat(file["read"]).year >= 2026
    pages = {page for _, page in some(file["prices"].values())}
    assert [page for page in some(pages) if not page.startswith("https://aws.amazon.com/")] == []


def test_what_a_number_of_people_costs_follows_from_the_tables() -> None:
    person, fixed = number(rows("A person")[-1][3]), number(rows("The service")[-1][3])
    said = re.search(r"= ([\d.]+) an hour, × 730 hours = \*\*([\d.]+)\*\*", OPERATIONS)
    assert said
    assert float(said[1]) == round(0.5 * 0.03238 + 1 * 0.00356 + 0.005, 5)
    task = round(float(said[1]) * 730, 2)
    assert float(said[2]) == task
    table = rows("People")
    assert [number(row[0]) for row in table] == [100, 1_000, 10_000]
    for people, theirs, service, at_a_time, tasks, month, each in some(table):
        asked = number(people) * 3 * 0.2 * 20 / 3_600
        count = max(2, math.ceil(asked / 16))
        whole = number(people) * person + fixed + count * task
        assert number(theirs.rpartition("=")[2]) == round(number(people) * person)
        assert number(service) == fixed
        assert number(at_a_time) == round(asked, 1)
        assert tasks == f"{count} × {task} = {round(count * task, 2)}"
        assert number(month) == round(whole)
        assert number(each) == round(whole / number(people), 2)


def test_the_commands_shown_are_those_that_deploy_runs(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["deploy", "--dry-run", "--var-file", "production.tfvars"]) == 0

    section = OPERATIONS.partition("\n## What deploy runs\n")[2].partition("\n## ")[0]
    shown = section.partition("```sh\n")[2].partition("```")[0]
    printed = capsys.readouterr().out.removesuffix("\nNothing was run.\n")
    assert shown.strip() == printed.replace("\n$ ", "\n").strip()


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.stem)
def test_every_link_and_every_command_leads_somewhere(page: Path) -> None:
    text = page.read_text("utf-8")
    links = [page.parent / link for link in re.findall(r"\]\((?!https?:)([^)#]+)", text)]
    named = [ROOT / path for path in re.findall(r"`((?:docs|tests)/[\w./-]+)`", text)]
    gone = [path for path in (*links, *named) if not path.exists()]
    assert gone == []
    commands = re.findall(r"`(?:[^`]*\s)?bizassist ([a-z]+)(?=[ `])", text)
    unknown = set(commands) - set(COMMANDS)
    assert unknown == set()
