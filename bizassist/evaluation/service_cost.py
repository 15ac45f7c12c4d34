"""What the service costs a month, from counted calls and list prices: the tables of operations.md.

``python -m bizassist.evaluation.service_cost`` prints them.
"""

import json
import math
import sys
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from bizassist.evaluation.model_cost import MILLION, price_of
from bots.paused_workspaces.held_turn_requeueing import EVERY
from bots.queue.consumer import LONG_POLL
from bots.queue.service import POLLS
from bots.turn.waiting_questions import LOOK_SECONDS
from identity.memory.forgetting_jobs import POLL_SECONDS

HERE = Path(__file__).parent
MODEL = "bedrock:claude-sonnet-4"
HOURS = 730
"""Of a month."""

QUESTIONS, SESSIONS = 60, 20
"""Of a person and month: 3 questions on each of 20 days, the three in one session."""

MODEL_CALLS, INPUT_TOKENS, OUTPUT_TOKENS = 2, 3_000, 400
"""Of a question: calls with so many tokens of input each; output of both together."""

PROCESSOR_SECONDS = 3
SESSION_MINUTES, SESSION_GB = 16, 0.3
"""A minute of work and fifteen of waiting for another question; an agent's process has 0.14 to 0.22
GB here, and more while it reads documents."""
TURNS_OF_SESSION = QUESTIONS / SESSIONS
TURN_KINDS = ("direct message", "mention")

RECORDS = 100
SEARCHED = 0.05
"""Of the questions, the share that searches the web."""

TASKS = 2
TASK_VCPU, TASK_GB = 0.5, 1
AT_A_TIME = 16
"""Answers of one task at a time, so that there is much to spare."""

BUSIEST, ANSWER_SECONDS, A_DAY = 0.2, 20, 3
PEOPLE = (100, 1_000, 10_000)
TIMES = "\N{MULTIPLICATION SIGN}"


@dataclass(frozen=True, slots=True)
class Row:
    """One line of a table: so many units at a price, in US dollars."""

    name: str
    units: float
    price: float

    def product(self, places: int) -> float:
        """The line's sum."""
        return round(self.units * self.price, places)


def known_prices() -> dict[str, float]:
    """The price of each unit."""
    prices: dict[str, Any] = json.loads((HERE / "service_prices.json").read_text("utf-8"))
    return {name: price for name, (price, _) in prices["prices"].items()}


def counted_calls(turn: str = "question") -> dict[str, float]:
    """The calls that one question makes, by their kind; a read of two rows counts as two.

    :param turn: ``question``, which uses a tool in the web chat, or one of :data:`TURN_KINDS`.
    """
    counted: dict[str, Any] = json.loads((HERE / "service_calls.json").read_text("utf-8"))
    return dict(counted[turn])


def a_person() -> list[Row]:
    """What a person's questions of a month cost."""
    model, calls = price_of(MODEL), counted_calls()
    assert model  # noqa: S101 - the model is in prices.json
    units = {
        "runtime, processor (vCPU-hours)": QUESTIONS * PROCESSOR_SECONDS / 3_600,
        "runtime, memory (GB-hours)": SESSIONS * SESSION_MINUTES / 60 * SESSION_GB,
        "memory, new events (1,000)": QUESTIONS * calls["memory events"] / 1_000,
        "memory, recalls (1,000)": QUESTIONS * calls["memory recalls"] / 1_000,
        "memory, records kept (1,000)": RECORDS / 1_000,
        "Gateway, calls (1,000)": QUESTIONS * 2 / 1_000,  # the list of tools, and one of them
        "web search, managed (1,000)": QUESTIONS * SEARCHED / 1_000,
        "policies, listings of S3 (1,000)": QUESTIONS / 1_000,
        "DynamoDB, writes (1,000,000)": QUESTIONS * calls["table writes"] / MILLION,
        "DynamoDB, reads (1,000,000)": QUESTIONS * calls["table reads"] / MILLION,
        "SQS, requests (1,000,000)": QUESTIONS * calls["queue requests"] / MILLION,
        "KMS, requests (10,000)": QUESTIONS * calls["key requests"] / 10_000,
        "logs (GB)": 0.001,
    }
    prices = known_prices()
    read = QUESTIONS * MODEL_CALLS * INPUT_TOKENS / MILLION
    return [
        Row("model, input (1,000,000 tokens)", read, model.read),
        Row("model, output (1,000,000 tokens)", QUESTIONS * OUTPUT_TOKENS / MILLION, model.written),
        *(Row(name, round(count, 6), prices[name]) for name, count in units.items()),
    ]


