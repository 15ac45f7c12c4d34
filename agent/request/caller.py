"""The person who asks."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Caller:
    """Who asks, as their verified token says.

    :param subject: the Cognito ``sub``; also the actor id of their memory.
    """

    subject: str
    groups: frozenset[str]
