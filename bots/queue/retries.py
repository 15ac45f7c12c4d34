"""When an event whose handling failed is delivered again."""

from bots.queue.heartbeat import VISIBLE_AFTER


def retry_delay(deliveries: int) -> int:
    """Seconds until the next delivery: more after each, up to half a minute.

    How often an event is delivered at all is the queue's own setting; then it goes into the
    dead-letter queue.
    """
    doubled: int = 2**deliveries
    return min(doubled, VISIBLE_AFTER)
