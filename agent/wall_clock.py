"""Ages by the wall clock: the monotonic one stands still while a process rests in a snapshot."""

import time


def is_older(moment: float, seconds: float, now: float | None = None) -> bool:
    """Whether ``moment`` is more than so many seconds ago, or lies ahead: a clock was set back.

    :param moment: in seconds since 1970, as ``now`` is.
    """
    age = (time.time() if now is None else now) - moment
    return not 0 <= age <= seconds
