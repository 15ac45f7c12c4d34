"""Plays AgentCore Runtime in front of the agent, in the agent's own process."""

import asyncio
import logging
import re
import sys
import uuid
from collections import defaultdict
from collections.abc import Awaitable, Callable
from urllib.parse import unquote

import boto3
import uvicorn
from starlette.datastructures import Headers
from starlette.responses import JSONResponse
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from agent.app import application, authorizer
from agent.errors import SettingsError, SigningKeysUnavailableError, TokenError
from agent.models import providers as models
from agent.request.token_verification import Authorizer
from agent.run.runs_under_way import RunsUnderWay
from agent.settings import Settings, parameter_prefix, port
from agent.telemetry import log
from bizassist.errors import RuntimeRefusal
from bizassist.local.memory_extractor import Extractor
from bizassist.local.own_machine import OwnMachine
from bizassist.settings.ssm_parameters import read_parameters

logger = logging.getLogger(__name__)

SESSION = "x-amzn-bedrock-agentcore-runtime-session-id"
REQUEST_ID = b"x-amzn-bedrock-agentcore-runtime-request-id"
CUSTOM = "x-amzn-bedrock-agentcore-runtime-custom-"
SESSION_LENGTHS = range(33, 257)
TRACE = ("traceparent", "tracestate", "baggage", "x-amzn-trace-id")
FORWARDED = frozenset(
    {"accept", "authorization", "content-length", "content-type", SESSION, *TRACE}
)
"""What reaches the agent: the content, the headers on the runtime's allow-list, and those that
InvokeAgentRuntime itself names for the trace."""
CALL = re.compile(r"/runtimes/(?P<arn>[^/]+)/(?P<operation>invocations|stopruntimesession)")

THREAD = re.compile(rb'"threadId": ?"(?P<thread>[A-Za-z0-9_-]+)"')
"""In a run's first event: which memory session to extract from."""

Ended = Callable[[str, str], Awaitable[None]]


class Runtime:
    """ASGI middleware: checks what AWS checks, forwards what AWS forwards, stops sessions.

    :param arn: the one runtime that exists here.
    :param runs: those of the agent. In AWS they end with the process of their session; here one
        process plays all sessions.
    :param ended: told the subject and the thread after each run.
    """

    def __init__(
        self, app: ASGIApp, authorizer: Authorizer, arn: str, runs: RunsUnderWay, ended: Ended
    ) -> None:
        self._app = app
        self._runs = runs
        self._authorizer = authorizer
        self._arn = arn
        self._ended = ended
        self._running: defaultdict[tuple[str, str], set[asyncio.Task[None]]] = defaultdict(set)
        self._ending: set[tuple[str, str]] = set()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request."""
        if scope["type"] != "http" or scope["path"] == "/ping":
            await self._app(scope, receive, send)
            return
        try:
            operation = self._operation(scope)
            headers = Headers(scope=scope)
            subject = await self._subject(headers)
            session = _session(headers)
        except RuntimeRefusal as error:
            answer = JSONResponse({"message": str(error)}, error.status)
            answer.headers["x-amzn-ErrorType"] = error.kind
            await answer(scope, receive, send)
            return
        if (subject, session) in self._ending:
            await _conflict()(scope, receive, send)
        elif operation == "invocations":
            await self._invoke((subject, session), _forwarded(scope), receive, send)
        else:
            await self._stop((subject, session))
            await JSONResponse({"runtimeSessionId": session})(scope, receive, send)

    def _operation(self, scope: Scope) -> str:
        path = scope.get("raw_path", scope["path"].encode()).decode("latin-1").split("?")[0]
        call = CALL.fullmatch(path)
        operation = "invocations" if path == "/invocations" else call and call["operation"]
        if not operation or scope["method"] != "POST":
            raise RuntimeRefusal(404, "UnknownOperationException", "Unknown operation.")
        if call and unquote(call["arn"]) != self._arn:
            raise RuntimeRefusal(
                404, "ResourceNotFoundException", "No endpoint or agent found with this ARN."
            )
        return operation

    async def _subject(self, headers: Headers) -> str:
        try:
            return (await self._authorizer.caller(headers.get("authorization"))).subject
        except TokenError as error:
            raise RuntimeRefusal(error.status, "AccessDeniedException", str(error)) from None
        except SigningKeysUnavailableError:
            raise RuntimeRefusal(
                503, "ServiceUnavailableException", "The discovery URL can't be read."
            ) from None

    async def _invoke(
        self, key: tuple[str, str], scope: Scope, receive: Receive, send: Send
    ) -> None:
        response = _Response(send)
        run = asyncio.create_task(self._run(scope, receive, response))
        self._running[key].add(run)
        try:
            await asyncio.wait({run})
        finally:  # the client may have gone away, or this session may have been stopped
            run.cancel()
            await asyncio.wait({run})
            self._forget(key, run)
        if run.cancelled() and response.started:
            await send({"type": "http.response.body", "body": b""})
        elif run.cancelled():
            await _conflict()(scope, receive, send)
        elif error := run.exception():
            raise error
        if response.thread:  # a client that has gone away leaves its run at work
            subject, session = key
            await self._runs.ended(session, subject, response.thread)
            await self._ended(subject, response.thread)

    async def _run(self, scope: Scope, receive: Receive, send: Send) -> None:
        await self._app(scope, receive, send)

    async def _stop(self, key: tuple[str, str]) -> None:
        """End the session's invocations; its conversations stay in memory."""
        runs = set(self._running.get(key, ()))
        self._ending.add(key)
        try:
            for run in runs:
                run.cancel()
            if runs:
                await asyncio.wait(runs)
            subject, session = key
            await self._runs.end(session, subject)
        finally:
            self._ending.discard(key)

    def _forget(self, key: tuple[str, str], run: asyncio.Task[None]) -> None:
        self._running[key].discard(run)
        if not self._running[key]:
            del self._running[key]


