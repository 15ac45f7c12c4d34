"""What can go wrong between a question and its answer, and what the asker is told.

::

    TurnError
    ├── TryAgain              nothing is lost: the inbox delivers the turn again
    │   └── RuntimeUnavailable   the runtime doesn't answer, or broke off
    ├── Superseded            another attempt has taken the turn up: this one says nothing more
    └── TurnRefused           trying again would not help
        └── TokenRefused         the runtime doesn't accept the person's token

``str(error)`` is for the log; :attr:`TurnError.sentence` is for the asker.
"""

from typing import ClassVar


class TurnError(Exception):
    """The root of the tree.

    :cvar sentence: what the asker reads.
    """

    sentence: ClassVar[str] = "Something went wrong on our side. Please ask again."


class TryAgain(TurnError):
    """The turn stays in the inbox and is delivered again."""

    sentence = "Something went wrong on our side. I'm trying again in a moment."


class RuntimeUnavailable(TryAgain):
    """The runtime refuses connections, answers with a server error or throttles, or broke off."""

    sentence = "The assistant can't be reached right now. I'm trying again in a moment."


class Superseded(TurnError):
    """Another attempt at the same turn has begun since; whoever reads this leaves it alone."""


class TurnRefused(TurnError):
    """The turn ends with its sentence."""


class TokenRefused(TurnRefused):
    """The runtime's authorizer doesn't let this person in."""

    sentence = (
        "Your account may not use the assistant yet. Ask your administrator to add you to it."
    )


def reason(error: BaseException) -> str:
    """What the log says of ``error``: our own words, or its type and place.

    The text of an error that isn't ours may quote a person or a secret, so it stays out.
    """
    if isinstance(error, TurnError):
        return str(error)
    frame = error.__traceback__
    while frame is not None and frame.tb_next is not None:
        frame = frame.tb_next
    if frame is None:
        return type(error).__name__
    return f"{type(error).__name__} at {frame.tb_frame.f_code.co_filename}:{frame.tb_lineno}"
