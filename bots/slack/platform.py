"""Slack as a platform: Bolt's dispatch behind the inbox, answers into threads and to one person."""

import asyncio
import json
import logging
import re
import time
from collections.abc import Awaitable, Callable, Sequence
from contextlib import AbstractAsyncContextManager, suppress
from dataclasses import dataclass, replace
from functools import partial
from typing import ClassVar

import aiohttp
from ag_ui.core import Interrupt
from botocore.exceptions import BotoCoreError, ClientError
from slack_bolt.async_app import AsyncApp, AsyncBoltContext, AsyncBoltRequest
from slack_bolt.authorization import AuthorizeResult

from bots.conversation_notes import ConversationNotes, place_of
from bots.errors import (
    InstallationRefused,
    MalformedRequest,
    PlatformError,
    PlatformRefused,
    PlatformUnavailable,
    ResponseUrlClosed,
)
from bots.platform import Accepted, Answer, Receipt, ReplyStream, Turn
from bots.slack.app_home.app_home import AppHome
from bots.slack.app_home.own_memory import OwnMemory
from bots.slack.beside_queue.acts import Acts
from bots.slack.beside_queue.answer_explanation import AnswerExplanation
from bots.slack.beside_queue.answer_feedback import AnswerFeedback, Judge
from bots.slack.beside_queue.answer_sharing import AnswerSharing
from bots.slack.beside_queue.closed_account import CloseAccount
from bots.slack.beside_queue.session_stop import SessionStop, StopAll
from bots.slack.beside_queue.stop_button import StopButton, StopOwn
from bots.slack.files.download import FileDownloads
from bots.slack.incoming.app_opened import stored_opened
from bots.slack.incoming.approval_click import AskingTurn
from bots.slack.incoming.button_click import FORGET, ButtonClick, stored_click
from bots.slack.incoming.message_shortcut import Shortcut, stored_question
from bots.slack.incoming.payloads import IncomingMessage, read_message
from bots.slack.incoming.share_confirmation import stored_share
from bots.slack.name_cache import Account, NameCache
from bots.slack.outgoing import approval
from bots.slack.outgoing.answer.stepped_draft import SteppedDraft
from bots.slack.outgoing.answer.thread_session import end_waiting
from bots.slack.outgoing.answer.threaded_reply import threaded_reply
from bots.slack.outgoing.message import content, sign_in, told_content
from bots.slack.outgoing.modals.question_modal import NOT_OPENED, question_modal
from bots.slack.outgoing.private_message import PrivateMessages
from bots.slack.outgoing.private_reply import PrivateReply
from bots.slack.outgoing.response_url import ResponseUrls
from bots.slack.outgoing.web_api import WebApi
from bots.slack.question_reader import QuestionReader
from bots.slack.shareable_answers import ShareableAnswers
from bots.text_commands.execution import Said, TextCommands
from bots.text_commands.sentences import KEPT
from bots.text_commands.words import Word
from bots.turn.attached_files import AttachedFiles
from bots.turn.explanations.kept_explanations import KeptExplanations
from identity.people import ChatUser, Names

REFUSAL = (
    "I can only answer people of the company that I work for. Please ask one of your contacts here."
)
EXAMPLE = "/bizassist Is serial LAPTOP-2024-001 still under warranty?"
IN_CHANNELS = ("mention", "reply")
OPEN_SECONDS = 2.0
"""Slack waits three seconds, and so does its trigger."""
TIMEOUT = aiohttp.ClientTimeout(total=10, connect=5)
PACE = 1.0

_log = logging.getLogger(__name__)

_ANY_COMMAND = re.compile("")  # an installation may have given ours another name


