"""Teams as a platform: botbuilder's dispatch behind the inbox, answers into its chats."""

import asyncio
import logging
from collections.abc import AsyncIterator, Sequence
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from dataclasses import replace
from typing import Any, ClassVar

import aiohttp
from ag_ui.core import Interrupt
from botbuilder.integration.aiohttp import CloudAdapter
from botframework.connector.auth import AuthenticateRequestResult

from bots.answer.explanation.run_explanation import Explanation
from bots.answer.placeholder import opening
from bots.conversation_notes import place_of
from bots.errors import DeliveryRefused, FormRefused, NoPrivateChat, PlatformError, PlatformRefused
from bots.platform import Accepted, Answer, Audience, Receipt, ReplyStream, Turn
from bots.teams.file_downloads import FileDownloads
from bots.teams.incoming.activity import (
    IncomingActivity,
    others_words,
    question_text,
    read_activity,
)
from bots.teams.incoming.approval_click import AskingTurn, read_decided
from bots.teams.incoming.authentication import identity
from bots.teams.listener import Listener
from bots.teams.outgoing.answer.replies import Acts, DressedAnswer, Pace, StreamedAnswer
from bots.teams.outgoing.answer.streamed_conversation import StreamedConversation
from bots.teams.outgoing.audience import Rosters
from bots.teams.outgoing.bot_token import BotToken
from bots.teams.outgoing.connector_clients import Connectors
from bots.teams.outgoing.content import approval_card
from bots.teams.outgoing.conversation import conversation_of, open_personal
from bots.teams.outgoing.message import plain, sign_in
from bots.teams.outgoing.private_message import PrivateMessages
from bots.teams.registration import TeamsApp
from bots.teams.service_parts import ServiceParts
from bots.turn.decision_and_stop import Decided

CONNECTIONS = 100
OWN_CHAT_SECONDS = 3.0
"""Teams waits for some five seconds for what its dialog shows."""

_log = logging.getLogger(__name__)


