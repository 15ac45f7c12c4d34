"""What a person reads when a run fails: one plain sentence, and an id that is in the log."""

import logging
import re
import uuid

from ag_ui.core import EventType, RunErrorEvent

logger = logging.getLogger(__name__)

AGAIN = "Please ask again; if it happens again, tell your administrator this id: {id}."
SENTENCES = {
    "BUSY": "I'm still working on your previous question here. Please wait for it to end.",
    "PENDING_INTERRUPTS": "I'm waiting for your decision on the previous question here.",
    "UNKNOWN_INTERRUPT_ID": "That decision was already taken, or it is not open any more.",
    "MODEL_BUSY": "The AI model has too much to do at the moment. Please ask again in a minute.",
    "MODEL_REFUSED": (
        "The AI model doesn't let me in: its key or its permission is not right. "
        "Please tell your administrator this id: {id}."
    ),
    "MODEL_UNREACHABLE": f"I can't reach the AI model at the moment. {AGAIN}",
    "MODEL_UNKNOWN": (
        "The AI model that is set doesn't exist there. "
        "Please tell your administrator this id: {id}."
    ),
    "TOO_LONG": (
        "This conversation has become too long for the AI model. Please begin a new one, "
        "or ask about less at once."
    ),
    "UNAVAILABLE": f"I can't work at the moment. {AGAIN}",
}
DEFAULT = f"Something went wrong while I was answering. {AGAIN}"


class InputError(Exception):
    """A request that can't be run; ``str()`` is one sentence for whoever sent it."""


def run_error(code: str | None, detail: str) -> RunErrorEvent:
    """The error event of a failed run; the detail stays in the log.

    :param code: one of ours, or what ag-ui-strands calls it.
    """
    problem = uuid.uuid4().hex[:12]
    known = code if code in SENTENCES else "INTERNAL_ERROR"
    logger.error("run failed, id %s, %s: %s", problem, code, one_line(detail))
    sentence = SENTENCES.get(known, DEFAULT).format(id=problem)
    return RunErrorEvent(type=EventType.RUN_ERROR, message=sentence, code=known)


def one_line(text: str) -> str:
    """Text fit for one line of the log: no line breaks, no tokens, not endless."""
    return TOKEN.sub("[token]", " ".join(text.split()))[:500]


TOKEN = re.compile(r"eyJ[\w-]+\.[\w-]+(?:\.[\w-]*)?|(?<=Bearer )\S+", re.ASCII)
