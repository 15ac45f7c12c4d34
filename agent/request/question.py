"""Parses a request: the question as text, and the files that came with it, apart from it."""

import json
import re
from dataclasses import dataclass

from ag_ui.core import RunAgentInput, TextPart, UserMessage
from pydantic import ValidationError

from agent.errors import InputError
from agent.request.attachments import MOST_BYTES, AttachedFile, attached_files

MAX_TEXT = 16_000
MAX_BESIDE_FILES = 1024 * 1024
"""What everything but the files' data may measure, in bytes."""
MAX_BODY = MAX_BESIDE_FILES + (MOST_BYTES + 1024) * 4 // 3
TOO_LARGE = f"The body is too large: {MAX_BESIDE_FILES:,} bytes beside the files are the most."
CANCEL = "cancelRun"
"""In ``forwardedProps``: the id of the run of this thread that is to end; nothing is asked then."""
MEMORY_VERSION = "memoryVersion"
"""In ``forwardedProps``: another one each time that something was forgotten of the person."""
ENCODED_FILE = re.compile(rb'"[A-Za-z0-9+/=\\]{2048,}"')


@dataclass(frozen=True, slots=True)
class IncomingQuestion:
    """One request, parsed.

    :param run_input: without files; its last message is the person's text.
    :param body: the same as JSON, for the application behind the middleware.
    """

    run_input: RunAgentInput
    files: tuple[AttachedFile, ...]
    body: bytes


def parse_request(body: bytes) -> IncomingQuestion:
    """Parse a request; takes a tenth of a second for 20 MB of files, so don't call it in the loop.

    :raises InputError: when it is no AG-UI input, or is too large.
    """
    if len(ENCODED_FILE.sub(b"", body)) > MAX_BESIDE_FILES:
        raise InputError(TOO_LARGE)
    run_input = _parsed(body)
    last = run_input.messages[-1] if run_input.messages else None
    if isinstance(last, UserMessage) and isinstance(last.content, list):
        files = attached_files(last.content)
        texts = [part.text for part in last.content if isinstance(part, TextPart)]
        message = UserMessage(id=last.id, content="\n".join(texts))
        run_input = run_input.model_copy(update={"messages": [message]})
        body = run_input.model_dump_json(by_alias=True, exclude_none=True).encode()
    else:
        files = ()
    if len(body) > MAX_BESIDE_FILES:
        raise InputError(TOO_LARGE)
    return IncomingQuestion(run_input, files, body)


def question_text(run_input: RunAgentInput) -> str:
    """The one new message: the last one, which must be the person's text.

    :raises InputError: when there is none, or it is too long.
    """
    last = run_input.messages[-1] if run_input.messages else None
    if last is None or last.role != "user" or not isinstance(last.content, str):
        raise InputError("The last message must be the person's question.")
    if not last.content.strip():
        raise InputError("The question is empty.")
    if len(last.content) > MAX_TEXT:
        raise InputError(f"The question is too long: {MAX_TEXT:,} characters are the most.")
    return last.content


def run_to_cancel(run_input: RunAgentInput) -> str | None:
    """The run that a request asks to cancel; None for a question."""
    props = run_input.forwarded_props
    run = props.get(CANCEL) if isinstance(props, dict) else None
    return run if isinstance(run, str) else None


def memory_version(run_input: RunAgentInput) -> str:
    """Under what a recall of the person is kept; the same until something is forgotten of them."""
    props = run_input.forwarded_props
    return str(props.get(MEMORY_VERSION, "")) if isinstance(props, dict) else ""


def _parsed(body: bytes) -> RunAgentInput:
    try:
        payload = json.loads(body)
    except (ValueError, RecursionError):
        raise InputError("The body must be JSON.") from None
    try:
        return RunAgentInput.model_validate(payload)
    except (ValidationError, RecursionError) as error:
        fields = error.errors() if isinstance(error, ValidationError) else []
        names = sorted({str(entry["loc"][0]) for entry in fields if entry["loc"]} & INPUT_FIELDS)
        hint = f" Please look at: {', '.join(names)}." if names else ""
        raise InputError(f"The body must be AG-UI's RunAgentInput.{hint}") from None


INPUT_FIELDS = {field.alias or name for name, field in RunAgentInput.model_fields.items()}
