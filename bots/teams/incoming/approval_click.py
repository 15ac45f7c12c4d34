"""A click on Approve or Don't, read once: whose answer it is about, and who clicked."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Self

from bots.conversation_notes import place_of
from bots.errors import MalformedRequest
from bots.platform import Accepted
from bots.teams.incoming.activity import IncomingActivity
from bots.teams.incoming.fields import objects, part, word
from bots.turn.decision_and_stop import Decided, Decision
from identity.people import ChatUser

VERBS: Mapping[str, Decision] = {"approve_call": "approve", "refuse_call": "refuse"}
"""The buttons' ``verb``, and what each decides."""
LOOK = "look_at_approval"
"""The verb by which a card asks how it stands."""
LONGEST = 1_024
"""Characters of a field; ours are shorter."""


@dataclass(frozen=True, slots=True)
class AskingTurn:
    """The turn that asks; a card carries it, and Teams sends it back with a click.

    Whoever forges it decides nothing of others: the ledger lets the asker's own link decide alone.

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
        return f"teams:{self.event}"

    @property
    def chat_user(self) -> ChatUser:
        """Its asker, who alone decides."""
        return ChatUser("teams", self.tenant, self.user)

    def decided_event(self, *, in_time: bool) -> str:
        """The event by which the answer goes on, or that says that it can't any more."""
        return f"{self.event}.{'decided' if in_time else 'late'}"

    def data(self) -> dict[str, str]:
        """What a card carries."""
        return asdict(self)

    @classmethod
    def of(cls, data: Mapping[str, object]) -> Self:
        """What a card carried.

        :raises MalformedRequest: when it was none of ours.
        """
        fields = {name: word(data, name) for name in cls.__slots__}
        if not all(fields.values()) or max(map(len, fields.values())) > LONGEST:
            raise MalformedRequest(sentence="This button is none of ours.")
        return cls(**fields)


@dataclass(frozen=True, slots=True)
class ApprovalClick:
    """One click, or a card that wants to know how it stands.

    :param decision: None for the latter.
    :param calls: the calls that wait, as the card showed them.
    """

    asking: AskingTurn
    decision: Decision | None
    incoming: IncomingActivity
    calls: tuple[Mapping[str, object], ...]

    @property
    def is_the_askers(self) -> bool:
        """Whether who clicked is who asked."""
        return self.incoming.chat_user == self.asking.chat_user

    def accepted(self, stands: Decided | None, claims: Mapping[str, str]) -> Accepted:
        """What goes into the inbox: the decision that stands, or that it came too late."""
        asked = {
            "asking": self.asking.data(),
            "decision": stands.decision if stands else None,
            "interrupts": list(stands.interrupts) if stands else [],
        }
        body: dict[str, object] = {
            "activity": dict(self.incoming.body),
            "claims": dict(claims),
            "decided": asked,
        }
        event = self.asking.decided_event(in_time=stands is not None)
        place = place_of(self.asking.conversation).removeprefix("teams:")
        group = f"{place}#{self.asking.user}"
        return Accepted("teams", event, group, body, self.asking.chat_user.key)


def read_click(incoming: IncomingActivity) -> ApprovalClick | None:
    """The click of an ``adaptiveCard/action``; None for one about anything else.

    :raises MalformedRequest: when it carries no turn of ours.
    """
    action = part(part(incoming.body, "value"), "action")
    verb, data = word(action, "verb"), part(action, "data")
    if verb not in VERBS and verb != LOOK:
        return None
    calls = tuple(objects(data, "calls"))
    return ApprovalClick(AskingTurn.of(data), VERBS.get(verb), incoming, calls)


def read_decided(body: Mapping[str, object]) -> tuple[AskingTurn, Decided | None] | None:
    """What an accepted click has decided, None in place of it when it came too late."""
    decided = part(body, "decided")
    if not decided:
        return None
    interrupts = decided.get("interrupts")
    names = tuple(map(str, interrupts)) if isinstance(interrupts, list) else ()
    asking = AskingTurn.of(part(decided, "asking"))
    match decided.get("decision"):
        case "approve":
            return asking, Decided("approve", names)
        case "refuse":
            return asking, Decided("refuse", names)
    return asking, None
