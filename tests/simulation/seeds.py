"""Runs one seed of the simulation."""

import gc
import logging
from collections.abc import Iterator
from contextlib import contextmanager

from tests.simulation.checks import violations
from tests.simulation.clock import Stuck, simulate
from tests.simulation.virtual_time import virtual_time
from tests.simulation.world import World


def run(seed: int) -> tuple[World, list[str]]:
    """The world that the seed makes, and everything that is wrong with it."""
    world = World(seed)
    try:
        simulate(world.run(), world.chance)
    except Stuck as error:
        return world, [str(error)]
    finally:
        gc.collect()
    return world, violations(world)


@contextmanager
def simulating() -> Iterator[None]:
    """What many seeds share: virtual time, no log, and no garbage collected at any odd moment.

    Collecting closes generators that an error has left open, so it would be part of what happens.
    """
    logging.disable()
    gc.collect()
    gc.freeze()
    gc.disable()
    try:
        with virtual_time():
            yield
    finally:
        gc.enable()
        gc.unfreeze()
        logging.disable(logging.NOTSET)


def replay_command(seed: int) -> str:
    """What shows a seed once more, with everything that happens."""
    return f".venv/bin/python -m tests.simulation.replay {seed}"
