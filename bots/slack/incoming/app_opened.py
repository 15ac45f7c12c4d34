"""Somebody has opened the app: its Home tab, or its messages.

https://docs.slack.dev/reference/events/app_home_opened
"""

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any, cast

from bots.platform import Accepted
from identity.people import ChatUser

EVENT = "app_home_opened"


@dataclass(frozen=True, slots=True)
class AppOpened:
    """That it was opened.

    :param channel: the direct messages between the person and the app.
    :param tab: ``home`` or ``messages``.
    :param event: Slack's id of it.
    """

    tenant: str
    user: str
    channel: str
    tab: str
    event: str

    @property
    def chat_user(self) -> ChatUser:
        """Who has opened it."""
        return ChatUser("slack", self.tenant, self.user)

    @property
    def accepted(self) -> Accepted:
        """What goes into the inbox; it waits behind no question."""
        body: dict[str, object] = {
            "type": "event_callback",
            "team_id": self.tenant,
            "event": {"type": EVENT, "user": self.user, "channel": self.channel, "tab": self.tab},
            "opened": asdict(self),
        }
        group = f"slack:{self.tenant}:{self.user}#home"
        event = f"{self.tenant}:{self.user}:{self.event}"
        return Accepted("slack", event, group, body, self.chat_user.key)


def read_opened(envelope: Mapping[str, object], tenant: str) -> AppOpened | None:
    """The event of an envelope; None for any other.

    :param tenant: the organisation or workspace that the envelope is of.
    """
    event = cast("Mapping[str, Any]", envelope.get("event") or {})
    if event.get("type") != EVENT or not event.get("user") or not event.get("channel"):
        return None
    tab = str(event.get("tab", ""))
    return AppOpened(
        tenant, str(event["user"]), str(event["channel"]), tab, str(envelope.get("event_id", ""))
    )


def stored_opened(body: Mapping[str, object]) -> AppOpened | None:
    """What :attr:`AppOpened.accepted` has put into the inbox; None for the rest."""
    opened = cast("Mapping[str, Any] | None", body.get("opened"))
    return AppOpened(**opened) if opened else None
