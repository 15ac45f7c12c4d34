"""Teams as a platform: botbuilder's dispatch behind the inbox, answers into its chats."""

import asyncio
import logging
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from dataclasses import replace
from typing import Any, ClassVar

import aiohttp
from ag_ui.core import Interrupt
from botbuilder.core import ActivityHandler, TurnContext
from botbuilder.integration.aiohttp import CloudAdapter
from botframework.connector.auth import AuthenticateRequestResult

from bots.answer.placeholder import opening
from bots.errors import DeliveryRefused, FormRefused, NoPrivateChat
from bots.platform import Accepted, Answer, Audience, Receipt, ReplyStream, Turn
from bots.teams.incoming.activity import IncomingActivity, question_text, read_activity
from bots.teams.incoming.authentication import identity
from bots.teams.outgoing.answer.replies import DressedAnswer, Pace, StreamedAnswer
from bots.teams.outgoing.answer.streamed_conversation import StreamedConversation
from bots.teams.outgoing.bot_token import BotToken
from bots.teams.outgoing.connector_clients import Connectors
from bots.teams.outgoing.conversation import TeamsConversation, conversation_of, open_personal
from bots.teams.outgoing.message import HELP, WELCOME, formatted, plain, sign_in
from bots.teams.outgoing.private_message import PrivateMessages
from bots.teams.outgoing.roster import Rosters
from bots.teams.registration import TeamsApp
from identity.people import ChatUser

CONNECTIONS = 100

Stop = Callable[[str, ChatUser, str], Awaitable[None]]

_log = logging.getLogger(__name__)


class TeamsPlatform:
    """Implements :class:`bots.platform.Platform`; made by :func:`teams_platform`."""

    can_approve: ClassVar = False

    def __init__(
        self,
        app: TeamsApp,
        connectors: Connectors,
        pace: Pace,
        stop: Stop,
    ) -> None:
        self._stop = stop
        self._connectors = connectors
        self._private = PrivateMessages(connectors)
        self._rosters = Rosters()
        self._pace = pace
        self._bot_framework = app.bot_framework()
        # Without an on_turn_error the adapter raises what a listener raises, as the inbox needs it.
        self._adapter = CloudAdapter(self._bot_framework)

    async def dispatch(self, accepted: Accepted, answer: Answer) -> None:
        """Run botbuilder's own dispatch; returns, or raises, when the listener has."""
        incoming = _incoming(accepted)
        text = await asyncio.to_thread(question_text, incoming)
        asked = self._with_audience(incoming, answer)
        turn, chat = incoming.turn(accepted, text), conversation_of(self._connectors, incoming)
        listener = _Listener(incoming, turn, asked, chat)
        await self._adapter.process_activity(
            self._authenticated(accepted), incoming.activity, listener.on_turn
        )

    async def ask_to_link(self, turn: Turn, url: str) -> None:
        """Show the asker, and nobody else, a button that leads to ``url``."""
        await self._private.send(_incoming(turn.accepted), sign_in(url))

    async def check_installation(self) -> None:
        """Return when Entra ID gives the bot a token; what Teams says to it is seen by a post.

        :raises PlatformError: when it doesn't, or doesn't say.
        """
        await self._connectors.check_token()

    def reply(self, turn: Turn, receipt: Receipt) -> AbstractAsyncContextManager[ReplyStream]:
        """Open the turn's visible message, or continue the one ``receipt`` names."""
        incoming = _incoming(turn.accepted)
        if turn.private and not incoming.personal:
            return self._personal_reply(turn, incoming, receipt)
        if incoming.personal:
            return self._streamed(turn, incoming, incoming.conversation, receipt)
        chat = conversation_of(self._connectors, incoming)
        return DressedAnswer(chat, receipt, self._pace, opening(turn.text))

    def _streamed(
        self, turn: Turn, incoming: IncomingActivity, conversation: str, receipt: Receipt
    ) -> StreamedAnswer:
        """An answer in the asker's own chat."""
        chat = StreamedConversation(
            self._connectors.client(incoming.activity.service_url),
            self._connectors.limits.of(incoming.chat_user.tenant, conversation),
            conversation,
            incoming.activity.id if conversation == incoming.conversation else None,
        )
        chat.apart = self._pace.apart

        async def stop() -> None:
            await self._stop(turn.id, turn.chat_user, turn.conversation)

        return StreamedAnswer(chat, receipt, self._pace, opening(turn.text), stop)

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
        """Nothing: :attr:`can_approve` says that the answer names the web chat instead."""

    async def notify(self, turn: Turn, sentence: str) -> None:
        """Tell the asker, and nobody else, one sentence."""
        await self._private.send(_incoming(turn.accepted), plain(sentence))

    def _with_audience(self, incoming: IncomingActivity, answer: Answer) -> Answer:
        async def told(turn: Turn) -> None:
            await answer(replace(turn, audience=await self._audience(incoming)))

        return told

    async def _audience(self, incoming: IncomingActivity) -> Audience:
        if (place := incoming.shared_channel) is None:
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


class _Listener(ActivityHandler):
    """What to do with one activity.

    :param chat: where it was sent.
    """

    def __init__(
        self, incoming: IncomingActivity, turn: Turn, answer: Answer, chat: TeamsConversation
    ) -> None:
        self._incoming = incoming
        self._turn = turn
        self._answer = answer
        self._chat = chat

    async def on_message_activity(self, turn_context: TurnContext) -> None:
        del turn_context  # what is sent goes over the wire as we wrote it
        if self._turn.text.lower() in {"", "help"}:
            await self._say(HELP)
        else:
            await self._answer(self._turn)

    async def on_conversation_update_activity(self, turn_context: TurnContext) -> None:
        del turn_context
        if self._incoming.adds_bot:
            await self._say(f"{WELCOME}\n\n{HELP}")

    async def _say(self, markdown: str) -> None:
        """Say what nobody has to read: a place that refuses it isn't asked again."""
        try:
            await self._chat.send(formatted(markdown))
        except DeliveryRefused as error:
            _log.info("neither help nor a welcome can be shown: %s", error)


@asynccontextmanager
async def teams_platform(
    app: TeamsApp, stop: Stop, *, connections: int = CONNECTIONS
) -> AsyncIterator[TeamsPlatform]:
    """The platform with its connections, for as long as the service runs.

    :param stop: stops a turn of somebody in a conversation.
    :param connections: to the Bot Connector at the same time.
    """
    connector = aiohttp.TCPConnector(limit=connections)
    async with aiohttp.ClientSession(connector=connector, trust_env=True) as http:
        connectors = Connectors(http, None if app.anonymous else BotToken(app))
        yield TeamsPlatform(app, connectors, Pace(), stop)


def _incoming(accepted: Accepted) -> IncomingActivity:
    return read_activity(accepted.body["activity"])
