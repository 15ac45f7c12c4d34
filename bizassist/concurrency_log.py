"""What bounds a process, said once at its start, and each minute how much of it is in use."""

import asyncio
import logging
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass

EVERY = 60.0

_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Bound:
    """So many at the same time.

    :param used: how many there are now, those in line included; None where nobody counts them.
    """

    name: str
    most: int
    used: Callable[[], int] | None = None


@asynccontextmanager
async def logged(bounds: Sequence[Bound], every: float = EVERY) -> AsyncIterator[None]:
    """Log the bounds, and what is in use of them while the block runs."""
    _log.info("at most: %s", ", ".join(f"{one.name} {one.most}" for one in bounds))
    task = asyncio.create_task(_log_use(bounds, every))
    try:
        yield
    finally:
        task.cancel()


async def _log_use(bounds: Sequence[Bound], every: float) -> None:
    while True:
        await asyncio.sleep(every)
        used = [(one.name, one.used(), one.most) for one in bounds if one.used]
        if any(now for _, now, _ in used):  # a process that has nothing to do says nothing
            _log.info("in use: %s", ", ".join(f"{name} {now}/{most}" for name, now, most in used))
