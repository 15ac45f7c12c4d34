"""The door of the agent: who is asking, and is it a question? Answers 4xx before a run begins."""

import json
import logging
import re
from collections.abc import Iterator, Mapping
from typing import Any

from ag_ui.core import RunAgentInput
from pydantic import ValidationError
from starlette.datastructures import Headers
from starlette.responses import JSONResponse
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from agent.caller import Authorizer, TokenError
from agent.keys import KeysUnavailableError
from agent.problems import InputError
from agent.trace import request

logger = logging.getLogger(__name__)

MAX_BODY = 1024 * 1024
MAX_TEXT = 16_000
SESSION_HEADER = "x-amzn-bedrock-agentcore-runtime-session-id"
SESSION_ID = re.compile(r"[A-Za-z0-9][A-Za-z0-9_-]{0,99}")
"""What AgentCore Memory takes as a session id (CreateEvent, AgentCore API reference)."""
CLAIMS_OF_IDENTITY = frozenset({"actorid", "sub", "subject", "userid", "username", "user"})


class Door:
    """ASGI middleware before ``/invocations``; the run finds the caller in ``request.state``."""

    def __init__(self, app: ASGIApp, authorizer: Authorizer) -> None:
        self._app = app
        self._authorizer = authorizer

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Let a good request through and answer every other one."""
        if scope["type"] != "http" or scope["path"] != "/invocations" or scope["method"] != "POST":
            await self._app(scope, receive, send)
            return
        headers = Headers(scope=scope)
        with request(headers):
            await self._admit(headers, scope, receive, send)

    async def _admit(self, headers: Headers, scope: Scope, receive: Receive, send: Send) -> None:
        try:
            caller = await self._authorizer.caller(headers.get("authorization"))
            body = await _body(receive)
            check(_parsed(body), headers, caller.subject)
        except TokenError as error:
            await _refuse(error.status, str(error))(scope, receive, send)
        except KeysUnavailableError:
            logger.error("the issuer's keys can't be read")  # noqa: TRY400 - no traceback
            sentence = "Sign-ins can't be checked at the moment. Please try again in a minute."
            await _refuse(503, sentence)(scope, receive, send)
        except InputError as error:
            await _refuse(400, str(error))(scope, receive, send)
        else:
            scope.setdefault("state", {})["caller"] = caller
            await self._app(scope, _again(body, receive), send)


def check(run_input: RunAgentInput, headers: Mapping[str, str], subject: str) -> None:
    """Whether a run may begin.

    :raises InputError: when the input is no question, is too long, or speaks for somebody else.
    """
    if not SESSION_ID.fullmatch(run_input.thread_id):
        raise InputError("threadId must be 1 to 100 letters, digits, - and _.")
    if headers.get(SESSION_HEADER, run_input.thread_id) != run_input.thread_id:
        raise InputError("threadId must be the session id of the request's header.")
    claimed = _claimed([run_input.state, run_input.forwarded_props])
    context = ((entry.description, entry.value) for entry in run_input.context or ())
    if any(actor != subject for actor in [*claimed, *_named_in(context)]):
        raise InputError("A request can't name another person: the sign-in decides who is asking.")
    if not run_input.resume:
        question(run_input)


def question(run_input: RunAgentInput) -> str:
    """The one new message: the last one, which must be the person's text.

    :raises InputError: when there is none, or it is too long.
    """
    last = run_input.messages[-1] if run_input.messages else None
    if last is None or last.role != "user" or not isinstance(last.content, str):
        raise InputError("The last message must be the person's question, as text.")
    if not last.content.strip():
        raise InputError("The question is empty.")
    if len(last.content) > MAX_TEXT:
        raise InputError(f"The question is too long: {MAX_TEXT:,} characters are the most.")
    return last.content


def _parsed(body: bytes) -> RunAgentInput:
    try:
        payload = json.loads(body)
    except (ValueError, RecursionError):
        raise InputError("The body must be JSON.") from None
    try:
        return RunAgentInput.model_validate(payload)
    except (ValidationError, RecursionError) as error:
        fields = error.errors() if isinstance(error, ValidationError) else []
        names = sorted({str(entry["loc"][0]) for entry in fields if entry["loc"]} & FIELDS)
        hint = f" Please look at: {', '.join(names)}." if names else ""
        raise InputError(f"The body must be AG-UI's RunAgentInput.{hint}") from None


FIELDS = {field.alias or name for name, field in RunAgentInput.model_fields.items()}


async def _body(receive: Receive) -> bytes:
    parts, size, more = [], 0, True
    while more:
        message = await receive()
        if message["type"] == "http.disconnect":
            raise InputError("The body did not arrive.")
        parts.append(message.get("body", b""))
        size += len(parts[-1])
        if size > MAX_BODY:
            raise InputError(f"The body is too large: {MAX_BODY:,} bytes are the most.")
        more = message.get("more_body", False)
    return b"".join(parts)


def _again(body: bytes, receive: Receive) -> Receive:
    """Give the body to the application as if it had just arrived, then what comes after it."""
    rest = iter([{"type": "http.request", "body": body, "more_body": False}])

    async def receive_again() -> Message:
        return next(rest, None) or await receive()

    return receive_again


def _claimed(value: Any) -> Iterator[object]:
    """Every value in a payload that stands under a name for a person."""
    if isinstance(value, Mapping):
        yield from _named_in(value.items())
        for entry in value.values():
            yield from _claimed(entry)
    elif isinstance(value, list):
        for entry in value:
            yield from _claimed(entry)


def _named_in(entries: Any) -> Iterator[object]:
    for name, value in entries:
        if re.sub(r"[^a-z]", "", str(name).lower()) in CLAIMS_OF_IDENTITY:
            yield value


def _refuse(status: int, sentence: str) -> JSONResponse:
    logger.info("refused with %d: %s", status, sentence)
    return JSONResponse({"message": sentence}, status_code=status)
