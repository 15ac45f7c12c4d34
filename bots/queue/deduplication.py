"""The ids by which the queue drops a duplicate event, and keeps a conversation's in order."""

from hashlib import sha256

from bots.platform import Accepted


def deduplication_id(accepted: Accepted, again: str = "") -> str:
    """Equal for two deliveries of one event; the queue drops the second within five minutes.

    :param again: why an event that was put before is no duplicate.
    """
    return _hashed(accepted.platform, accepted.event_id, again)


def group_id(accepted: Accepted) -> str:
    """Equal for what one person asks in one conversation, which is answered in order."""
    return _hashed(accepted.platform, accepted.conversation)


def _hashed(*parts: str) -> str:
    """To fit SQS's 128 characters, whatever a platform's ids look like."""
    return sha256("\n".join(parts).encode()).hexdigest()
