"""A monotonic clock that also counts the time in which the machine slept.

What is believed for some seconds must not be believed for a night: Linux stops ``time.monotonic``
while a laptop or a virtual machine is suspended (clock_gettime(2), ``CLOCK_BOOTTIME``).
"""

import time

# Where there is no such clock (macOS), the other one goes on by itself.
CLOCK = getattr(time, "CLOCK_BOOTTIME", time.CLOCK_MONOTONIC)


def monotonic() -> float:
    """Seconds since some moment; only differences mean something."""
    return time.clock_gettime(CLOCK)
