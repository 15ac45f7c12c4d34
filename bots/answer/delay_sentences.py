"""What an asker reads of an answer's delay: since when it is tried, and why it came late."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from ag_ui.core import BaseEvent, RunFinishedEvent

from bots.answer.text_message import text_message
from bots.errors import CAUSES

SOON = timedelta(seconds=30)
"""What is tried again, or comes, within this time needs no clock."""

LONGER_THAN_ANY_RUN = timedelta(seconds=150)
"""A run ends by itself after two minutes: what takes longer was begun more than once."""

BEGUN_AGAIN = "I had to begin again"


@dataclass(frozen=True, slots=True)
class Delay:
    """How far an answer has come in its time.

    :param asked_at: when it was first tried.
    :param attempts: how often it was begun.
    :param held_up_by: the code of the first error that it was held up by, if any.
    """

    asked_at: datetime
    attempts: int
    held_up_by: str | None


def trying_again(sentence: str, delay: Delay, patience: int) -> str:
    """``sentence``, why there is no answer yet, and since when and until when it is tried.

    Times are UTC: a platform that tells a person's time zone tells it of one of many readers.

    :param patience: seconds for which it is tried.
    """
    if datetime.now(UTC) - delay.asked_at < SOON:
        return sentence
    until = delay.asked_at + timedelta(seconds=patience)
    return (
        f"{sentence} I have been trying since {delay.asked_at.astimezone(UTC):%H:%M} UTC and go "
        f"on until {until.astimezone(UTC):%H:%M} UTC."
    )


def with_lateness(event: BaseEvent, delay: Delay) -> Iterator[BaseEvent]:
    """``event``; before the one that ends the run a line says that, and why, it comes late."""
    if isinstance(event, RunFinishedEvent) and (line := _lateness(delay)):
        yield from text_message(f"_{line}_")
    yield event


def _lateness(delay: Delay) -> str | None:
    took = datetime.now(UTC) - delay.asked_at
    if delay.held_up_by and took >= SOON:
        cause = CAUSES.get(delay.held_up_by, BEGUN_AGAIN)
    elif delay.attempts > 1 and took >= LONGER_THAN_ANY_RUN:
        cause = BEGUN_AGAIN
    else:
        return None
    return f"This took {_in_words(took)}, because {cause}."


def _in_words(time: timedelta) -> str:
    seconds = round(time.total_seconds())
    return f"{seconds} seconds" if seconds < 100 else f"{round(seconds / 60)} minutes"  # noqa: PLR2004
