"""The web chat as a platform: questions from the page, answers into the transcript."""

import time
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import asynccontextmanager
from typing import Any, ClassVar

from ag_ui.core import (
    BaseEvent,
    CustomEvent,
    Interrupt,
    RunFinishedEvent,
    RunStartedEvent,
    TextMessageContentEvent,
    TextMessageEndEvent,
    TextMessageStartEvent,
    ToolCallArgsEvent,
    ToolCallEndEvent,
)

from bots.answer.explanation.run_explanation import Explanation, ExplanationBuilder
from bots.answer.sources import Source
from bots.platform import Accepted, Answer, Audience, Lease, Receipt, Turn
from bots.turn.decision_and_stop import APPROVAL_SECONDS, Decided
from bots.web.approval_display import Approvals, TurnKey, approval_of
from bots.web.incoming.uploads import Uploads
from bots.web.live_answer_reader import LiveAnswers
from bots.web.outgoing.answer_state import SENTENCE, AnswerState, apply
from bots.web.transcripts import Transcripts
from identity.executor import ahead
from identity.people import ChatUser, Names

# Events are written in batches of this many seconds: a reader can't tell, the table is spared.
BATCH_SECONDS = 0.08
SILENT = (
    *(RunStartedEvent, TextMessageStartEvent, TextMessageEndEvent),
    *(ToolCallArgsEvent, ToolCallEndEvent),
)
"""Events that change nothing on the page: they are written with the next that does."""
Write = Callable[[str, Sequence[BaseEvent]], Awaitable[None]]

SIGN_IN_AGAIN = "Your sign-in has expired. [Sign in again]({url}) and I'll answer this question."


class WebPlatform:
    """Writes answers where the page reads them.

    :param public_url: the address of this service, for links in answers.
    """

    can_approve: ClassVar = True

    def __init__(
        self,
        transcripts: Transcripts,
        live: LiveAnswers,
        approvals: Approvals,
        uploads: Uploads,
        public_url: str,
    ) -> None:
        self._transcripts = transcripts
        self._live = live
        self._approvals = approvals
        self._uploads = uploads
        self._public_url = public_url

    async def dispatch(self, accepted: Accepted, answer: Answer) -> None:
        """Answer the question that was accepted."""
        body = {name: str(value) for name, value in accepted.body.items()}
        decided = _decided(accepted)
        turn = body.get("turn", accepted.event_id)
        place = (body["subject"], body["conversation"], turn)
        async with ahead(self._uploads.until(*place)) as uploads:
            # The process that put a question into the inbox may not have come so far.
            if decided is None and not await self._transcripts.ask(*place, body["text"]):
                return  # its person has deleted the conversation meanwhile
            files = await uploads
        await answer(
            Turn(
                id=f"web:{accepted.event_id}",
                chat_user=ChatUser("web", body["tenant"], body["subject"]),
                conversation=f"web:{body['conversation']}",
                text=body["text"],
                accepted=accepted,
                names=Names(workspace="Web chat"),
                resume=decided.resume() if decided else (),
                files=files,
                audience=Audience.ALONE,
            )
        )

    async def ask_to_link(self, turn: Turn, url: str) -> None:  # noqa: ARG002 - see below
        """Send the person to the page's own sign-in, which links by itself."""
        again = f"{self._public_url}/auth/login?next=/chat/{turn.accepted.body['conversation']}"
        await self._write(turn, _sentence(SIGN_IN_AGAIN.format(url=again)))

    async def check_installation(self, tenant: str) -> None:
        """Return: our own pages can always be written to."""

    @asynccontextmanager
    async def reply(self, turn: Turn, receipt: Receipt) -> AsyncIterator["WebReply"]:
        """Write the answer from its beginning; a page that had shown part of it starts over.

        After a decision the beginning is below what stands there.
        """
        if decided := _decided(turn.accepted):
            live = turn.accepted.event_id
            await self._approvals.continue_answer(_turn_key(turn), live, decided.decision)
        reply = WebReply(self._live.write, turn, receipt)
        with self._live.writing(turn.accepted.event_id, from_the_beginning=receipt.fresh):
            try:
                yield reply
            except BaseException:
                await reply.flush()
                raise
            await receipt.hold()
            shown = reply.state
            await self._finish(
                turn, shown.text, shown.sources, reply.explanation.result, failed=shown.failed
            )
            # A page that hears of the end finds the whole turn in the transcript.
            await self._write(turn, *reply.gathered, reply.end or _over(turn))

    async def ask_approval(self, turn: Turn, interrupts: Sequence[Interrupt]) -> None:
        """Put the buttons below the answer, before it stands there without them."""
        until = int(time.time()) + APPROVAL_SECONDS
        approval = approval_of(turn.accepted.event_id, interrupts, until)
        await self._approvals.record_request(_turn_key(turn), approval)

    async def notify(self, turn: Turn, sentence: str) -> None:
        """Show a sentence where the answer would have been."""
        await self._finish(turn, sentence, failed=True)
        await self._write(turn, _sentence(sentence), _over(turn))

    async def _finish(
        self,
        turn: Turn,
        text: str,
        sources: Sequence[Source] = (),
        explanation: Explanation | None = None,
        *,
        failed: bool,
    ) -> None:
        await self._transcripts.answered(
            *_turn_key(turn), text, sources=sources, explanation=explanation, failed=failed
        )

    async def _write(self, turn: Turn, *events: BaseEvent) -> None:
        await self._live.write(turn.accepted.event_id, events)


class WebReply:
    """One answer while it is written."""

    def __init__(self, write: Write, turn: Turn, lease: Lease) -> None:
        self._write = write
        self._turn = turn
        self._lease = lease
        self.gathered: list[BaseEvent] = []
        self._flushed = 0.0
        self.state = AnswerState()
        self.explanation = ExplanationBuilder()
        self.end: BaseEvent | None = None

    async def show(self, event: BaseEvent) -> None:
        """Append one agent event; text is gathered for a moment, the rest is written at once.

        The event that ends the run is kept back until the answer is in the transcript.
        """
        self.state = apply(self.state, event)
        self.explanation.take(event)
        if self.state.finished:
            self.end = event
            return
        self.gathered.append(event)
        if isinstance(event, SILENT):
            return
        text = isinstance(event, TextMessageContentEvent)
        if not text or time.monotonic() - self._flushed > BATCH_SECONDS:
            await self.flush()

    async def say(self, sentence: str, *, stoppable: bool = False) -> None:
        """Replace the answer by one sentence; the page has a Stop of its own until the end."""
        del stoppable
        await self.show(_sentence(sentence))

    async def flush(self) -> None:
        """Write what has been gathered."""
        events, self.gathered = self.gathered, []
        self._flushed = time.monotonic()
        if events:
            await self._lease.hold()
            await self._write(self._turn.accepted.event_id, events)


def _decided(accepted: Accepted) -> Decided | None:
    body: Any = accepted.body
    if "decision" not in body:
        return None
    return Decided(body["decision"], tuple(body["interrupts"]))


def _turn_key(turn: Turn) -> TurnKey:
    """Where the turn's answer stands: a decision's is that of its question."""
    body = turn.accepted.body
    place = body.get("turn", turn.accepted.event_id)
    return str(body["subject"]), str(body["conversation"]), str(place)


def _over(turn: Turn) -> RunFinishedEvent:
    return RunFinishedEvent(thread_id=turn.conversation, run_id=turn.id)


def _sentence(text: str) -> CustomEvent:
    return CustomEvent(name=SENTENCE, value=text)