def a_thousand_turns(turn: str) -> list[Row]:
    """What a thousand warm turns cost without the model, each with one call of a Gateway tool."""
    prices, calls = known_prices(), counted_calls(turn)
    units = {
        "runtime, processor (vCPU-hours)": 1_000 * PROCESSOR_SECONDS / 3_600,
        "runtime, memory (GB-hours)": 1_000 / TURNS_OF_SESSION * SESSION_MINUTES / 60 * SESSION_GB,
        "memory, new events (1,000)": calls["memory events"],
        "memory, recalls (1,000)": calls["memory recalls"],
        "Gateway, calls (1,000)": 1,
        "DynamoDB, writes (1,000,000)": calls["table writes"] / 1_000,
        "DynamoDB, reads (1,000,000)": calls["table reads"] / 1_000,
        "SQS, requests (1,000,000)": calls["queue requests"] / 1_000,
        "KMS, requests (10,000)": calls["key requests"] / 10,
    }
    return [Row(name, round(count, 6), prices[name]) for name, count in units.items()]


def the_service() -> list[Row]:
    """What is paid whoever asks; the tasks' own hours are apart."""
    prices, seconds = known_prices(), HOURS * 3_600 * TASKS
    looks = 1 / LOOK_SECONDS + 1 / EVERY + 1 / POLL_SECONDS
    units = {
        "load balancer": HOURS,
        "its first capacity unit": HOURS,
        "public addresses": 2 * HOURS,
        "KMS keys": 2,
        "secrets": 2,
        "alarms": 20,
        "metric of the log": 1,
        "dashboard": 1,
        "container insights (metrics)": 24,
        "machine's app client": 1,
        "machine's tokens": HOURS,
    }
    polls = Row(
        "polls of the queues (1,000,000)",
        round(POLLS / LONG_POLL * seconds / MILLION, 6),
        prices["SQS, requests (1,000,000)"],
    )
    looked = Row(
        "looks into tables (1,000,000)",
        round(looks * seconds / MILLION, 6),
        prices["DynamoDB, reads (1,000,000)"],
    )
    return [*(Row(name, count, prices[name]) for name, count in units.items()), polls, looked]


def total(rows: Iterable[Row], places: int) -> float:
    """The sum of a table as its lines are shown."""
    return round(sum(row.product(places) for row in rows), 2)


def an_hour() -> float:
    """Of one task."""
    prices = known_prices()
    vcpu, memory = prices["Fargate, vCPU (hours)"], prices["Fargate, GB (hours)"]
    return round(TASK_VCPU * vcpu + TASK_GB * memory + prices["public addresses"], 5)


def tables() -> str:
    """The tables as Markdown."""
    return "\n\n".join(
        [
            *(
                _table(f"1,000 turns ({turn})", a_thousand_turns(turn), 4, f"1,000 {turn}s")
                for turn in TURN_KINDS
            ),
            _table("A person", a_person(), 4, "a person"),
            _table("The service", the_service(), 2, "fixed"),
            _people(),
        ]
    )


def _table(head: str, rows: Sequence[Row], places: int, sum_of: str) -> str:
    lines = [f"| {head} | Units | Price of a unit | Sum |", "|---|---|---|---|"]
    for row in rows:
        units, price = _plain(row.units), _plain(row.price)
        lines.append(f"| {row.name} | {units} | {price} | {row.product(places):.{places}f} |")
    return "\n".join([*lines, f"| **{sum_of}** | | | **{total(rows, places):.2f}** |"])


def _people() -> str:
    person, fixed = total(a_person(), 4), total(the_service(), 2)
    task = round(an_hour() * HOURS, 2)
    lines = [
        "| People | They | The service | At a time | Its tasks | A month | A person |",
        "|---|---|---|---|---|---|---|",
    ]
    for people in PEOPLE:
        at_a_time = people * A_DAY * BUSIEST * ANSWER_SECONDS / 3_600
        count = max(TASKS, math.ceil(at_a_time / AT_A_TIME))
        whole = people * person + fixed + count * task
        theirs = f"{people:,} {TIMES} {person:.2f} = {round(people * person):,}"
        tasks = f"{count} {TIMES} {task} = {round(count * task, 2)}"
        month = f"**{round(whole):,}** | {whole / people:.2f}"
        lines.append(
            f"| {people:,} | {theirs} | {fixed:.2f} | {at_a_time:.1f} | {tasks} | {month} |"
        )
    return "\n".join(lines)


def _plain(number: float) -> str:
    return f"{number:.6f}".rstrip("0").rstrip(".") if number else "0"


if __name__ == "__main__":
    sys.stdout.write(f"{tables()}\n")
