"""An answer while it is written, as server-sent events: from wherever it is being written."""

import asyncio
from collections.abc import AsyncGenerator, Sequence
from contextlib import aclosing
from dataclasses import dataclass, field

from ag_ui.core import BaseEvent, CustomEvent, TextMessageContentEvent
from aiohttp import web
from aiohttp_sse import sse_response

from bots.web.live_answer_reader import Batch, LiveAnswers
from bots.web.outgoing.answer_state import AnswerState, apply, coalesced
from bots.web.outgoing.growing_html import GrowingHtml
from bots.web.streams_per_person import CROWDED, OpenStream, OpenStreams
from identity.executor import Executor

RENDERED = "bizassist.html"
"""Name of the custom event that carries what has changed of the answer as safe HTML."""


@dataclass(frozen=True, slots=True)
class AnswerStreams:
    """Streams of answers.

    :param render: threads for what takes as long as the text is.
    """

    live: LiveAnswers
    render: Executor
    open_streams: OpenStreams = field(default_factory=OpenStreams)

    async def stream(self, request: web.Request, subject: str, turn: str) -> web.StreamResponse:
        """Send the turn's events from the first one on, and end with the answer.

        Every event is an AG-UI event; those that change what is visible are followed by a custom
        one with what has changed of the rendered answer, so that the page needs to know no
        Markdown.
        """
        with self.open_streams.opened(request, subject) as opened:
            async with sse_response(request) as response:
                shown = ShownAnswer()
                async with aclosing(self.until_over(turn, opened)) as batches:
                    async for new in batches:
                        for message in await self.render(shown.messages, new):
                            await response.send(message)
                        while shown.html.behind:
                            for message in await self.render(shown.rendered):
                                await response.send(message)
                        if shown.state.finished:
                            await response.send("", event="over")
                            break
                if opened.crowded:
                    await response.send("", event=CROWDED)
        return response

    async def until_over(self, turn: str, opened: OpenStream) -> AsyncGenerator[list[Batch]]:
        """What has been written of a turn since the last time, until its stream has to end."""
        over = asyncio.create_task(opened.over.wait())
        async with aclosing(self.live.follow(turn)) as following:
            new = asyncio.ensure_future(anext(following))
            try:
                while True:
                    await asyncio.wait({new, over}, return_when=asyncio.FIRST_COMPLETED)
                    if over.done():
                        return
                    yield new.result()
                    new = asyncio.ensure_future(anext(following))
            finally:
                over.cancel()
                new.cancel()
                await asyncio.wait({new})  # a generator that runs can't be closed


@dataclass(slots=True)
class ShownAnswer:
    """What a page has been sent of one answer."""

    state: AnswerState = field(default_factory=AnswerState)
    html: GrowingHtml = field(default_factory=GrowingHtml)

    def messages(self, batches: Sequence[Batch]) -> list[str]:
        """The data of the events to send for what has been written since; takes its time."""
        events = coalesced(event for batch in batches for event in batch)
        sent = []
        for event in events:
            self.state = apply(self.state, event)
            sent.append(_json(event))
        # After anything but text a while may pass, such as that of a tool.
        pauses = bool(events) and not isinstance(events[-1], TextMessageContentEvent)
        return [*sent, *self.rendered(last=pauses)]

    def rendered(self, *, last: bool = False) -> list[str]:
        """The same for what has changed of the rendered answer, or for a part of it.

        :param last: nothing follows soon.
        """
        changed = self.html.update(self.state.text, last=last or self.state.finished)
        return [] if changed is None else [_json(CustomEvent(name=RENDERED, value=changed))]


def _json(event: BaseEvent) -> str:
    return event.model_dump_json(by_alias=True, exclude_none=True)
