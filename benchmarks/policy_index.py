"""A session's first policy answer beside its tenth, with many long documents that are indexed.

``python -m benchmarks.policy_index [--documents N --pages N --rounds N]`` starts MiniStack for
itself. A session is a collection of policies. One that is restored has the index that it loaded
while it got ready; one that is *behind* has none yet, as after a change of the policies, and loads
it while its first run begins. What counts is a person's time from question to answer: whether
anything has changed is looked for while the model thinks about the first call, here for a second.
"""

import argparse
import asyncio
import random
import statistics
import sys
import time
import uuid

import boto3

from agent.tools.policies.shared_index import PolicyCollection
from agent.tools.policies.storage import INDEX, Bucket
from agent.tools.policies.stored_index import index_policies
from benchmarks.token_broker import cloud

DOCUMENTS, PAGES, ROUNDS = 500, 40, 10
SEARCHES = 10
LIMIT = 1.3
THINKING = 1.0
"""Seconds that a model takes to decide on a tool, and again to answer from what it found."""
PARAGRAPHS = 4
"""Of a page; with a heading before them they are some 2,500 characters."""
QUESTIONS = ("badgers in the garden", "travel to another office", "days of leave", "lost laptop")


def document(number: int, pages: int, words: list[str]) -> bytes:
    """Markdown of so many pages, in words of a vocabulary as large as a language's."""
    drawn = random.Random(number)  # noqa: S311 - the same documents each time
    parts = [f"# Policy {number}"]
    for page in range(pages):
        parts.append(f"## Section {page} on {drawn.choice(QUESTIONS)}")
        parts += [" ".join(drawn.choices(words, k=90)) + "." for _ in range(PARAGRAPHS)]
    return "\n\n".join(parts).encode()


def vocabulary() -> list[str]:
    """Some thousand words that are no words of English."""
    drawn = random.Random(1)  # noqa: S311 - the same words each time
    return [
        "".join(drawn.choices("abcdefghiklmnoprstu", k=drawn.randint(4, 9))) for _ in range(8000)
    ]


async def session(bucket: str) -> tuple[float, float, list[float]]:
    """The seconds to load the index, to look whether it changed, and those of each search."""
    policies = PolicyCollection(Bucket(bucket, boto3.Session()))
    began = time.perf_counter()
    await asyncio.to_thread(policies.read_ahead)
    loaded = time.perf_counter() - began
    began = time.perf_counter()
    policies.look_ahead()  # as each run does when it begins
    await policies.looked()
    looked = time.perf_counter() - began
    taken = []
    for number in range(SEARCHES):
        began = time.perf_counter()
        await policies.search(QUESTIONS[number % len(QUESTIONS)] + "?")
        taken.append(time.perf_counter() - began)
    return loaded, looked, taken


async def answered(bucket: str, *, restored: bool) -> list[float]:
    """The seconds from question to answer; a session that isn't restored has no index at first."""
    policies = PolicyCollection(Bucket(bucket, boto3.Session()))
    if restored:
        await asyncio.to_thread(policies.read_ahead)
    taken = []
    for number in range(SEARCHES):
        began = time.perf_counter()
        policies.look_ahead()  # as each run does when it begins
        await asyncio.sleep(THINKING)
        await policies.search(QUESTIONS[number % len(QUESTIONS)] + "?")
        await asyncio.sleep(THINKING)
        taken.append(time.perf_counter() - began)
    await policies.close()
    return taken


async def measure(documents: int, pages: int, rounds: int) -> int:
    async with cloud():
        bucket, s3 = f"policies-{uuid.uuid4().hex[:8]}", boto3.client("s3")
        s3.create_bucket(Bucket=bucket)
        words = vocabulary()
        for number in range(documents):
            content = document(number, pages, words)
            s3.put_object(Bucket=bucket, Key=f"policy-{number:03}.md", Body=content)
        began = time.perf_counter()
        indexed = index_policies(Bucket(bucket, boto3.Session()))
        made = time.perf_counter() - began
        size = boto3.client("s3").head_object(Bucket=bucket, Key=INDEX)["ContentLength"]
        sessions = [await session(bucket) for _ in range(rounds)]
        answers = {
            name: [await answered(bucket, restored=restored) for _ in range(max(1, rounds // 3))]
            for name, restored in (("restored", True), ("behind", False))
        }
    print(f"{indexed.documents} documents, {indexed.passages:,} passages")
    print(f"{'indexed once':<28}{made:>10.1f} s, {size / 2**20:.0f} MB")
    loaded = statistics.median(at for at, _, _ in sessions)
    print(f"{'loaded while getting ready':<28}{loaded:>10.2f} s")
    looked = statistics.median(at for _, at, _ in sessions) * 1000
    print(f"{'looked while a run begins':<28}{looked:>10.1f} ms")
    for name, place in (("first search", 0), ("ninth, the same question", 8)):
        print(f"{name:<28}{statistics.median(t[place] for _, _, t in sessions) * 1000:>10.1f} ms")
    ratios = []
    for name, taken in answers.items():
        first, tenth = (statistics.median(one[place] for one in taken) for place in (0, 9))
        ratios.append(first / tenth)
        print(f"{name + ': first answer':<28}{first:>10.2f} s, {ratios[-1]:.2f} x the tenth")
    print(f"the first answer may cost {LIMIT} x the tenth")
    return int(max(ratios) > LIMIT)


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--documents", type=int, default=DOCUMENTS)
    parser.add_argument("--pages", type=int, default=PAGES)
    parser.add_argument("--rounds", type=int, default=ROUNDS)
    options = parser.parse_args()
    return asyncio.run(measure(options.documents, options.pages, options.rounds))


if __name__ == "__main__":
    sys.exit(main())
