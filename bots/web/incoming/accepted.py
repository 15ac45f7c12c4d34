"""What the page's edge puts into the inbox: a question, or a person's decision."""

from dataclasses import replace

from bots.platform import Accepted
from bots.turn.decision_and_stop import Decided
from identity.people import ChatUser


def accepted_question(
    tenant: str, subject: str, conversation: str, turn: str, text: str
) -> Accepted:
    """What the page's edge puts into the inbox."""
    return Accepted(
        "web",
        turn,
        f"{subject}#{conversation}",
        {"tenant": tenant, "subject": subject, "conversation": conversation, "text": text},
        ChatUser("web", tenant, subject).key,
    )


def accepted_decision(question: Accepted, live: str, decided: Decided) -> Accepted:
    """What the page's edge puts into the inbox when a person has decided.

    :param live: the event by which the answer goes on.
    """
    told = {"turn": question.event_id, "decision": decided.decision}
    return replace(
        question,
        event_id=live,
        body={**question.body, **told, "interrupts": list(decided.interrupts)},
    )
