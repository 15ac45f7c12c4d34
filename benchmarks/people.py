"""What a page of the administrators' people costs when 10,000 of them are linked.

``python benchmarks/people.py [--links N] [--rounds N]`` starts MiniStack for itself and fills its
table of links with rows as large as real ones. The floor is a scan of the same table that throws
everything away: reading it is what nobody gets around.
"""

import argparse
import asyncio
import secrets
import statistics
import sys
import time
from typing import Any

import boto3

from benchmarks.token_broker import cloud
from identity.directory.linked_people import LinkedPeople, page, searched
from identity.executor import Executor
from identity.links import Links
from identity.people import ChatUser

LINKS, ROUNDS = 10_000, 10
SEALED = 1_900
"""Bytes; Cognito's refresh tokens under KMS."""
LIMIT_MS = 200.0


def row(number: int) -> dict[str, Any]:
    """A link of somebody who exists nowhere."""
    return {
        "chat_user": ChatUser("slack", f"T{number % 7}", f"U{number:06d}").key,
        "subject": f"subject-{number}",
        "link_state": "active" if number % 9 else "revoked",
        "account": f"person{secrets.token_hex(3)}@example.com",
        "linked_at": 1_700_000_000 + number,
        "last_seen": 1_750_000_000 - number,
        "workspace": f"Workspace {number % 7}",
        "user_name": f"Person {number}",
        "sealed": secrets.token_bytes(SEALED),
    }


def fill(table: str, links: int) -> None:
    """Write so many links."""
    with boto3.resource("dynamodb").Table(table).batch_writer() as batch:
        for number in range(links):
            batch.put_item(Item=row(number))


def scan(table: str) -> int:
    """The floor: every row is read, none is kept."""
    pages = boto3.client("dynamodb").get_paginator("scan").paginate(TableName=table)
    return sum(len(one["Items"]) for one in pages)


async def measure(count: int, rounds: int) -> dict[str, list[float]]:
    """The seconds of each step, round by round."""
    taken: dict[str, list[float]] = {}

    def note(name: str, began: float) -> None:
        taken.setdefault(name, []).append(time.perf_counter() - began)

    async with cloud() as known:
        executor = Executor()
        await asyncio.to_thread(fill, known.links_table, count)
        links = Links(boto3.client("dynamodb"), known.links_table, executor)
        for number in range(rounds):
            began = time.perf_counter()
            await asyncio.to_thread(scan, known.links_table)
            note("a bare scan", began)
            linked_people = LinkedPeople(links)
            began = time.perf_counter()
            await linked_people.everybody()
            note("the first page's reading", began)
            began = time.perf_counter()
            page(searched(await linked_people.everybody(), f"person {number}", "seen"), 2)
            note("each further page", began)
        executor.close()
    return taken


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--links", type=int, default=LINKS)
    parser.add_argument("--rounds", type=int, default=ROUNDS)
    options = parser.parse_args()
    taken = asyncio.run(measure(options.links, options.rounds))
    floor = taken["a bare scan"]
    print(f"{f'{options.links:,} links':<28}{'p50':>12}{'x floor':>12}")
    for name, seconds in taken.items():
        ratio = statistics.median(one / low for one, low in zip(seconds, floor, strict=True))
        print(f"{name:<28}{statistics.median(seconds) * 1e3:>9.1f} ms{ratio:>12.2f}")
    milliseconds = statistics.median(taken["each further page"]) * 1e3
    print(f"a page may cost {LIMIT_MS:.0f} ms at p50; it costs {milliseconds:.1f} ms")
    return int(milliseconds > LIMIT_MS)


if __name__ == "__main__":
    sys.exit(main())
