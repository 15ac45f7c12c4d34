"""An answer where it was asked: its messages, and meanwhile the status of its thread's session."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager

from bots.answer.placeholder import opening
from bots.answer.posted_answer import PostedAnswer
from bots.errors import PlatformRefused
from bots.platform import Receipt, ReplyStream
from bots.slack.incoming.payloads import IncomingMessage
from bots.slack.outgoing.answer.answer_channel import SlackChannel, marker
from bots.slack.outgoing.answer.answer_stream import AnswerStream
from bots.slack.outgoing.answer.stepped_draft import SteppedDraft
from bots.slack.outgoing.answer.stream_calls import StreamCalls
from bots.slack.outgoing.answer.thread_session import ThreadSession
from bots.slack.outgoing.web_api import WebApi

Explain = Callable[[SteppedDraft], Awaitable[None]]
"""Keeps why a finished answer is as it is."""


@asynccontextmanager
async def threaded_reply(
    api: WebApi,
    incoming: IncomingMessage,
    turn: str,
    receipt: Receipt,
    *,
    pace: float,
    explain: Explain,
) -> AsyncIterator[ReplyStream]:
    """The reply to one turn, whose session is at work until it is answered.

    A turn that is tried again is still worked on.
    """
    first = opening(incoming.text)
    draft, session = SteppedDraft(), ThreadSession(api, incoming)
    stream = AnswerStream(StreamCalls(api), incoming, draft, session, marker=marker(turn, 0))
    channel = SlackChannel(
        api, incoming, turn, stream=stream, opening=first, draft=draft, lease=receipt
    )
    answer = PostedAnswer(channel, receipt, pace, first, draft)
    async with _at_work(session):
        try:
            async with answer as reply:
                yield reply
                await explain(draft)
        except PlatformRefused:
            await session.end("active")
            raise
    await session.end("suspended" if draft.waits else "active")


@asynccontextmanager
async def _at_work(session: ThreadSession) -> AsyncIterator[None]:
    """The session is shown at work; the answer doesn't wait for that to be said."""
    beginning = asyncio.create_task(session.begin())
    try:
        yield
    except BaseException:
        beginning.cancel()
        raise
    await beginning
