"""AgentCore Runtime: one question as the person who asks, an answer as a stream of agent events."""

import asyncio
import base64
import logging
import re
import uuid
from collections.abc import AsyncGenerator, AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from urllib.parse import quote

import httpx
from ag_ui.core import (
    BaseEvent,
    ContentPart,
    Context,
    CustomEvent,
    DataSource,
    DocumentPart,
    Event,
    ResumeEntry,
    RunAgentInput,
    RunErrorEvent,
    RunFinishedEvent,
    TextPart,
    UserMessage,
)
from httpx_sse import EventSource, SSEError, aconnect_sse
from pydantic import TypeAdapter, ValidationError

from bots import trace
from bots.errors import QuestionRefused, QuestionTooLong, RuntimeUnavailable, TokenRefused
from bots.file_bucket import SentFile
from bots.platform import Audience, Quote

SESSION_HEADER = "X-Amzn-Bedrock-AgentCore-Runtime-Session-Id"
# "read" bounds the silence between two events, not the answer: a tool may think for a while, and
# the agent ends an answer by itself after 120 seconds (its setting turn_seconds).
TIMEOUT = httpx.Timeout(connect=5.0, read=150.0, write=30.0, pool=5.0)

TEARDOWN_PAUSES = (0.2, 0.5, 1.0, 2.0)
"""Seconds between tries while the runtime ends an old session (RetryableConflictException)."""

STOP_TIMEOUT = httpx.Timeout(connect=5.0, read=20.0, write=10.0, pool=5.0)
CANCEL = "cancelRun"
"""In ``forwardedProps``: the run that the agent is to end (``agent/request/question.py``)."""

HEARTBEAT = "heartbeat"
"""Name of the event that only says that a run goes on (``agent/run/runs_under_way.py``)."""

SHORT_EVENT = 16_000
"""Characters; the runtime passes on up to 10 MB at a time (AgentCore Runtime, "Quotas")."""

LONGEST_EVENT = 16 * 1024 * 1024
"""Bytes; no runtime that works says so much at a time."""

BLANK_LINE = re.compile(rb"\r\n\r\n|\n\n|\r\r")
"""What ends an event (WHATWG HTML, "Interpreting an event stream")."""

SPAN = {"gen_ai.operation.name": "invoke_agent", "gen_ai.agent.name": "bizassist"}
"""As OpenTelemetry's conventions for generative AI name it."""

_EVENT: TypeAdapter[BaseEvent] = TypeAdapter(Event)
_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class RunAddress:
    """Where a run is made.

    :param session: the person's runtime session: a microVM of theirs for all their conversations.
    :param thread: the conversation as the agent and its memory know it.
    :param run: the turn's id.
    """

    session: str
    thread: str
    run: str


class Runtime:
    """A client of one agent runtime.

    Plain HTTPS with the person's bearer token: with a JWT authorizer the AWS SDK cannot invoke
    (InvokeAgentRuntime, "JWT bearer token", AgentCore developer guide).

    :param http: shared client; whoever made it closes it.
    :param base: ``https://bedrock-agentcore.{region}.amazonaws.com``, or its local stand-in.
    """

    def __init__(self, http: httpx.AsyncClient, base: str, arn: str) -> None:
        self._http = http
        self._runtime = f"{base}/runtimes/{quote(arn, safe='')}"
        self._url = f"{self._runtime}/invocations?qualifier=DEFAULT"

    async def invoke(
        self,
        address: RunAddress,
        text: str,
        token: str,
        *,
        audience: Audience,
        personal_memory: bool = False,
        memory_version: str = "",
        resume: Sequence[ResumeEntry] = (),
        files: Sequence[SentFile] = (),
        quotes: Sequence[Quote] = (),
    ) -> AsyncGenerator[BaseEvent]:
        """Ask ``text`` and yield what the agent says and does.

        :param resume: goes on with a run that waits for these decisions, instead of asking.
        :param token: the person's Cognito access token.
        :param audience: who reads the answer along.
        :param personal_memory: whether what the person's memory holds may be read by colleagues.
        :param memory_version: the link's; what was recalled under another one is out of date.
        :param files: what the question can speak of; the agent keeps none of them.
        :param quotes: what others wrote, for the model to read beside the question.
        :raises RuntimeUnavailable: when the runtime can't be reached, fails, or breaks off.
        :raises TokenRefused: when its authorizer refuses the token.
        :raises QuestionRefused: when it doesn't take the question.
        """
        props = {
            "audience": audience.value,
            "personalMemory": personal_memory,
            "memoryVersion": memory_version,
        }
        question = _run_input(address, props, list(resume) or None, quotes)
        body = await asyncio.to_thread(_body, question, text, files)
        try:
            with trace.outgoing("invoke_agent bizassist", SPAN) as traced:
                headers = {**_headers(address.session, token), **traced}
                async with self._connected(body, headers, TIMEOUT) as stream:
                    async for event in _events(stream):
                        yield event
        except (httpx.TransportError, SSEError) as error:
            raise RuntimeUnavailable(f"{address.run}: {type(error).__name__}") from error

    async def cancel(self, address: RunAddress, token: str) -> None:
        """End a run of the person's; fine when it is none that is under way.

        :raises RuntimeUnavailable: when the runtime can't be reached, or fails.
        :raises TokenRefused: when its authorizer refuses the token.
        """
        asked = RunAddress(address.session, address.thread, f"cancel-{uuid.uuid4().hex}")
        cancelling = _run_input(asked, {CANCEL: address.run})
        body = cancelling.model_dump_json(by_alias=True, exclude_none=True).encode()
        headers = _headers(address.session, token)
        try:
            async with self._connected(body, headers, STOP_TIMEOUT) as stream:
                async for _ in _events(stream):
                    pass
        except (httpx.TransportError, SSEError) as error:
            raise RuntimeUnavailable(f"cancel: {type(error).__name__}") from error

    @asynccontextmanager
    async def _connected(
        self, body: bytes, headers: dict[str, str], limits: httpx.Timeout
    ) -> AsyncIterator[EventSource]:
        """The run's stream; a session that is being torn down (409) is asked again."""
        for pause in (*TEARDOWN_PAUSES, None):
            async with aconnect_sse(
                self._http, "POST", self._url, content=body, headers=headers, timeout=limits
            ) as stream:
                if pause is None or stream.response.status_code != httpx.codes.CONFLICT:
                    _check(stream.response)
                    stream.response.stream = _BoundedEvents(stream.response.stream)
                    yield stream
                    return
            await asyncio.sleep(pause)

    async def stop_session(self, session: str, token: str) -> None:
        """End a person's microVM and all that runs in it; fine when there is none.

        (StopRuntimeSession.)

        :raises RuntimeUnavailable: when the runtime can't be reached, or fails.
        :raises TokenRefused: when its authorizer refuses the token.
        """
        try:
            response = await self._http.post(
                f"{self._runtime}/stopruntimesession?qualifier=DEFAULT",
                headers=_headers(session, token),
                json={},
                timeout=STOP_TIMEOUT,
            )
        except httpx.TransportError as error:
            raise RuntimeUnavailable(f"stop: {type(error).__name__}") from error
        if response.status_code != httpx.codes.NOT_FOUND:
            _check(response)