class TeamsPlatform:
    """Implements :class:`bots.platform.Platform`; made by :func:`teams_platform`."""

    can_approve: ClassVar = True

    def __init__(
        self, app: TeamsApp, connectors: Connectors, pace: Pace, service: ServiceParts
    ) -> None:
        self._connectors = connectors
        self._service = service
        self._downloads = FileDownloads(connectors.http)
        self._private = PrivateMessages(connectors)
        self._rosters = Rosters()
        self._pace = pace
        self._bot_framework = app.bot_framework()
        # Without an on_turn_error the adapter raises what a listener raises, as the inbox needs it.
        self._adapter = CloudAdapter(self._bot_framework)

    async def dispatch(self, accepted: Accepted, answer: Answer) -> None:
        """Run botbuilder's own dispatch; returns, or raises, when the listener has."""
        incoming = _incoming(accepted)
        if decided := read_decided(accepted.body):
            await self._go_on(incoming, accepted, *decided, answer)
            return
        text = await asyncio.to_thread(question_text, incoming)
        quotes = await asyncio.to_thread(others_words, incoming)
        listener = Listener(
            incoming,
            replace(incoming.turn(accepted, text), quotes=quotes),
            self._with_audience(incoming, answer),
            self._service,
            private=self._private,
            downloads=self._downloads,
            post=conversation_of(self._connectors, incoming).send,
        )
        if incoming.asks_about_message:
            await listener.ask()
            return
        await self._adapter.process_activity(
            self._authenticated(accepted), incoming.activity, listener.on_turn
        )

    async def _go_on(
        self,
        incoming: IncomingActivity,
        accepted: Accepted,
        asking: AskingTurn,
        decided: Decided | None,
        answer: Answer,
    ) -> None:
        """Write what was decided where it was asked, then let the answer go on below it."""
        card = approval_card.decided_card(asking.what, decided.decision if decided else None)
        message = approval_card.message(card, approval_card.SUMMARY.format(what=asking.what))
        try:
            await conversation_of(self._connectors, incoming).show_instead(
                incoming.replied_message, message
            )
        except PlatformRefused as error:
            _log.warning("a decision can't be shown where it was taken: %s", error)
        if decided is not None:
            turn = incoming.turn(accepted, "")
            place = place_of(asking.conversation)
            notes = await self._service.notes.read(place, incoming.chat_user)
            await answer(
                replace(
                    turn,
                    files=notes.files,  # the agent keeps none
                    id=f"teams:{accepted.event_id}",
                    conversation=asking.conversation,
                    private=True,
                    audience=Audience.ALONE,
                    resume=decided.resume(),
                )
            )

    async def ask_to_link(self, turn: Turn, url: str) -> None:
        """Show the asker, and nobody else, a button that leads to ``url``."""
        await self._private.send(_incoming(turn.accepted), sign_in(url))

    async def check_installation(self, tenant: str) -> None:  # noqa: ARG002 - one for all
        """Return when Entra ID gives the bot a token; what Teams says to it is seen by a post.

        :raises PlatformError: when it doesn't, or doesn't say.
        """
        await self._connectors.check_token()

    def reply(self, turn: Turn, receipt: Receipt) -> AbstractAsyncContextManager[ReplyStream]:
        """Open the turn's visible message, or continue the one ``receipt`` names."""
        incoming = _incoming(turn.accepted)
        if incoming.personal:
            return self._streamed(turn, incoming, incoming.conversation, receipt)
        if turn.private and not incoming.targeted:
            return self._personal_reply(turn, incoming, receipt)
        chat = conversation_of(self._connectors, incoming)
        acts = self._acts(turn, incoming.conversation)
        return DressedAnswer(chat, receipt, self._pace, opening(turn.text), acts)

    def _streamed(
        self, turn: Turn, incoming: IncomingActivity, conversation: str, receipt: Receipt
    ) -> StreamedAnswer:
        """An answer in the asker's own chat."""
        chat = StreamedConversation(
            self._connectors.client(incoming.activity.service_url),
            self._connectors.limits.of(incoming.chat_user.tenant, conversation),
            conversation,
            incoming.question if conversation == incoming.conversation else None,
        )
        chat.apart = self._pace.apart
        acts = self._acts(turn, conversation)
        return StreamedAnswer(chat, receipt, self._pace, opening(turn.text), acts)

    def _acts(self, turn: Turn, conversation: str) -> Acts:
        """What the asker can do about the answer of ``turn``."""

        async def stop() -> None:
            await self._service.runs.stop(turn.id, turn.chat_user, turn.conversation)

        async def note(message: str) -> None:
            place = f"teams:{conversation.partition(';')[0]}/{message}"
            await self._service.messages.note(place, turn.id, turn.chat_user)

        async def explain(explanation: Explanation) -> None:
            await self._service.explanations.keep(turn.id, turn.chat_user, explanation)

        return Acts(stop, note, explain)

    @asynccontextmanager
    async def _personal_reply(
        self, turn: Turn, incoming: IncomingActivity, receipt: Receipt
    ) -> AsyncIterator[ReplyStream]:
        """An answer in the asker's personal chat to what was asked in a group.

        :raises NoPrivateChat: before there is anything to see, when Teams doesn't let us.
        """
        try:
            chat = await open_personal(self._connectors, incoming)
        except (DeliveryRefused, FormRefused) as error:
            raise NoPrivateChat(str(error)) from error
        async with self._streamed(turn, incoming, chat.id, receipt) as reply:
            yield reply

    async def ask_approval(self, turn: Turn, interrupts: Sequence[Interrupt]) -> None:
        """Show the asker alone what waits, in their own chat, with two buttons."""
        incoming = _incoming(turn.accepted)
        event = turn.id.removeprefix("teams:")
        what = approval_card.names(interrupts)
        asker = turn.chat_user
        asking = AskingTurn(event, asker.tenant, asker.user, turn.conversation, what)
        mri = incoming.activity.from_property.id
        card = approval_card.request_card(asking, approval_card.calls(interrupts), mri)
        message = approval_card.message(card, approval_card.SUMMARY.format(what=what))
        await self._private.send(incoming, message, in_own_chat=True)

    async def has_own_chat(self, incoming: IncomingActivity) -> bool:
        """Whether who speaks can be answered in a chat of their own; so too where nobody says."""
        try:
            async with asyncio.timeout(OWN_CHAT_SECONDS):
                await open_personal(self._connectors, incoming)
        except (DeliveryRefused, FormRefused) as error:
            _log.info("a question about a message can't be answered: %s", error)
            return False
        except (TimeoutError, PlatformError) as error:
            _log.info("whether somebody has a chat with us is unknown: %s", error)
        return True

    async def notify(self, turn: Turn, sentence: str) -> None:
        """Tell the asker, and nobody else, one sentence."""
        await self._private.send(_incoming(turn.accepted), plain(sentence))

    def _with_audience(self, incoming: IncomingActivity, answer: Answer) -> Answer:
        async def told(turn: Turn) -> None:
            await answer(replace(turn, audience=await self._audience(incoming)))

        return told

    async def _audience(self, incoming: IncomingActivity) -> Audience:
        place = incoming.shared_channel
        if place is None or incoming.targeted or incoming.asks_about_message:
            return Audience.ALONE
        client = self._connectors.client(incoming.activity.service_url)
        return await self._rosters.audience(client, place, incoming.chat_user.tenant)

    def _authenticated(self, accepted: Accepted) -> AuthenticateRequestResult:
        """What the edge found out about the sender, as the adapter wants to be told."""
        claims: Any = accepted.body["claims"]
        result = AuthenticateRequestResult()
        result.claims_identity = identity(claims)
        result.audience = self._bot_framework.get_originating_audience()
        result.connector_factory = self._connectors
        return result


@asynccontextmanager
async def teams_platform(
    app: TeamsApp, service: ServiceParts, *, connections: int = CONNECTIONS
) -> AsyncIterator[TeamsPlatform]:
    """The platform with its connections, for as long as the service runs.

    :param service: what people's clicks and words act on.
    :param connections: to the Bot Connector at the same time.
    """
    connector = aiohttp.TCPConnector(limit=connections)
    async with aiohttp.ClientSession(connector=connector, trust_env=True) as http:
        connectors = Connectors(http, None if app.anonymous else BotToken(app))
        yield TeamsPlatform(app, connectors, Pace(), service)


def _incoming(accepted: Accepted) -> IncomingActivity:
    return read_activity(accepted.body["activity"])
