"""What can go wrong between Teams and us.

::

    TurnedAway             the door answers with a status and one sentence
    ├── Malformed             400: not an activity as Teams sends it
    ├── Unauthenticated       401: no token of the Bot Framework for this app
    ├── Stranger              403: verified, but not from where we work
    └── KeysUnavailable       503: Microsoft's keys can't be fetched; Teams sends it again
    CallFailed             the Bot Connector did not do what we asked (a bots.errors.TryAgain)
    ├── CallRefused           it said no, and would again
    └── CallUnanswered        it can't now: throttled, broken, or silent for too long
    NoPersonalChat         the asker can't be told anything alone (a bots.errors.TurnRefused)
"""

from http import HTTPStatus
from typing import ClassVar

from bots.errors import TryAgain, TurnRefused


class TurnedAway(Exception):
    """The root of what the door answers; ``str(error)`` is the sentence."""

    status: ClassVar[HTTPStatus] = HTTPStatus.FORBIDDEN


class Malformed(TurnedAway):
    """What arrived is not an activity as Teams sends it."""

    status = HTTPStatus.BAD_REQUEST


class Unauthenticated(TurnedAway):
    """Nothing proves that the Bot Framework sent it to us."""

    status = HTTPStatus.UNAUTHORIZED


class Stranger(TurnedAway):
    """It comes from another tenant, channel or service than those we work for."""


class KeysUnavailable(TurnedAway):
    """Microsoft's signing keys can't be had at this moment."""

    status = HTTPStatus.SERVICE_UNAVAILABLE


class CallFailed(TryAgain):
    """The root of what a call to the Bot Connector ends in."""


class CallRefused(CallFailed):
    """The Bot Connector answered with a client error: the same call would be refused again."""


class CallUnanswered(CallFailed):
    """The Bot Connector throttles, fails, or doesn't answer in time.

    :param after: seconds that it asks us to wait, when it says so.
    :param taken: whether it may have done what we asked all the same.
    """

    def __init__(self, reason: str, *, after: float | None = None, taken: bool = False) -> None:
        super().__init__(reason)
        self.after = after
        self.taken = taken


class NoPersonalChat(TurnRefused):
    """Teams doesn't let us write to the asker alone: they don't have the bot installed."""

    sentence = "I have no private chat with you yet: open a chat with me and ask there."
