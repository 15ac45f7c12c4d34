"""A click on Approve or Don't, read once: whose answer it is about, and who clicked."""

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any, Self, cast

from bots.errors import MalformedRequest
from bots.platform import Accepted
from bots.turn.decision_and_stop import Decided, Decision
from identity.people import ChatUser

ACTIONS: Mapping[str, Decision] = {"approve_call": "approve", "refuse_call": "refuse"}
"""The buttons' ``action_id``, and what each decides."""


@dataclass(frozen=True, slots=True)
class AskingTurn:
    """The turn that asks; a button carries it as its value, which Slack sends back unchanged.

    :param event: the turn's event id.
    :param conversation: where its thread of questions happens.
    :param what: the calls that wait, for a person.
    """

    event: str
    tenant: str
    user: str
    conversation: str
    what: str

    @property
    def id(self) -> str:
        """The turn's id."""
        return f"slack:{self.event}"

    @property
    def chat_user(self) -> ChatUser:
        """Its asker, who alone decides."""
        return ChatUser("slack", self.tenant, self.user)

    def decided_event(self, *, in_time: bool) -> str:
        """The event by which the answer goes on, or that says that it can't any more."""
        return f"{self.event}.{1 if in_time else 'late'}"

    def value(self) -> str:
        """What a button carries; at most 2,000 characters (Slack, "Button element")."""
        return json.dumps(asdict(self))

    @classmethod
    def read(cls, fields: Mapping[str, object]) -> Self:
        """What :meth:`ApprovalClick.accepted` has put into its event; what isn't known is dropped.

        :raises LookupError: when a field is missing.
        """
        return cls(**{name: str(fields[name]) for name in cls.__slots__})

    @classmethod
    def of(cls, value: object) -> Self:
        """What a button carried.

        :raises MalformedRequest: when it was none of ours.
        """
        try:
            return cls.read(json.loads(str(value)))
        except (ValueError, LookupError, TypeError):
            raise MalformedRequest(sentence="This button is none of ours.") from None


@dataclass(frozen=True, slots=True)
class ApprovalClick:
    """One click.

    :param place: channel and timestamp of the message with the buttons.
    """

    asking: AskingTurn
    decision: Decision
    clicked_by: ChatUser
    place: tuple[str, str]
    thread: str | None

    @property
    def is_the_askers(self) -> bool:
        """Whether who clicked is who asked."""
        return self.clicked_by == self.asking.chat_user

    def accepted(self, stands: Decided | None) -> Accepted:
        """What goes into the inbox: the decision that stands, or that it came too late."""
        channel, ts = self.place
        body: dict[str, object] = {
            "type": "block_actions",
            "actions": [{"type": "button", "action_id": next(iter(ACTIONS)), "action_ts": ts}],
            "user": {"id": self.asking.user},
            "team": {"id": self.asking.tenant},
            "asking": asdict(self.asking),
            "channel": {"id": channel},
            "message": {"ts": ts, "thread_ts": self.thread},
            "decision": stands.decision if stands else None,
            "interrupts": list(stands.interrupts) if stands else [],
        }
        event = self.asking.decided_event(in_time=stands is not None)
        group = f"{self.asking.conversation}#{self.asking.user}"
        return Accepted("slack", event, group, body, self.asking.chat_user.key)


def read_click(payload: Mapping[str, object]) -> ApprovalClick | None:
    """The click of a ``block_actions`` payload; None for any other interaction.

    :raises MalformedRequest: when a field is missing that Slack always sends.
    """
    fields = cast("Mapping[str, Any]", payload)
    if fields.get("type") != "block_actions" or not fields.get("actions"):
        return None
    try:
        action = fields["actions"][0]
        if (decision := ACTIONS.get(action.get("action_id"))) is None:
            return None
        enterprise, container = fields.get("enterprise") or {}, fields["container"]
        return ApprovalClick(
            AskingTurn.of(action["value"]),
            decision,
            ChatUser("slack", enterprise.get("id") or fields["team"]["id"], fields["user"]["id"]),
            (str(container["channel_id"]), str(container["message_ts"])),
            container.get("thread_ts"),
        )
    except (LookupError, AttributeError, TypeError, ValueError):
        raise MalformedRequest(sentence="A field is missing that Slack always sends.") from None
