"""What stands where an answer will be, before the first word of it."""

from ag_ui.core import BaseEvent, CustomEvent, RunStartedEvent

THINKING = "_Thinking…_"
IN_LINE = "_I'm answering many questions at this moment. Yours is in line…_"

QUOTED = 150
"""Characters of a question that its placeholder repeats; a notification shows no more."""

WAITING = "bizassist.waiting"
"""Name of the custom event that tells, before a run begins, why it hasn't begun."""


def opening(question: str) -> str:
    """The first that is visible, which is all that a push notification ever shows of an answer.

    It says what it is about: phones show a message's text, desktops what its blocks say (Slack
    changelog, "Desktop notifications now pull text from blocks first", 2026-07-13), and neither
    shows an edit.
    """
    words = " ".join(question.split())
    quoted = words if len(words) <= QUOTED else f"{words[:QUOTED]}…"
    return f"{THINKING}\n\n> {quoted}" if quoted else THINKING


def waiting() -> BaseEvent:
    """A question is in line; the event that begins its run ends that."""
    return CustomEvent(name=WAITING, value=IN_LINE)


def placeholder_after(event: BaseEvent, before: str) -> str:
    """What stands there after ``event`` while nothing is said."""
    match event:
        case RunStartedEvent():
            return THINKING
        case CustomEvent(name=name) if name == WAITING:
            return IN_LINE
    return before