@dataclass(frozen=True, slots=True)
class ServiceParts:
    """What the platform needs of the rest of the chat service.

    :param words: acts on words that no model is asked about.
    :param notes: what is noted of one person's part in a conversation.
    :param is_answered: whether a turn, by its id, has an answer.
    :param attached: reads and keeps the files that come with questions.
    :param memory: what people see of their own memory on the Home tab.
    :param stop_all: stops what a person has asked at a place before a time.
    :param stop_own: stops one turn, if it is this person's.
    :param judge: keeps what a turn's asker thinks of its answer.
    :param shareable: keeps private answers that their asker may still share.
    :param explanations: keeps why answers are as they are.
    :param close_account: ends what hangs on an account that Slack has closed.
    """

    words: TextCommands
    notes: ConversationNotes
    is_answered: Callable[[str], Awaitable[bool]]
    attached: AttachedFiles
    memory: OwnMemory
    stop_all: StopAll
    stop_own: StopOwn
    judge: Judge
    shareable: ShareableAnswers
    explanations: KeptExplanations
    close_account: CloseAccount

    async def is_answered_in(self, conversation: str, chat_user: ChatUser) -> bool:
        """Whether somebody was answered in a conversation."""
        return (await self.notes.read(conversation, chat_user)).answered


class SlackPlatform:
    """Implements :class:`bots.platform.Platform`; made by :func:`installed_platform`.

    :ivar acts: what people do about an answer, taken at once.
    """

    can_approve: ClassVar = True

    def __init__(
        self,
        api: WebApi,
        responses: ResponseUrls,
        downloads: FileDownloads,
        service: ServiceParts,
        pace: float,
    ) -> None:
        self._api = api
        self._words = service.words
        self._notes = service.notes
        self._is_answered = service.is_answered
        self._responses = responses
        self._shareable = service.shareable
        self._explanations = service.explanations
        self._private = PrivateMessages(api, responses)
        self._names = NameCache(api)
        self._questions = QuestionReader(api, self._names, downloads, service.attached)
        self._home = AppHome(api, self._names, service.words, service.memory, self._authorized)
        self._pace = pace
        self._identity: AuthorizeResult | None = None
        self._bolt = self._bolt_app()
        self._sharing = AnswerSharing(service.shareable, api)
        self.acts = Acts(
            [
                SessionStop(service.stop_all, api).take,
                AnswerFeedback(service.judge, api).take,
                self._sharing.take,
                StopButton(service.stop_own, self._responses).take,
                AnswerExplanation(service.explanations, api).take,
            ]
        )

    async def dispatch(self, accepted: Accepted, answer: Answer) -> None:
        """Run Bolt's own dispatch; returns, or raises, when the listener has.

        :raises PlatformError: when Slack can't, or won't, do what answering takes.
        """
        request = AsyncBoltRequest(
            body=json.dumps(accepted.body),
            headers={"content-type": "application/json"},
            context={"accepted": accepted, "answer": answer, "heard": False},
        )
        await self._bolt.async_dispatch(request)
        if not request.context["heard"]:
            raise PlatformUnavailable("Bolt handed an event to no listener of ours")

    async def ask_to_link(self, turn: Turn, url: str) -> None:
        """Show the asker, and nobody else, a button that leads to ``url``."""
        await self._private.send(_incoming(turn.accepted), sign_in(url))

    async def check_installation(self, tenant: str) -> None:  # noqa: ARG002 - one for all
        """Return when Slack takes the bot's token (auth.test).

        :raises PlatformError: when it doesn't, or doesn't say.
        """
        await self._api.identity()

    async def ids(self) -> frozenset[str]:
        """The workspace, or organisation, whose installation this is; none while Slack refuses."""
        own = await self._authorized()
        return frozenset(filter(None, [own.team_id or own.enterprise_id]))

    async def open_form(self, shortcut: Shortcut) -> None:
        """Open the form of a shortcut, or tell who chose it why there is none."""
        sentence = REFUSAL
        if not shortcut.from_another_company:
            try:
                async with asyncio.timeout(OPEN_SECONDS):
                    await self._api.open_modal(shortcut.trigger, question_modal(shortcut.words))
            except (PlatformError, TimeoutError) as error:
                _log.warning("a form could not be opened: %s", str(error) or "too late")
                sentence = NOT_OPENED
            else:
                return
        with suppress(PlatformError):
            await self._responses.send(shortcut.response_url, content(sentence))

    def reply(self, turn: Turn, receipt: Receipt) -> AbstractAsyncContextManager[ReplyStream]:
        """Open the turn's visible message, or continue the one ``receipt`` names."""
        incoming = replace(_incoming(turn.accepted), named_text=turn.text)
        explain = partial(self._explain, turn)
        if incoming.kind == "command" or (incoming.kind in IN_CHANNELS and turn.private):
            return PrivateReply(
                self._private, incoming, turn, receipt, self._shareable, explain=explain
            )
        return threaded_reply(
            self._api, incoming, turn.id, receipt, pace=self._pace, explain=explain
        )

    async def ask_approval(self, turn: Turn, interrupts: Sequence[Interrupt]) -> None:
        """Show the asker alone what waits, in their direct messages, with two buttons."""
        incoming = _incoming(turn.accepted)
        asking = AskingTurn(
            incoming.event_id,
            incoming.tenant,
            incoming.user,
            turn.conversation,
            approval.names(interrupts),
        )
        message = approval.request(asking, interrupts)
        await self._private.send_once(incoming, message, f"{turn.id}/approval")

    async def notify(self, turn: Turn, sentence: str) -> None:
        """Tell the asker, and nobody else, one sentence."""
        await self._private.send(_incoming(turn.accepted), content(sentence))

    async def _explain(self, turn: Turn, draft: SteppedDraft) -> None:
        """Keep why an answer is as it is; one that can't be explained later is shown all the same.

        A late write after the row has become another attempt's says the same.
        """
        explanation = draft.explanation.result
        if explanation is None or not draft.finished:
            return
        try:
            await self._explanations.keep(turn.id, turn.chat_user, explanation)
        except (BotoCoreError, ClientError) as error:
            _log.warning("%s can't be explained later: %s", turn.id, type(error).__name__)

    def _bolt_app(self) -> AsyncApp:
        logger = logging.getLogger(f"{__name__}.bolt")
        logger.setLevel(logging.ERROR)  # it warns of settings that are as they should be

        async def authorize() -> AuthorizeResult:  # Bolt takes no bound method here
            return await self._authorized()

        app = AsyncApp(
            name="bizassist",
            logger=logger,
            authorize=authorize,
            process_before_response=True,  # dispatch returns when the listener has finished
            request_verification_enabled=False,  # the edge has verified
            ssl_check_enabled=False,
            url_verification_enabled=False,
            attaching_conversation_kwargs_enabled=False,
        )

        @app.error
        async def surface(error: Exception) -> None:
            raise error  # Bolt would log it and answer 500; the inbox must see it to deliver again

        for listen in (
            app.command(_ANY_COMMAND),
            app.event("message"),
            app.event("app_mention"),
            app.event("app_home_opened"),
            app.action(re.compile("")),
            app.view(re.compile("")),
        ):
            listen(self._hear)
        return app

    async def _authorized(self) -> AuthorizeResult:
        if self._identity is None:
            try:
                self._identity = await self._api.identity()
            except InstallationRefused:  # the question is read all the same, so that it can be held
                return AuthorizeResult(enterprise_id=None, team_id=None)
        return self._identity

    async def _hear(self, context: AsyncBoltContext) -> None:
        context["heard"] = True
        accepted: Accepted = context["accepted"]
        answer: Answer = context["answer"]
        if opened := stored_opened(accepted.body):
            await self._home.opened(opened)
            return
        if click := stored_click(accepted.body):
            await self._clicked(click)
            return
        if confirmed := stored_share(accepted.body):
            await self._sharing.share(confirmed)
            return
        if question := stored_question(accepted.body):
            placed = await self._private.repeat_question(question)
            accepted = replace(accepted, body={**accepted.body, **placed.accepted.body})
        incoming = _incoming(accepted)
        if incoming.asking is not None:
            await self._go_on(incoming, accepted, answer)
            return
        account = await self._names.account(incoming.tenant, incoming.user)
        if incoming.from_another_company or account.standing == "stranger":
            await self._private.refuse(incoming, content(REFUSAL))
        elif account.standing == "nobody":
            _log.info("%s was asked by nobody: a bot, or a closed account", incoming.event_id)
        else:
            await self._listen(incoming, accepted, account, answer)

    async def _listen(
        self, incoming: IncomingMessage, accepted: Accepted, account: Account, answer: Answer
    ) -> None:
        """Do what a person of this company says."""
        names = await self._names.names(incoming.tenant, account)
        if incoming.word:
            await self._act_on(incoming, incoming.word, names, accepted.sent_at)
        else:
            await self._ask(incoming, accepted, names, answer)

    async def _act_on(
        self, incoming: IncomingMessage, word: Word, names: Names, said_at: float
    ) -> None:
        """Do what a word says, and tell its person alone."""
        said = Said(
            word,
            incoming.chat_user,
            names,
            place=incoming.conversation,
            around=incoming.around,
            event=incoming.event_id,
            said_at=said_at,
            goes_on=incoming.in_thread,
        )
        told = await self._words.act_on(said, EXAMPLE)
        await self._private.send(incoming, told_content(told))

    async def _clicked(self, click: ButtonClick) -> None:
        """Do what a button says, for whoever has clicked it."""
        if click.on_home_tab:
            await self._home.clicked(click)
            return
        sentence = KEPT
        if click.action == FORGET:
            sentence = await self._words.forget_everything(click.chat_user)
        try:
            await self._responses.send(click.response_url, content(sentence), replace=True)
        except ResponseUrlClosed:
            direct = await self._api.direct_channel(click.user)
            await self._api.post(direct, content(sentence))

    async def _ask(
        self, incoming: IncomingMessage, accepted: Accepted, names: Names, answer: Answer
    ) -> None:
        """Answer a question, and note where its asker was answered."""
        place, asker = incoming.conversation, incoming.chat_user
        notes, link = await asyncio.gather(self._notes.read(place, asker), self._words.link(asker))
        question = await self._questions.question(incoming, notes, linked=link is not None)
        turn = replace(
            self._turn(incoming, accepted, names),
            conversation=notes.conversation(place),
            text=question.text,
            quotes=question.quotes,
            files=question.attached.files,
            link=link,
        )
        if question.attached.refused:
            refusals = content(question.attached.refusals)
            await self._private.send_once(incoming, refusals, f"{turn.id}/files")
        answered = question.text and await answer(turn)
        if not question.text and not question.attached.refused and incoming.kind != "reply":
            await self._act_on(incoming, "help", names, accepted.sent_at)
        noted = notes.answered or incoming.kind not in IN_CHANNELS
        if not noted and (answered or await self._is_answered(turn.id)):
            await self._notes.note_answered(place, asker)

    async def _go_on(self, incoming: IncomingMessage, accepted: Accepted, answer: Answer) -> None:
        """Write what was decided where it was asked, then let the answer go on below it."""
        what = incoming.asking.what if incoming.asking else ""
        decision = incoming.decision.decision if incoming.decision else None
        try:
            await self._api.update(incoming.channel, incoming.ts, approval.decided(what, decision))
        except PlatformRefused as error:
            _log.warning("a decision can't be shown where it was taken: %s", error)
        await end_waiting(self._api, incoming, goes_on=decision is not None)
        if decision is not None:
            notes = await self._notes.read(place_of(incoming.conversation), incoming.chat_user)
            turn = self._turn(incoming, accepted, Names())
            await answer(replace(turn, files=notes.files))  # the agent keeps none

    def _turn(self, incoming: IncomingMessage, accepted: Accepted, names: Names) -> Turn:
        return Turn(
            id=f"slack:{incoming.event_id}",
            chat_user=incoming.chat_user,
            conversation=incoming.conversation,
            text=incoming.text,
            accepted=accepted,
            names=names,
            channel=incoming.shared_channel,
            audience=incoming.audience,
            resume=incoming.decision.resume() if incoming.decision else (),
        )


def installed_platform(
    http: aiohttp.ClientSession,
    token: str,
    api_url: str,
    service: ServiceParts,
    *,
    pace: float = PACE,
    now: Callable[[], float] = time.monotonic,
) -> SlackPlatform:
    """The platform of one installation.

    :param token: the bot's.
    :param api_url: base of Slack's Web API, ``https://slack.com/api/`` outside of tests.
    :param service: what the platform needs of the rest of the chat service.
    :param pace: seconds between two edits of a message.
    :param now: seconds on a clock that never goes back.
    """
    api = WebApi(http, token, api_url, now)
    downloads = FileDownloads(http, token, api_url)
    return SlackPlatform(api, ResponseUrls(http, api_url), downloads, service, pace)


def _incoming(accepted: Accepted) -> IncomingMessage:
    incoming = read_message(accepted.body)
    if incoming is None:
        raise MalformedRequest(sentence="The inbox holds an event that asks nothing.")
    return incoming
