"""Who limits what strangers may do is told once a request's sender is known."""

from collections.abc import Callable
from dataclasses import dataclass

from aiohttp import web


@dataclass(frozen=True, slots=True)
class Stranger:
    """A request of which nobody knows yet who sends it.

    :param recognised: called when somebody does; any number of times.
    """

    recognised: Callable[[], None]


STRANGER = web.RequestKey("stranger", Stranger)


def recognise(request: web.Request) -> None:
    """The sender has proved who they are: a session, a signature, a token."""
    if stranger := request.get(STRANGER):
        stranger.recognised()
