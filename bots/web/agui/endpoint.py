"""``POST /agui``: the agent for any client of AG-UI, as the person of its token."""

from collections.abc import Awaitable, Callable, Sequence
from contextlib import aclosing
from dataclasses import dataclass

from ag_ui.core import BaseEvent
from aiohttp import web
from aiohttp_sse import EventSourceResponse, sse_response

from bots.edge import json_object, refusals_answered
from bots.errors import (
    ForbiddenRequest,
    MalformedRequest,
    SigningKeysUnavailable,
    UnauthenticatedRequest,
)
from bots.turn.run import interrupts
from bots.web.agui.asked_run import AskedRun, asked_run
from bots.web.agui.run_events import RunEvents
from bots.web.incoming.answer_actions import AnswerActions
from bots.web.incoming.question_intake import QuestionIntake
from bots.web.live_answer_reader import Batch
from bots.web.new_id import new_id
from bots.web.server_sent_events import AnswerStreams
from bots.web.streams_per_person import OpenStream
from bots.web.transcripts import Transcripts
from identity.errors import SignInUnavailable, TokenRejected
from identity.links import Links
from identity.oidc.token_verification import Account, TokenVerifier
from identity.people import ChatUser
from identity.sessions.known_sender import recognise

SCHEME = "bearer "
SIGN_IN = "Please sign in at the company's user pool and send its access token."
NOT_LINKED = "Please sign in to the web chat once, at {url}, and try again."
NOTHING_WAITS = "Nothing of this thread waits for that decision any more."
GONE = "This takes longer than I can hold the line. The answer will stand in the web chat."


@dataclass(frozen=True, slots=True)
class Callers:
    """Who may call: people of the pool who have a link, since answers are made as them.

    :param is_enabled: whether the pool still has somebody, enabled.
    """

    verifier: TokenVerifier
    links: Links
    is_enabled: Callable[[str], Awaitable[bool]]


@dataclass(frozen=True, slots=True)
class AguiEndpoint:
    """The one route of AG-UI. A question is a turn of the web chat, and stands there as well.

    :param chat_url: where a person signs in to the web chat.
    """

    callers: Callers
    questions: QuestionIntake
    actions: AnswerActions
    transcripts: Transcripts
    streams: AnswerStreams
    chat_url: str

    def routes(self) -> list[web.AbstractRouteDef]:
        """The route, for ``Application.add_routes``."""
        return [web.post("/agui", refusals_answered(self.run))]

    async def run(self, request: web.Request) -> web.StreamResponse:
        """Take AG-UI's ``RunAgentInput`` and stream the run's events (server-sent events).

        A client that goes away misses the rest; the answer is made all the same.
        """
        account = await self._caller(request)
        recognise(request)
        asked = asked_run(json_object(await request.read()))
        live = await self._begin(account.subject, asked)

        async def allowed() -> bool:
            return await self.callers.is_enabled(account.subject)

        with self.streams.open_streams.opened(request, account.subject, allowed) as opened:
            # The protocol's own client takes no other end of a line.
            async with sse_response(request, sep="\n", allow_all_methods=True) as response:
                await self._send(response, RunEvents(asked.given), live, opened)
        return response

    async def _caller(self, request: web.Request) -> Account:
        """Whose access token came with the request."""
        header = request.headers.get("Authorization", "")
        if not header.lower().startswith(SCHEME):
            raise UnauthenticatedRequest(sentence=SIGN_IN)
        token = header[len(SCHEME) :].strip()
        try:
            account = await self.callers.verifier.verify_access_token(token)
            enabled = await self.callers.is_enabled(account.subject)
        except TokenRejected as error:
            raise UnauthenticatedRequest(str(error), sentence=SIGN_IN) from None
        except SignInUnavailable as error:
            raise SigningKeysUnavailable(str(error)) from None
        if not enabled:
            raise UnauthenticatedRequest("disabled", sentence=SIGN_IN)
        chat_user = ChatUser("web", self.questions.tenant, account.subject)
        if await self.callers.links.active(chat_user) is None:
            raise ForbiddenRequest(sentence=NOT_LINKED.format(url=self.chat_url))
        return account

    async def _begin(self, subject: str, asked: AskedRun) -> str:
        """Take the question or the decision; the event whose events are the answer."""
        if asked.decision is None:
            question = (subject, asked.conversation, new_id(), asked.text)
            return await self.questions.take(*question, asked.sent_again)
        turns = await self.transcripts.turns(subject, asked.conversation)
        waiting = turns[-1].approval if turns else None
        if waiting is None or await self._waits_for(waiting.live) != asked.interrupts:
            raise MalformedRequest(sentence=NOTHING_WAITS)
        place = (subject, asked.conversation, turns[-1].id)
        goes_on = await self.actions.take_decision(*place, waiting.live, asked.decision)
        if goes_on is None:
            raise MalformedRequest(sentence=NOTHING_WAITS)
        return goes_on

    async def _waits_for(self, live: str) -> frozenset[str]:
        written = await self.transcripts.written(live)
        return frozenset(
            one.id for _, batch in written for event in batch for one in interrupts(event)
        )

    async def _send(
        self, response: EventSourceResponse, run: RunEvents, live: str, opened: OpenStream
    ) -> None:
        await _write(response, [_json(run.began())])
        async with aclosing(self.streams.until_over(live, opened)) as batches:
            async for new in batches:
                await _write(response, await self.streams.render(_messages, run, new))
                if run.finished:
                    return
        await _write(response, [_json(one) for one in run.failed(GONE, "stream_ended")])


def _messages(run: RunEvents, batches: Sequence[Batch]) -> list[str]:
    return [_json(sent) for batch in batches for sent in run.after(batch)]


async def _write(response: EventSourceResponse, messages: Sequence[str]) -> None:
    for message in messages:
        await response.send(message)


def _json(event: BaseEvent) -> str:
    return event.model_dump_json(by_alias=True, exclude_none=True)
