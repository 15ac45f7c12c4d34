"""What is done about one activity behind the inbox: a welcome, a word, a question."""

import logging
from collections.abc import Awaitable, Callable
from dataclasses import replace

from botbuilder.core import ActivityHandler, TurnContext

from bots.conversation_notes import Notes
from bots.errors import DeliveryRefused
from bots.platform import Answer, Turn
from bots.teams.file_downloads import FileDownloads
from bots.teams.incoming.activity import IncomingActivity, read_said
from bots.teams.incoming.shared_files import shared_files
from bots.teams.outgoing.bot_connector import Json
from bots.teams.outgoing.content.word_card import told_message
from bots.teams.outgoing.message import EXAMPLE, plain, welcome
from bots.teams.outgoing.private_message import PrivateMessages
from bots.teams.service_parts import ServiceParts
from bots.text_commands.execution import Said
from bots.text_commands.words import Word
from bots.turn.attached_files import Attached, Sender

SUMMARISE = "Please summarise {names}."

_log = logging.getLogger(__name__)


class Listener(ActivityHandler):
    """Hears one activity; what is sent goes over the wire as we write it, not by botbuilder.

    :param turn: the activity as a question.
    :param post: shows a message where the activity came from.
    """

    def __init__(
        self,
        incoming: IncomingActivity,
        turn: Turn,
        answer: Answer,
        service: ServiceParts,
        *,
        private: PrivateMessages,
        downloads: FileDownloads,
        post: Callable[[Json], Awaitable[str]],
    ) -> None:
        self._incoming = incoming
        self._turn = turn
        self._answer = answer
        self._service = service
        self._private = private
        self._downloads = downloads
        self._post = post

    async def on_message_activity(self, turn_context: TurnContext) -> None:
        """Act on a word, or answer a question."""
        del turn_context
        if said := read_said(self._incoming, self._turn.text):
            await self._act_on(said)
        else:
            await self.ask()

    async def on_conversation_update_activity(self, turn_context: TurnContext) -> None:
        """Welcome whoever has added the bot."""
        del turn_context
        await self._welcome()

    async def on_installation_update(self, turn_context: TurnContext) -> None:
        """Welcome whoever has installed the bot, which may be told in no other way."""
        del turn_context
        await self._welcome()

    async def ask(self) -> None:
        """Answer a question as it reads now, with its files, in the conversation that goes on."""
        place, asker = self._turn.conversation, self._turn.chat_user
        notes = await self._service.notes.read(place, asker)
        edited = await self._service.messages.edited_text(self._turn.id)
        text = self._turn.text if edited is None else edited
        attached = Attached()
        if await self._service.words.links.active(asker):  # of strangers nothing is fetched
            sender = Sender(asker, place, self._incoming.event_id)
            shared = shared_files(self._incoming.body)
            attached = await self._service.attached.of(
                sender, notes, shared, self._downloads.content
            )
        if attached.refused:
            await self._tell_once(attached.refusals, notes)
        named = ", ".join(attached.new) or "this"
        turn = replace(
            self._turn,
            conversation=notes.conversation(place),
            text=text or SUMMARISE.format(names=named),
            files=attached.files,
        )
        if text or attached.new or turn.quotes or not attached.refused:
            await self._answer(turn)

    async def _tell_once(self, refusals: str, notes: Notes) -> None:
        """Tell the asker of files that can't be read; a redelivery has nothing to add to it."""
        place, asker, event = self._turn.conversation, self._turn.chat_user, self._incoming.event_id
        if notes.told_of != event:
            await self._private.send(self._incoming, plain(refusals))
            await self._service.notes.note_told(place, asker, event)

    async def _act_on(self, said: Word) -> None:
        """Do what a word says, and tell its person alone."""
        turn = self._turn
        told = await self._service.words.act_on(
            Said(
                said,
                turn.chat_user,
                turn.names,
                place=turn.conversation,
                around=turn.conversation,
                event=self._incoming.event_id,
                said_at=turn.accepted.sent_at,
            ),
            EXAMPLE,
        )
        await self._private.send(self._incoming, told_message(told, self._incoming))

    async def _welcome(self) -> None:
        """Say what nobody has to read: a place that refuses it isn't asked again."""
        if not self._incoming.adds_bot:
            return
        try:
            await self._post(welcome(EXAMPLE))
        except DeliveryRefused as error:
            _log.info("a welcome can't be shown: %s", error)
