"""What an AG-UI client asks of a thread: a question, or a decision about what a run waits for."""

import hashlib
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from ag_ui.core import ResumeEntry, RunAgentInput, TextPart, UserMessage
from pydantic import ValidationError

from bots.errors import MalformedRequest
from bots.turn.decision_and_stop import Decision
from bots.web.transcripts import ID

LONGEST_QUESTION = 16_000
"""Characters, as on our page."""
NO_INPUT = "The body is not a RunAgentInput of AG-UI."
NO_QUESTION = "The last message has to be the user's question, and text."
TOO_LONG = f"Please ask something of at most {LONGEST_QUESTION:,} characters."
UNCLEAR = "Everything that a run waits for has to be approved, or nothing."


@dataclass(frozen=True, slots=True)
class AskedRun:
    """One run, as its client names it.

    :param text: the question; empty where the run goes on after a decision.
    :param decision: None where something is asked.
    :param interrupts: what is decided.
    """

    given: RunAgentInput
    text: str = ""
    decision: Decision | None = None
    interrupts: frozenset[str] = frozenset()

    @property
    def conversation(self) -> str:
        """The thread as a conversation of the web chat; its own name where it has one there."""
        thread = self.given.thread_id
        if re.fullmatch(ID, thread):
            return thread
        digest = hashlib.sha256(thread.encode()).hexdigest()
        return f"{int(digest[:12], 16) % 10**13:013d}-{digest[12:28]}"

    @property
    def sent_again(self) -> str:
        """The same for a run that is asked for again."""
        return hashlib.sha256(f"agui\n{self.given.run_id}\n{self.text}".encode()).hexdigest()


def asked_run(body: Mapping[str, object]) -> AskedRun:
    """Read AG-UI's ``RunAgentInput`` (https://docs.ag-ui.com/sdk/python/core/types).

    Of the messages only the last one counts: the thread's earlier ones are kept here. Tools and
    state of the client are not given to the agent.

    :raises MalformedRequest: with a sentence.
    """
    try:
        given = RunAgentInput.model_validate(body)
    except ValidationError:
        raise MalformedRequest(sentence=NO_INPUT) from None
    if given.resume:
        names = frozenset(entry.interrupt_id for entry in given.resume)
        return AskedRun(given, decision=_decision(given.resume), interrupts=names)
    text = _question(given)
    if not text or len(text) > LONGEST_QUESTION:
        raise MalformedRequest(sentence=TOO_LONG if text else NO_QUESTION)
    return AskedRun(given, text)


def _question(given: RunAgentInput) -> str:
    last = given.messages[-1] if given.messages else None
    if not isinstance(last, UserMessage):
        return ""
    if isinstance(last.content, str):
        return last.content.strip()
    if not all(isinstance(part, TextPart) for part in last.content):
        raise MalformedRequest(sentence=NO_QUESTION)
    return "\n".join(part.text for part in last.content if isinstance(part, TextPart)).strip()


def _decision(resume: Sequence[ResumeEntry]) -> Decision:
    approved = {_approves(entry) for entry in resume}
    if len(approved) != 1:
        raise MalformedRequest(sentence=UNCLEAR)
    return "approve" if approved.pop() else "refuse"


def _approves(entry: ResumeEntry) -> bool:
    payload = entry.payload if isinstance(entry.payload, dict) else {}
    return entry.status == "resolved" and payload.get("approved") is True
