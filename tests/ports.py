"""Free ports for what tests start: two processes of a test run never get the same one."""

import os
import socket
from collections.abc import Iterator
from itertools import cycle

from bizassist.local.ports import LOOPBACK

FIRST, EACH, WORKERS = 10_000, 1_000, 10
"""The first worker's first port, how many a worker has, how many workers have their own.

All lie below the ports that a kernel gives to outgoing connections, and below those that the
product looks for by itself: what is found free here is still free when its server starts.
"""


def free_port() -> int:
    """A port of the loopback interface that nobody listens on and that wasn't given out lately."""
    return next(_free_ports)


def _ports_of_worker(worker: str) -> Iterator[int]:
    """The free ones among this worker's ports, again and again; another run begins elsewhere."""
    first, begin = FIRST + int(worker.removeprefix("gw") or 0) % WORKERS * EACH, os.getpid() % EACH
    for port in cycle((*range(first + begin, first + EACH), *range(first, first + begin))):
        with socket.socket() as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            try:
                probe.bind((LOOPBACK, port))
            except OSError:
                continue
        yield port


_free_ports = _ports_of_worker(os.environ.get("PYTEST_XDIST_WORKER", "gw0"))
