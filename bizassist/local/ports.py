"""Which port each part of the local stack listens on; a port that is taken gives way."""

import errno
import random
import socket
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass

LOOPBACK = "127.0.0.1"
LAST_PORT = 65_535

FREE_RANGE = range(20_000, 32_768)
"""Where a free port is looked for: below those that Linux, macOS and Windows give to outgoing
connections, one of which would else take it between the choice and the start of its part.
"""


@dataclass(frozen=True, slots=True)
class StackPorts:
    """A port for each part; 0 means any free one."""

    chat: int = 3978
    agent: int = 8080
    slack: int = 8091
    gateway: int = 0
    aws: int = 0


def claim_ports(wanted: StackPorts, notify: Callable[[str], None]) -> StackPorts:
    """Ports that are free and differ: the wanted ones where nobody listens there.

    :param notify: told one sentence for each part that listens somewhere else.
    """
    with ExitStack() as stack:  # each is held until all are chosen, so that no two are the same

        def claim(port: int, owner: str) -> int:
            free = stack.enter_context(_listening(port))
            if port not in (0, free):
                notify(f"Port {port} is taken; the {owner} listens at {url(free)} instead.")
            return free

        return StackPorts(
            chat=claim(wanted.chat, "chat service"),
            agent=claim(wanted.agent, "agent"),
            slack=claim(wanted.slack, "Slack stand-in"),
            gateway=claim(wanted.gateway, "Gateway"),
            aws=claim(wanted.aws, "AWS stand-in"),
        )


def url(port: int) -> str:
    """The address of what listens there."""
    return f"http://{LOOPBACK}:{port}"


@contextmanager
def _listening(port: int) -> Iterator[int]:
    """Listen there while the block runs, or on any free port where somebody else does."""
    others = random.SystemRandom().sample(FREE_RANGE, 100)
    for candidate in (port, *others) if port else others:
        with socket.socket() as probe:
            # What a stopped stack has left to the kernel for a minute is no reason to move.
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            try:
                probe.bind((LOOPBACK, candidate))
                probe.listen()
            except OSError:
                continue
            yield candidate
            return
    raise OSError(errno.EADDRINUSE, "no free port was found on the loopback interface")
