"""Verifies caller and question of each request, and answers 4xx before a run begins."""

import asyncio
import re
from collections.abc import Iterator, Mapping
from typing import Any

from ag_ui.core import RunAgentInput
from starlette.datastructures import Headers
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from agent.error_rendering import error_response
from agent.errors import InputError, RequestError
from agent.request.attachments import TOO_LARGE
from agent.request.question import MAX_BODY, parse_request, question_text, run_to_cancel
from agent.request.token_verification import Authorizer

SESSION_ID = re.compile(r"[A-Za-z0-9][A-Za-z0-9_-]{0,99}")
"""What AgentCore Memory takes as a session id (CreateEvent, AgentCore API reference)."""
IDENTITY_NAMES = frozenset({"actorid", "sub", "subject", "userid", "username", "user"})


class RequestMiddleware:
    """ASGI middleware before ``/invocations``; a run's state has ``caller`` and ``files``."""

    def __init__(self, app: ASGIApp, authorizer: Authorizer) -> None:
        self._app = app
        self._authorizer = authorizer

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Let a good request through and answer every other one."""
        if scope["type"] != "http" or scope["path"] != "/invocations" or scope["method"] != "POST":
            await self._app(scope, receive, send)
            return
        try:
            authorization = Headers(scope=scope).get("authorization")
            caller = await self._authorizer.caller(authorization)
            body = await _body(receive)
            incoming = await asyncio.to_thread(parse_request, body)
            check_run_input(incoming.run_input, caller.subject)
        except RequestError as error:
            await error_response(error)(scope, receive, send)
        else:
            scope.setdefault("state", {}).update(caller=caller, files=incoming.files)
            await self._app(scope, _with_body(incoming.body, receive), send)


def check_run_input(run_input: RunAgentInput, subject: str) -> None:
    """Whether a run may begin.

    :raises InputError: when the input is no question, is too long, or speaks for somebody else.
    """
    if not SESSION_ID.fullmatch(run_input.thread_id):
        raise InputError("threadId must be 1 to 100 letters, digits, - and _.")
    identities = _identities([run_input.state, run_input.forwarded_props])
    context = ((entry.description, entry.value) for entry in run_input.context or ())
    if any(actor != subject for actor in [*identities, *_identities_in(context)]):
        raise InputError("A request can't name another person: the sign-in decides who is asking.")
    if not run_input.resume and run_to_cancel(run_input) is None:
        question_text(run_input)


async def _body(receive: Receive) -> bytes:
    parts, size, more = [], 0, True
    while more:
        message = await receive()
        if message["type"] == "http.disconnect":
            raise InputError("The body did not arrive.")
        parts.append(message.get("body", b""))
        size += len(parts[-1])
        if size > MAX_BODY:
            raise InputError(TOO_LARGE)
        more = message.get("more_body", False)
    return b"".join(parts)


def _with_body(body: bytes, receive: Receive) -> Receive:
    """Give the body to the application as if it had just arrived, then what comes after it."""
    rest = iter([{"type": "http.request", "body": body, "more_body": False}])

    async def receive_from_memory() -> Message:
        return next(rest, None) or await receive()

    return receive_from_memory


def _identities(value: Any) -> Iterator[object]:
    """Every value in a payload that stands under a name for a person."""
    if isinstance(value, Mapping):
        yield from _identities_in(value.items())
        for entry in value.values():
            yield from _identities(entry)
    elif isinstance(value, list):
        for entry in value:
            yield from _identities(entry)


def _identities_in(entries: Any) -> Iterator[object]:
    for name, value in entries:
        if re.sub(r"[^a-z]", "", str(name).lower()) in IDENTITY_NAMES:
            yield value
