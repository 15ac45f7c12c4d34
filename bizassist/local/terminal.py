"""What the person in front of the terminal sees while the local stack starts and when it is up."""

from collections.abc import Mapping
from typing import Any

from rich.console import Console
from rich.table import Table

TRY = (
    "Is serial LAPTOP-2024-001 still under warranty?",
    "/bizassist What about PHONE-2021-007?",
)


def print_progress(line: str, seconds: float) -> None:
    """One line for a part that has become ready."""
    Console(highlight=False).print(f"[green]✓[/green] {line} [dim]{seconds:4.1f} s[/dim]")


def print_notice(line: str) -> None:
    """One line about what isn't as it was wanted, whole also where the output is no terminal."""
    Console(highlight=False).print(f"[yellow]![/yellow] {line}", soft_wrap=True)


def print_summary(description: Mapping[str, Any], seconds: float) -> None:
    """What runs where, who can sign in, and what to try."""
    console = Console(highlight=False)
    console.print(f"\n[bold]BizAssist is ready[/bold] [dim]in {seconds:.1f} s[/dim]\n")
    places = Table(box=None, show_header=False, pad_edge=False, padding=(0, 3, 0, 0))
    places.add_row("Web chat", f"{description['chat']}/chat")
    places.add_row("Slack, played", f"{description['slack']}/")
    places.add_row("Teams endpoint", f"{description['chat']}/api/messages")
    places.add_row("Agent", description["agent"])
    places.add_row("Gateway (MCP)", description["gateway"])
    places.add_row("AWS, played", description["aws"])
    console.print(places)
    people = Table(box=None, pad_edge=False, padding=(0, 3, 0, 0), header_style="dim")
    for column in ("\nSign in as", "\nPassword", "\nGroups"):
        people.add_column(column)
    for name, person in description["people"].items():
        people.add_row(name, person["password"], ", ".join(person["groups"]))
    console.print(people)
    console.print("\n[dim]Try[/dim]")
    for question in TRY:
        console.print(f"  {question}")
    console.print("\n[dim]Ctrl-C stops everything; state stays for the next start.[/dim]")
