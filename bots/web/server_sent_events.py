"""An answer while it is written, as server-sent events: from wherever it is being written."""

import asyncio
import time
from collections.abc import AsyncIterator, Sequence

from ag_ui.core import BaseEvent, CustomEvent
from aiohttp import web
from aiohttp_sse import sse_response

from bots.web.outgoing.answer_html import html
from bots.web.outgoing.answer_state import AnswerState, apply
from bots.web.transcripts import Transcripts

RENDERED = "bizassist.html"
"""Name of the custom event that carries the answer so far as safe HTML."""

LOOK_SECONDS = 0.1
# The browser opens the stream again by itself; none stays open for ever.
LONGEST = 10 * 60


async def stream(request: web.Request, transcripts: Transcripts, turn: str) -> web.StreamResponse:
    """Send the turn's events from the first one on, and end with the answer.

    Every event is an AG-UI event; those that change what is visible are followed by a custom one
    with the rendered answer, so that the page needs to know no Markdown.
    """
    async with sse_response(request) as response:
        state = AnswerState()
        async for batch in _batches(transcripts, turn):
            before = state
            for event in batch:
                state = apply(state, event)
                await response.send(_json(event))
            if state.text != before.text:
                await response.send(_json(CustomEvent(name=RENDERED, value=html(state.text))))
            if state.finished:
                await response.send("", event="over")
                break
    return response


async def _batches(transcripts: Transcripts, turn: str) -> AsyncIterator[Sequence[BaseEvent]]:
    since, began = "", time.monotonic()
    while time.monotonic() - began < LONGEST:
        for position, events in await transcripts.written(turn, since):
            since = position
            yield events
        await asyncio.sleep(LOOK_SECONDS)


def _json(event: BaseEvent) -> str:
    return event.model_dump_json(by_alias=True, exclude_none=True)
