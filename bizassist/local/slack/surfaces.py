"""What the app shows beside messages: each person's Home tab and modal, and suggested prompts."""

import secrets
from dataclasses import dataclass, field
from typing import Any

from bizassist.local.slack.clock import Clock
from bizassist.local.slack.errors import SlackError

TRIGGER_SECONDS = 3.0
"""A trigger expires then (https://docs.slack.dev/interactivity/handling-user-interaction)."""

View = dict[str, Any]


@dataclass(slots=True)
class Trigger:
    """What a person did that lets the app open a modal for them, once."""

    user: str
    made: float
    used: bool = False


@dataclass(slots=True)
class Surfaces:
    """The surfaces of one workspace.

    :ivar homes, modals: what is open, by person.
    :ivar prompts: title and message of each, by the channel of direct messages.
    """

    clock: Clock
    homes: dict[str, View] = field(default_factory=dict)
    modals: dict[str, View] = field(default_factory=dict)
    prompts: dict[str, list[dict[str, str]]] = field(default_factory=dict)
    _triggers: dict[str, Trigger] = field(default_factory=dict)

    def trigger(self, user: str) -> str:
        """A new ``trigger_id`` for what a person has just done."""
        parts = (secrets.randbelow(10**12), secrets.randbelow(10**12), secrets.token_hex(16))
        name = ".".join(map(str, parts))
        self._triggers[name] = Trigger(user, self.clock.now())
        return name

    def exchange(self, trigger: str) -> str:
        """Whose modal a trigger opens.

        :raises SlackError: ``invalid_trigger_id``, ``exchanged_trigger_id``,
            ``expired_trigger_id`` (views.open, its errors).
        """
        found = self._triggers.get(trigger)
        if found is None:
            raise SlackError("invalid_trigger_id")
        if found.used:
            raise SlackError("exchanged_trigger_id")
        if self.clock.now() - found.made > TRIGGER_SECONDS:
            raise SlackError("expired_trigger_id")
        found.used = True
        return found.user
