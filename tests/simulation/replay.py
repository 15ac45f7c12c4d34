"""Replays one seed and prints what happens: ``python -m tests.simulation.replay SEED``."""

import sys

from tests.simulation.seeds import run, simulating


def main(seed: int) -> int:
    """Print the seed's story; 1 when something is wrong with it."""
    with simulating():
        world, wrong = run(seed)
    for when, who, what in world.trace:
        print(f"{when:9.3f} {who:>7} {what}")  # noqa: T201
    print(*(f"WRONG: {one}" for one in wrong), sep="\n")  # noqa: T201
    return bool(wrong)


if __name__ == "__main__":
    sys.exit(main(int(sys.argv[1])))