class _BoundedEvents(httpx.AsyncByteStream):
    """A response's bytes; an event that never ends is not kept until the memory does.

    :raises RuntimeUnavailable: when an event is too long.
    """

    def __init__(self, stream: object) -> None:
        if not isinstance(stream, httpx.AsyncByteStream):
            raise TypeError("an asynchronous client has asynchronous streams")
        self._stream = stream

    async def __aiter__(self) -> AsyncIterator[bytes]:
        length, end = 0, b""
        async for chunk in self._stream:
            looked_at = end + chunk
            blank_lines = list(BLANK_LINE.finditer(looked_at))
            length = len(looked_at) - blank_lines[-1].end() if blank_lines else length + len(chunk)
            if length > LONGEST_EVENT:
                raise RuntimeUnavailable("an event of the runtime is too long")
            end = looked_at[-3:]
            yield chunk

    async def aclose(self) -> None:
        await self._stream.aclose()


def _headers(session: str, token: str) -> dict[str, str]:
    return {
        "Authorization": f"Bearer {token}",
        "Accept-Encoding": "identity",
        "Content-Type": "application/json",
        SESSION_HEADER: session,
    }


def _run_input(
    address: RunAddress,
    forwarded_props: Mapping[str, object],
    resume: list[ResumeEntry] | None = None,
    quotes: Sequence[Quote] = (),
) -> RunAgentInput:
    return RunAgentInput(
        thread_id=address.thread,
        run_id=address.run,
        messages=[],
        resume=resume,
        state={},
        tools=[],
        context=[Context(description=one.source, value=one.words) for one in quotes],
        forwarded_props=dict(forwarded_props),
    )


def _body(question: RunAgentInput, text: str, files: Sequence[SentFile]) -> bytes:
    """The question as JSON; 20 MB of files take a while."""
    content: str | list[ContentPart] = text
    if files:
        content = [TextPart(text=text), *(_document(file) for file in files)]
    message = UserMessage(id=question.run_id, content=content)
    messages = [message] if files or not question.resume else []
    asked = question.model_copy(update={"messages": messages})
    return asked.model_dump_json(by_alias=True, exclude_none=True).encode()


def _document(file: SentFile) -> DocumentPart:
    data = base64.b64encode(file.data).decode()
    source = DataSource(value=data, mime_type=file.type)
    return DocumentPart(source=source, metadata={"filename": file.name})


def _check(response: httpx.Response) -> None:
    """Raise what an answer other than 200 means (InvokeAgentRuntime, "Errors")."""
    said = f"the runtime answered {response.status_code}"
    match response.status_code:
        case httpx.codes.OK:
            return
        case httpx.codes.UNAUTHORIZED | httpx.codes.FORBIDDEN:
            raise TokenRefused(said)
        case httpx.codes.REQUEST_ENTITY_TOO_LARGE:
            raise QuestionTooLong(said)
        case httpx.codes.BAD_REQUEST | httpx.codes.UNPROCESSABLE_ENTITY:
            raise QuestionRefused(said)
        case _:
            after = response.headers.get("Retry-After", "")
            raise RuntimeUnavailable(said, after=float(after) if after.isdecimal() else None)


async def _event(data: str) -> BaseEvent:
    """An event's JSON read: a long one, such as the result of a tool, beside the event loop."""
    if len(data) <= SHORT_EVENT:
        return _EVENT.validate_json(data)
    return await asyncio.to_thread(_EVENT.validate_json, data)


async def _events(stream: EventSource) -> AsyncIterator[BaseEvent]:
    """The run's events up to its end.

    :raises RuntimeUnavailable: when the stream ends before the run does.
    """
    async for sent in stream.aiter_sse():
        try:
            event = await _event(sent.data)
        except ValidationError:
            _log.warning("passed over an agent event of an unknown shape")
            continue
        if isinstance(event, CustomEvent) and event.name == HEARTBEAT:
            continue
        yield event
        if isinstance(event, RunFinishedEvent | RunErrorEvent):
            return
    raise RuntimeUnavailable("the stream ended before the run did")
