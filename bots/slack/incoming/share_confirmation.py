"""Somebody has confirmed that a private answer is shared, read once."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any, cast

from bots.errors import MalformedRequest
from bots.platform import Accepted
from identity.people import ChatUser

SHARE = "share_answer"
"""The button's ``action_id``, and the ``callback_id`` of the form that confirms."""


@dataclass(frozen=True, slots=True)
class ShareConfirmation:
    """One confirmation.

    :param turn: the id of the turn whose answer it is.
    """

    turn: str
    tenant: str
    user: str

    @property
    def chat_user(self) -> ChatUser:
        """Who has confirmed it: only their own answer is shared."""
        return ChatUser("slack", self.tenant, self.user)

    @property
    def accepted(self) -> Accepted:
        """What goes into the inbox: a crash loses no share, and none waits behind a question."""
        body: dict[str, object] = {
            "type": "view_submission",
            "view": {"type": "modal", "callback_id": SHARE},
            "user": {"id": self.user},
            "team": {"id": self.tenant},
            "share": asdict(self),
        }
        event = f"{self.tenant}:{self.user}:{self.turn}:share"
        group = f"slack:{self.tenant}:{self.user}#share"
        return Accepted("slack", event, group, body, self.chat_user.key)


def read_share(payload: Mapping[str, object]) -> ShareConfirmation | None:
    """The confirmation of a ``view_submission`` payload; None for any other interaction.

    https://docs.slack.dev/reference/interaction-payloads/view-interactions-payload

    :raises MalformedRequest: when a field is missing that Slack always sends.
    """
    fields = cast("Mapping[str, Any]", payload)
    view = fields.get("view") or {}
    if fields.get("type") != "view_submission" or view.get("callback_id") != SHARE:
        return None
    try:
        tenant = (fields.get("enterprise") or {}).get("id") or fields["team"]["id"]
        return ShareConfirmation(
            str(view["private_metadata"]), str(tenant), str(fields["user"]["id"])
        )
    except (LookupError, AttributeError, TypeError):
        raise MalformedRequest(sentence="A field is missing that Slack always sends.") from None


def stored_share(body: Mapping[str, object]) -> ShareConfirmation | None:
    """What :attr:`ShareConfirmation.accepted` has put into the inbox; None for the rest."""
    share = cast("Mapping[str, Any] | None", body.get("share"))
    return ShareConfirmation(**share) if share else None
