"""One answer's stream: opened at once, appended to while it is written, sealed before Slack does.

What is appended stays, so only settled text is. The end is never appended: a sealed stream is a
message like any other, and the whole answer goes there by an edit, which does no harm when it is
made twice. That also makes good whatever an append has lost.
"""

import logging

from bots.errors import DeliveryRefused, FormRefused, PlatformRefused, PlatformUnavailable
from bots.slack.incoming.payloads import IncomingMessage
from bots.slack.outgoing.answer.run_steps import Step
from bots.slack.outgoing.answer.stepped_draft import SteppedDraft
from bots.slack.outgoing.answer.stream_calls import StreamCalls
from bots.slack.outgoing.answer.stream_chunks import new_chunks, task, weight
from bots.slack.outgoing.answer.thread_session import ThreadSession

LONGEST = 240.0
"""Seconds: Slack ends a stream after about five minutes (python-slack-sdk#1859)."""
HEAVIEST = 9_000
"""Bytes: Slack refuses a little above 10,600 (openclaw/openclaw#143882)."""

_log = logging.getLogger(__name__)


class AnswerStream:
    """The stream of a reply's first message.

    :param marker: what the stream is found by when its id is lost.
    """

    def __init__(
        self,
        calls: StreamCalls,
        incoming: IncomingMessage,
        draft: SteppedDraft,
        session: ThreadSession,
        *,
        marker: str,
    ) -> None:
        self._calls = calls
        self._incoming = incoming
        self._draft = draft
        self._session = session
        self._marker = marker
        self._ts = ""
        self._sealed: set[str] = set()
        self._opened_at = 0.0
        self._text = ""
        self._known: dict[str, Step] = {}
        self._may_open = True

    async def open(self) -> str | None:
        """Begin it and return its timestamp; None where it can't be, or was begun before.

        :raises PlatformUnavailable: when nobody knows whether it has begun.
        """
        if not self._may_open or not self._incoming.thread:
            return None
        self._may_open = False
        steps = self._draft.steps.steps
        try:
            tasks = [task(step, self._marker) for step in steps]
            self._ts = await self._calls.start(self._incoming, tasks)
        except (FormRefused, DeliveryRefused) as error:
            _log.info("an answer is no stream: %s", error)
            return None
        except PlatformUnavailable as error:
            if error.taken:
                raise
            return None
        self._opened_at, self._known = self._calls.now(), {step.id: step for step in steps}
        return self._ts

    async def grow(self, ts: str) -> bool:
        """Append what is new; False when it is over and the message has to be edited from now on.

        :raises PlatformUnavailable: when it can't be appended now; the next time carries it.
        """
        if ts != self._ts or ts in self._sealed:
            return False
        steps, text = self._draft.steps.steps, await self._draft.settled()
        late = self._calls.now() - self._opened_at >= LONGEST
        if late or weight(steps, text) > HEAVIEST or not text.startswith(self._text):
            return False
        chunks = new_chunks(steps, self._known, text[len(self._text) :], self._marker)
        if chunks:
            try:
                await self._calls.append(self._incoming.channel, ts, chunks)
            except PlatformUnavailable as error:
                if error.taken:  # sent again, it could stand there twice
                    return False
                raise
            except PlatformRefused as error:
                _log.info("a stream takes no more: %s", error)
                return False
        self._text, self._known = text, {step.id: step for step in steps}
        return True

    async def seal(self, ts: str) -> None:
        """Let the message be edited; that it can be already is well.

        :raises PlatformError: when it can't be sealed now.
        """
        self._may_open = False
        if ts in self._sealed:
            return
        try:
            await self._calls.stop(
                self._incoming.channel, ts, self._marker, at_work=self._session.begun
            )
        except FormRefused as error:
            _log.info("a stream was over: %s", error)
        self._sealed.add(ts)
