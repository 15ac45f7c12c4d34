"""A personal chat in which the first message of an answer is streamed while it is written.

"Stream bot messages" (Teams platform documentation): the first activity is answered with the
stream's id, which is the message's; those that follow carry all of the text so far, and a number;
the final one is a message. A stream that is over is a message like any other: it is edited.
"""

import asyncio
import logging
import time
from collections.abc import Callable, Mapping

from bots.errors import FormRefused, MessageTooLong, PlatformUnavailable, StreamOver, StreamStopped
from bots.teams.outgoing.bot_connector import Json
from bots.teams.outgoing.call_retries import noting_refusals, with_retries
from bots.teams.outgoing.conversation import NO_ID, TeamsConversation
from bots.teams.outgoing.message import THINKING

STREAM = "~"
"""In the receipt, before the id of a message that was begun as a stream."""
LONGEST = 100.0
"""Seconds that are streamed: Teams ends a stream after two minutes, with an error to be seen."""
LONGEST_INFORMATIVE = 1_000
APART = 1.1
"""Seconds between two activities of a stream: Teams takes one a second (teams.py#452)."""

_log = logging.getLogger(__name__)


class StreamedConversation(TeamsConversation):
    """Implements :class:`bots.answer.answer_messages.MessageChannel`; its first post is a stream.

    One object shows one answer.

    :ivar stopped: its asker has pressed Stop, so what they see stays as it is.
    """

    apart: float = APART
    now: Callable[[], float] = staticmethod(time.monotonic)
    stopped: bool = False
    _began: float | None = None
    _last = 0.0
    _sequence = 0
    _refused = False
    _over = False

    @property
    def streams(self) -> bool:
        """Whether the message is a stream of this process that goes on."""
        return self._began is not None and not self._refused and self.left > 0

    @property
    def left(self) -> float:
        """Seconds until the stream should have ended."""
        return LONGEST if self._began is None else self._began + LONGEST - self.now()

    async def post(self, part: int, markdown: str) -> str:
        """Show a new message; the answer's first begins a stream, where Teams lets it."""
        if part or self.dressing is not None:
            return await super().post(part, markdown)
        first = _activity("typing", THINKING, {"streamType": "informative", "streamSequence": 1})
        try:
            stream = await self.send(first)
        except FormRefused as error:
            _log.info("an answer is not streamed: %s", error)
            return await super().post(part, markdown)
        self._began = self._last = self.now()
        self._sequence = 1
        return stream if stream == NO_ID else f"{STREAM}{stream}"

    async def go_on(self, message: str, text: str, *, informative: bool) -> None:
        """Let the stream show all of the text so far, or what is being done.

        :raises StreamOver: when it takes nothing more.
        :raises PlatformUnavailable: when it can't now; the next time carries it.
        """
        if wait := self._limits.draft_wait():
            raise PlatformUnavailable("the updates of this moment are spent", after=wait)
        await self._keep_apart()
        kind = "informative" if informative else "streaming"
        self._sequence += 1
        part = {
            "streamId": message.removeprefix(STREAM),
            "streamType": kind,
            "streamSequence": self._sequence,
        }
        shown = text[:LONGEST_INFORMATIVE] if informative else text
        activity = _activity("typing", shown, part)
        try:
            await noting_refusals(lambda: self._connector.post(self.id, activity), self._limits)
        except StreamStopped:
            self.stopped = self._refused = self._over = True
            raise
        except FormRefused as error:
            self._refused = True
            raise StreamOver(str(error)) from error
        finally:
            self._last = self.now()

    async def update(self, message: str, markdown: str, *, final: bool) -> None:
        """Make the message show something else; a stream ends with it."""
        if not message.startswith(STREAM):
            await super().update(message, markdown, final=final)
            return
        if not self._over:
            await self._end(message.removeprefix(STREAM), markdown)
        elif not self.stopped:
            await super().update(message.removeprefix(STREAM), markdown, final=final)

    async def delete(self, message: str) -> None:
        """Take the message away."""
        await super().delete(message.removeprefix(STREAM))

    async def _end(self, stream: str, markdown: str) -> None:
        """End the stream with the message; one that was over already is edited."""
        forms = await self.forms(markdown)
        for form in forms:
            await self._keep_apart()
            try:
                await self._post_end(stream, form)
            except StreamStopped as error:
                _log.info("an answer was stopped while it was streamed: %s", error)
                self.stopped = self._over = True
                return
            except StreamOver as error:
                _log.info("a stream was over: %s", error)
                break
            except MessageTooLong:
                raise
            except FormRefused as error:
                _log.warning("a stream can't end in this form: %s", error)
            else:
                self._over = True
                return
            finally:
                self._last = self.now()
        self._over = True
        await super().update(stream, markdown, final=True)

    async def _post_end(self, stream: str, form: Json) -> None:
        end = {"type": "streaminfo", "streamId": stream, "streamType": "final"}
        entities = form.get("entities")
        activity = form | {"entities": [*(entities if isinstance(entities, list) else []), end]}
        # Ending twice is the same as ending once: the second is refused, and the message edited.
        await with_retries(
            lambda: self._connector.post(self.id, activity), self._limits, repeatable=True
        )

    async def _keep_apart(self) -> None:
        if self._began is not None:
            await asyncio.sleep(max(0.0, self._last + self.apart - self.now()))


def _activity(kind: str, text: str, part: Mapping[str, object]) -> Json:
    info = {"type": "streaminfo", **part}
    return {"type": kind, "text": text, "textFormat": "markdown", "entities": [info]}
