"""Acting on a word: what is done, and what the person who said it is told, alone."""

import logging
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field

from bots.conversation_notes import ConversationNotes
from bots.errors import StopFailed
from bots.text_commands import sentences
from bots.text_commands.words import Word
from bots.turn.run import Runs
from bots.turn.service import TurnService
from identity.audit_log import AuditLog
from identity.errors import IdentityError
from identity.links import Link, Links
from identity.memory.conversation_events import ConversationEvents
from identity.memory.forgetting_jobs import ForgettingJobs
from identity.memory.shown_records import ShownRecords
from identity.people import ChatUser, Names
from identity.service import Identity
from identity.tokens.broker import TokenBroker

MakeLinkUrl = Callable[[ChatUser, Names], Awaitable[str]]

_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Said:
    """A word that somebody said.

    :param place: the conversation in which they said it.
    :param around: what the conversations begin with that ``stop`` is meant for.
    :param event: the platform's id of it.
    :param said_at: when the inbox took it, in seconds since 1970.
    :param goes_on: the next question belongs to this conversation; else it begins another.
    """

    word: Word
    chat_user: ChatUser
    names: Names
    place: str
    around: str
    event: str
    said_at: float
    goes_on: bool = True


@dataclass(frozen=True, slots=True)
class Told:
    """What the person is told, as Markdown, and what they are offered below it.

    :param sign_in: the address of a private link, for a button; empty without one.
    :param confirms_forgetting: two buttons: forget everything, or keep it.
    """

    sentence: str
    sign_in: str = field(default="", repr=False)
    confirms_forgetting: bool = False


@dataclass(frozen=True, slots=True)
class TextCommands:
    """Acts on words, each for the person who said it and for nobody else.

    :param link_url: makes a one-time link request and returns its address.
    :param public_url: our own base URL, as browsers know it, without a slash at its end.
    """

    links: Links
    tokens: TokenBroker
    audit: AuditLog
    memories: ShownRecords
    conversations: ConversationEvents
    forgetting: ForgettingJobs
    notes: ConversationNotes
    runs: Runs
    link_url: MakeLinkUrl
    public_url: str

    async def act_on(self, said: Said, example: str = sentences.EXAMPLE) -> Told:
        """Do what the word says; what could not be done is told as a sentence.

        :param example: a question as it is asked on this platform.
        """
        try:
            return await self._act_on(said, example)
        except (IdentityError, StopFailed) as error:
            _log.warning("%s (%s) could not be done: %s", said.word, said.event, error)
            return Told(error.sentence)

    async def link(self, chat_user: ChatUser) -> Link | None:
        """The link of somebody whom we know; None for anybody else."""
        return await self.links.active(chat_user)

    async def forget_everything(self, chat_user: ChatUser) -> str:
        """Forget all that is remembered about a person who has confirmed it; what they are told."""
        link = await self.links.active(chat_user)
        if link is None:
            return sentences.NOT_SIGNED_IN
        try:
            job = await self.forgetting.ask(link.subject, link.account)
        except IdentityError as error:
            _log.warning("forgetting could not begin: %s", error)
            return error.sentence
        if job.state == "deleting":
            return sentences.FORGETTING.format(address=f"{self.public_url}/me")
        return sentences.FORGOTTEN

    async def _act_on(self, said: Said, example: str) -> Told:
        match said.word:
            case "help":
                return Told(sentences.help_text(example))
            case "new":
                return await self._begin_afresh(said)
            case "stop":
                return await self._stop(said)
        link = await self.links.active(said.chat_user)
        if link is None:
            return await self._without_link(said)
        return await self._with_link(said, link)

    async def _with_link(self, said: Said, link: Link) -> Told:
        match said.word:
            case "whoami":
                return Told(sentences.who(link, said.names))
            case "unlink":
                return await self._unlink(link)
            case "memory":
                kinds = await self.memories.of(link.subject)
                return Told(sentences.remembered(kinds, f"{self.public_url}/me"))
            case "forget":
                return await self._confirm_forgetting(link)
            case _:
                return Told(sentences.SIGNED_IN.format(account=link.account))

    async def _without_link(self, said: Said) -> Told:
        if said.word == "unlink":
            return Told(sentences.NOTHING_LINKED)
        sentence = sentences.SIGN_IN if said.word == "link" else sentences.NOT_SIGNED_IN
        return Told(sentence, sign_in=await self.link_url(said.chat_user, said.names))

    async def _unlink(self, link: Link) -> Told:
        await self.audit.write(
            "revoked", by=link.account, about=link.account, detail=link.chat_user.key
        )
        await self.tokens.revoke(link)
        return Told(sentences.UNLINKED.format(account=link.account))

    async def _confirm_forgetting(self, link: Link) -> Told:
        kinds = await self.memories.of(link.subject)
        nothing = not any(kind.memories for kind in kinds)
        if nothing and not await self.conversations.exist(link.subject):
            return Told(sentences.NOTHING_TO_FORGET)
        return Told(sentences.confirmation(kinds), confirms_forgetting=True)

    async def _begin_afresh(self, said: Said) -> Told:
        if not said.goes_on:
            return Told(sentences.FRESH_ANYWAY)
        await self.notes.begin_afresh(said.place, said.chat_user, said.event)
        return Told(sentences.FRESH)

    async def _stop(self, said: Said) -> Told:
        stopped = await self.runs.stop_all(said.chat_user, said.around, said.said_at)
        return Told(sentences.STOPPED if stopped else sentences.NOTHING_TO_STOP)


def text_commands(identity: Identity, turns: TurnService) -> TextCommands:
    """The words of the chats, over what the service is made of."""
    return TextCommands(
        links=identity.links,
        tokens=identity.tokens,
        audit=identity.audit,
        memories=identity.shown_memories,
        conversations=identity.conversations,
        forgetting=identity.forgetting,
        notes=turns.notes,
        runs=turns.runs,
        link_url=identity.link_url,
        public_url=turns.settings.public_url,
    )
