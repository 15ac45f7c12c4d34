"""Runs many seeds on every core: ``python -m tests.simulation.many SEEDS [FIRST]``."""

import os
import sys
import time
from collections import Counter
from multiprocessing import Pool

from tests.simulation.seeds import replay_command, run, simulating

BLOCK = 100
Failures = list[tuple[int, list[str]]]


def block(first: int) -> tuple[Failures, Counter[str]]:
    """What is wrong in a block of seeds, and what happened in it."""
    failures: Failures = []
    counts: Counter[str] = Counter()
    with simulating():
        for seed in range(first, first + BLOCK):
            world, wrong = run(seed)
            counts += world.counts
            counts["runs"] += world.runtime.runs.total()
            counts["turns that ran"] += len(world.runtime.runs)
            counts["effects"] += world.runtime.effects.total()
            counts["turns with an effect"] += len(world.runtime.effects)
            if wrong:
                failures.append((seed, wrong))
    return failures, counts


def main(seeds: int, first: int) -> int:
    """Print what fails and how fast it went; 1 when something fails."""
    began, done, failed = time.monotonic(), 0, 0
    counts: Counter[str] = Counter()
    with Pool(os.cpu_count()) as pool:
        for failures, counted in pool.imap_unordered(block, range(first, first + seeds, BLOCK)):
            done, failed = done + BLOCK, failed + len(failures)
            counts += counted
            for seed, wrong in failures:
                print(f"seed {seed}: {wrong[0]} ({replay_command(seed)})", flush=True)  # noqa: T201
    rate = done / (time.monotonic() - began)
    told = ", ".join(f"{number:,} {what}" for what, number in counts.most_common())
    print(f"{done:,} seeds, {failed} failed, {rate:.0f} a second; {told}")  # noqa: T201
    return bool(failed)


if __name__ == "__main__":
    sys.exit(main(int(sys.argv[1]), int(sys.argv[2]) if len(sys.argv) > 2 else 0))
