"""The web chat as a platform: questions from the page, answers into the transcript."""

import time
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import asynccontextmanager

from ag_ui.core import BaseEvent, CustomEvent, RunFinishedEvent, TextMessageContentEvent

from bots.platform import Accepted, Answer, Receipt, Turn
from bots.sources import Source
from bots.web.answer import SENTENCE, Shown, after
from bots.web.transcripts import Transcripts
from identity.people import ChatUser, Names

# Events are written in batches of this many seconds: a reader can't tell, the table is spared.
BATCH_SECONDS = 0.08
Write = Callable[[str, Sequence[BaseEvent]], Awaitable[None]]

SIGN_IN_AGAIN = "Your sign-in has expired. [Sign in again]({url}) and I'll answer this question."


def accepted_question(
    tenant: str, subject: str, conversation: str, turn: str, text: str
) -> Accepted:
    """What the page's edge puts into the inbox."""
    return Accepted(
        "web",
        turn,
        f"{subject}#{conversation}",
        {"tenant": tenant, "subject": subject, "conversation": conversation, "text": text},
    )


class WebPlatform:
    """Writes answers where the page reads them.

    :param public_url: the address of this service, for links in answers.
    """

    def __init__(self, transcripts: Transcripts, public_url: str) -> None:
        self._transcripts = transcripts
        self._public_url = public_url

    async def dispatch(self, accepted: Accepted, answer: Answer) -> None:
        """Answer the question that was accepted."""
        body = {name: str(value) for name, value in accepted.body.items()}
        await answer(
            Turn(
                id=f"web:{accepted.event_id}",
                chat_user=ChatUser("web", body["tenant"], body["subject"]),
                conversation=f"web:{body['conversation']}",
                text=body["text"],
                accepted=accepted,
                names=Names(workspace="Web chat"),
            )
        )

    async def ask_to_link(self, turn: Turn, url: str) -> None:  # noqa: ARG002 - see below
        """Send the person to the page's own sign-in, which links by itself."""
        again = f"{self._public_url}/auth/login?next=/chat/{turn.accepted.body['conversation']}"
        await self._write(turn, _sentence(SIGN_IN_AGAIN.format(url=again)))

    @asynccontextmanager
    async def reply(self, turn: Turn, receipt: Receipt) -> AsyncIterator["WebReply"]:
        """Write the answer from its beginning; a page that had shown part of it starts over."""
        reply = WebReply(self._transcripts.write, turn)
        if receipt.message is None:
            await receipt.keep(turn.accepted.event_id)
        try:
            yield reply
        finally:
            await reply.flush()
        await self._finish(turn, reply.shown.text, reply.shown.sources)
        if not reply.shown.over:
            await self._write(turn, _over(turn))

    async def notify(self, turn: Turn, sentence: str) -> None:
        """Show a sentence where the answer would have been."""
        await self._finish(turn, sentence)
        await self._write(turn, _sentence(sentence), _over(turn))

    async def _finish(self, turn: Turn, text: str, sources: Sequence[Source] = ()) -> None:
        body = turn.accepted.body
        await self._transcripts.answered(
            str(body["subject"]), str(body["conversation"]), turn.accepted.event_id, text, sources
        )

    async def _write(self, turn: Turn, *events: BaseEvent) -> None:
        await self._transcripts.write(turn.accepted.event_id, events)


class WebReply:
    """One answer while it is written."""

    def __init__(self, write: Write, turn: Turn) -> None:
        self._write = write
        self._turn = turn
        self._batch: list[BaseEvent] = []
        self._flushed = 0.0
        self.shown = Shown()

    async def show(self, event: BaseEvent) -> None:
        """Append one agent event; text is gathered for a moment, the rest is written at once."""
        self.shown = after(self.shown, event)
        self._batch.append(event)
        text = isinstance(event, TextMessageContentEvent)
        if not text or time.monotonic() - self._flushed > BATCH_SECONDS:
            await self.flush()

    async def say(self, sentence: str) -> None:
        """Replace the answer by one sentence."""
        await self.show(_sentence(sentence))

    async def flush(self) -> None:
        """Write what has been gathered."""
        events, self._batch = self._batch, []
        self._flushed = time.monotonic()
        if events:
            await self._write(self._turn.accepted.event_id, events)


def _over(turn: Turn) -> RunFinishedEvent:
    return RunFinishedEvent(thread_id=turn.conversation, run_id=turn.id)


def _sentence(text: str) -> CustomEvent:
    return CustomEvent(name=SENTENCE, value=text)
