"""What an asker reads of an answer's delay: since when it is tried, and why it came late."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Protocol

from ag_ui.core import BaseEvent, RunFinishedEvent

from bots.answer.text_message import text_message
from bots.errors import CAUSES
from bots.queue.retry_policy import PATIENCE

SOON = timedelta(seconds=30)
"""What is tried again, or comes, within this time needs no clock."""

LONGER_THAN_ANY_RUN = timedelta(seconds=150)
"""A run ends by itself after two minutes: what takes longer was begun more than once."""

BEGUN_AGAIN = "I had to begin again"


class Attempt(Protocol):
    """What of a turn's row these sentences need; :class:`bots.turn.ledger.Entry` has it."""

    asked_at: datetime
    attempt: int
    held_up_by: str | None


def trying_again(sentence: str, attempt: Attempt) -> str:
    """``sentence``, why there is no answer yet, and since when and until when it is tried.

    Times are UTC: a platform that tells a person's time zone tells it of one of many readers.
    """
    if datetime.now(UTC) - attempt.asked_at < SOON:
        return sentence
    until = attempt.asked_at + timedelta(seconds=PATIENCE)
    return (
        f"{sentence} I have been trying since {attempt.asked_at.astimezone(UTC):%H:%M} UTC and go "
        f"on until {until.astimezone(UTC):%H:%M} UTC."
    )


def with_lateness(event: BaseEvent, attempt: Attempt) -> Iterator[BaseEvent]:
    """``event``; before the one that ends the run a line says that, and why, it comes late."""
    if isinstance(event, RunFinishedEvent) and (line := _lateness(attempt)):
        yield from text_message(f"_{line}_")
    yield event


def _lateness(attempt: Attempt) -> str | None:
    took = datetime.now(UTC) - attempt.asked_at
    if attempt.held_up_by and took >= SOON:
        cause = CAUSES.get(attempt.held_up_by, BEGUN_AGAIN)
    elif attempt.attempt > 1 and took >= LONGER_THAN_ANY_RUN:
        cause = BEGUN_AGAIN
    else:
        return None
    return f"This took {_in_words(took)}, because {cause}."


def _in_words(time: timedelta) -> str:
    seconds = round(time.total_seconds())
    return f"{seconds} seconds" if seconds < 100 else f"{round(seconds / 60)} minutes"  # noqa: PLR2004
