"""How an evaluation is shown: a table for people, JSON for programs."""

import json
import sys
from collections.abc import Sequence
from dataclasses import asdict
from typing import Any

from rich.console import Console
from rich.table import Table
from rich.text import Text

from bizassist.evaluation.model_cost import Price
from bizassist.evaluation.scoring import Group, ScoredReply, by_tool, group

SHOWN = 10
ALL = "all"


def print_report(model: str, scored: Sequence[ScoredReply], price: Price | None) -> None:
    """The share of right answers per tool, times, tokens and cost; then what went wrong."""
    console = Console(highlight=False)
    table = Table(box=None, pad_edge=False, padding=(0, 2, 0, 0), header_style="bold")
    table.add_column("Expected tool", overflow="fold")
    for column in ("Asked", "Passed", "Tool", "Arguments", "Facts", "p50 s", "p95 s"):
        table.add_column(column, justify="right", no_wrap=True)
    for each in by_tool(scored):
        table.add_row(*_cells(each))
    table.add_row(*(Text(cell, style="bold") for cell in _cells(group(ALL, scored))))
    console.print(f"[bold]{model}[/bold]\n")
    console.print(table)
    console.print(f"\n{_used(scored, price)}")
    _print_failures(console, [one for one in scored if not one.passed])


def print_json(model: str, scored: Sequence[ScoredReply], price: Price | None) -> None:
    """The same, and every failure, for programs."""
    found: dict[str, Any] = {
        "model": model,
        "all": asdict(group(ALL, scored)),
        "tools": [asdict(each) for each in by_tool(scored)],
        "input_tokens": sum(one.reply.input_tokens for one in scored),
        "output_tokens": sum(one.reply.output_tokens for one in scored),
        "cost_usd": price and round(price.of(scored), 6),
        "failures": [
            {"id": one.case.id, "question": one.case.question, "why": one.why}
            for one in scored
            if not one.passed
        ],
    }
    json.dump(found, sys.stdout, indent=2, ensure_ascii=False)
    sys.stdout.write("\n")


def _cells(each: Group) -> list[str]:
    name = each.name.rsplit("___", 1)[-1].replace("_", " ")
    facts = "-" if each.facts is None else f"{each.facts:.0%}"
    shares = [f"{share:.0%}" for share in (each.passed, each.tool, each.arguments)]
    return [name, str(each.questions), *shares, facts, f"{each.p50:.2f}", f"{each.p95:.2f}"]


def _used(scored: Sequence[ScoredReply], price: Price | None) -> str:
    read = sum(one.reply.input_tokens for one in scored)
    written = sum(one.reply.output_tokens for one in scored)
    cost = "its price isn't known here (--price READ,WRITTEN)"
    if price:
        each = price.of(scored) / len(scored) * 1000
        cost = f"${price.of(scored):.2f}, which is ${each:.2f} for 1,000 questions"
    return f"{read:,} tokens read, {written:,} written: {cost}."


def _print_failures(console: Console, failed: Sequence[ScoredReply]) -> None:
    if not failed:
        return
    console.print("\n[bold]What went wrong[/bold]")
    for one in failed[:SHOWN]:
        console.print(Text.assemble((one.case.id, "cyan"), f"  {one.case.question}"))
        console.print(Text(f"    {one.why}", style="dim"))
    if len(failed) > SHOWN:
        console.print(f"… and {len(failed) - SHOWN} more: --json lists all.")
