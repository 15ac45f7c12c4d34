"""Runs many seeds on every core: ``python -m tests.simulation.many SEEDS [FIRST [PROCESSES]]``."""

import os
import signal
import sys
import time
from collections import Counter
from collections.abc import Iterable
from multiprocessing import Pool

from tests.simulation.seeds import replay_command, run, simulating

BLOCK = 100
TELL_SECONDS = 10
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


class Progress:
    """How many seeds are done, in their order, and what was found."""

    def __init__(self, seeds: int, first: int) -> None:
        self._seeds, self._first = seeds, first
        self._began = self._told_at = time.monotonic()
        self._done = self.failed = 0
        self._counts: Counter[str] = Counter()

    def take(self, results: Iterable[tuple[Failures, Counter[str]]]) -> None:
        """Count each block, and print now and again how it goes."""
        for failures, counts in results:
            self._done, self.failed = self._done + BLOCK, self.failed + len(failures)
            self._counts += counts
            for seed, wrong in failures:
                print(f"seed {seed}: {wrong[0]} ({replay_command(seed)})", flush=True)  # noqa: T201
            if time.monotonic() - self._told_at >= TELL_SECONDS:
                self._told_at = time.monotonic()
                print(self._so_far(), flush=True)  # noqa: T201

    def told(self) -> str:
        """What is said in the end, or when somebody interrupts it."""
        counted = ", ".join(f"{number:,} {what}" for what, number in self._counts.most_common())
        left = self._seeds - self._done
        on = f"\ngo on with SEEDS={left} FIRST={self._first + self._done}" if left > 0 else ""
        return f"{self._so_far()}; {counted}{on}"

    def _so_far(self) -> str:
        rate = self._done / (time.monotonic() - self._began)
        return f"{self._done:,} of {self._seeds:,} seeds, {self.failed} failed, {rate:.0f} a second"


def main(seeds: int, first: int = 0, processes: int | None = None) -> int:
    """Print what fails and how fast it goes; 1 when something fails or it is interrupted."""
    progress, interrupted = Progress(seeds, first), False
    with Pool(processes or os.cpu_count(), _leave_interrupts_to_the_parent) as pool:
        try:
            progress.take(pool.imap(block, range(first, first + seeds, BLOCK)))
        except KeyboardInterrupt:
            interrupted = True
    print(progress.told())  # noqa: T201
    return bool(progress.failed or interrupted)


def _leave_interrupts_to_the_parent() -> None:
    signal.signal(signal.SIGINT, signal.SIG_IGN)


if __name__ == "__main__":
    sys.exit(main(*map(int, sys.argv[1:])))