class _Response:
    """Sends a response on, and notes that it began and which thread it belongs to."""

    def __init__(self, send: Send) -> None:
        self._send = send
        self.started = False
        self.thread = ""

    async def __call__(self, message: Message) -> None:
        self.started = self.started or message["type"] == "http.response.start"
        if not self.thread and (named := THREAD.search(message.get("body", b""))):
            self.thread = named["thread"].decode()
        await self._send(message)


def _conflict() -> JSONResponse:
    """A session that is being torn down takes no calls (InvokeAgentRuntime, "Errors")."""
    answer = JSONResponse({"message": "The session is being stopped. Try again."}, 409)
    answer.headers["x-amzn-ErrorType"] = "RetryableConflictException"
    return answer


def _session(headers: Headers) -> str:
    session = headers.get(SESSION, "")
    if len(session) not in SESSION_LENGTHS:
        raise RuntimeRefusal(
            400, "ValidationException", "runtimeSessionId must have 33 to 256 characters."
        )
    return session


def _forwarded(scope: Scope) -> Scope:
    """The request as the agent's container sees it."""
    kept = [
        (name, value)
        for name, value in scope["headers"]
        if (text := name.decode("latin-1").lower()) in FORWARDED or text.startswith(CUSTOM)
    ]
    headers = [*kept, (REQUEST_ID, str(uuid.uuid4()).encode())]
    return {**scope, "path": "/invocations", "raw_path": b"/invocations", "headers": headers}


def main() -> None:
    """Serve the agent behind its runtime on 127.0.0.1:$PORT."""
    log.set_up()
    try:
        settings = Settings.load()
        models.check(settings.model_choice)
        chosen = port()
    except SettingsError as error:
        sys.exit(str(error))
    arn = read_parameters(boto3.client("ssm"), parameter_prefix())["runtime_arn"]
    extractor = Extractor(settings.memory_id)
    agent = application(settings, Settings.load)
    runtime = Runtime(agent, authorizer(settings), arn, agent.state.runs, extractor.session_ended)
    config = uvicorn.Config(
        OwnMachine(runtime),
        host="127.0.0.1",
        port=chosen,
        log_config=None,
        access_log=False,
        timeout_graceful_shutdown=3,
    )
    uvicorn.Server(config).run()


if __name__ == "__main__":
    main()
