"""Whatever fails, dies, comes twice or late: every question has one answer, or one refusal."""

import os
import subprocess
import sys

import pytest

from tests.simulation.seeds import replay_command, run, simulating

BLOCK = 100
SEEDS = 2_000


@pytest.mark.parametrize("first", range(0, SEEDS, BLOCK))
def test_every_question_has_one_answer_or_one_refusal(first: int) -> None:
    with simulating():
        wrong = {seed: found for seed in range(first, first + BLOCK) if (found := run(seed)[1])}
    assert not wrong, [
        f"seed {seed}: {found} (replay it: {replay_command(seed)})" for seed, found in wrong.items()
    ]


def test_a_seed_is_the_same_story_every_time() -> None:
    stories = [_replayed(seed="28", hashes=hashes) for hashes in ("1", "2")]
    assert stories[0].count("\n") > 100
    assert stories[0] == stories[1]


def _replayed(*, seed: str, hashes: str) -> str:
    """A seed's story, told by a process whose sets have an order of their own."""
    return subprocess.run(
        [sys.executable, "-m", "tests.simulation.replay", seed],
        env={**os.environ, "PYTHONHASHSEED": hashes},
        capture_output=True,
        text=True,
        check=True,
    ).stdout
