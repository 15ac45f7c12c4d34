"""How an evaluation of the search in policies is shown: a table for each model, or JSON."""

import json
import sys
from collections.abc import Mapping, Sequence
from dataclasses import asdict

from rich.console import Console
from rich.table import Table

from bizassist.evaluation.policy_search import Found, SearchScore, scores

NAMES = {
    "text": "in the text's words",
    "own": "in other words",
    "foreign": "in other languages",
    "none": "without an answer",
}


def print_searches(found: Mapping[str, Sequence[Found]]) -> None:
    """What share of the questions each way of searching answered."""
    console = Console(highlight=False)
    for name, searched in found.items():
        table = Table(box=None, pad_edge=False, padding=(0, 2, 0, 0), header_style="bold")
        table.add_column("Questions", overflow="fold")
        for column in ("Asked", "Recall@3", "First", "Sure", "Wrongly sure", "Nothing"):
            table.add_column(column, justify="right", no_wrap=True)
        for score in scores(searched):
            table.add_row(*_cells(score))
        console.print(f"[bold]{name}[/bold]\n")
        console.print(table)
        console.print()


def print_searches_json(found: Mapping[str, Sequence[Found]]) -> None:
    """The same, and each question whose section wasn't found, for programs."""
    said = [
        {
            "embedder": name,
            "scores": [asdict(score) for score in scores(searched)],
            "missed": [
                {"id": one.question.id, "question": one.question.question}
                for one in searched
                if one.question.sections and not one.recalled
            ],
        }
        for name, searched in found.items()
    ]
    json.dump(said, sys.stdout, indent=2, ensure_ascii=False)
    sys.stdout.write("\n")


def _cells(score: SearchScore) -> list[str]:
    shares = (score.recalled, score.first, score.sure, score.wrongly_sure, score.nothing)
    shown = ["-" if share is None else f"{share:.0%}" for share in shares]
    return [NAMES.get(score.name, score.name), str(score.questions), *shown]
