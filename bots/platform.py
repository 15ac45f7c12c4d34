"""What a platform implements, and the few shapes that pass between it and the turn."""

import json
from collections.abc import Awaitable, Callable, Sequence
from contextlib import AbstractAsyncContextManager
from dataclasses import asdict, dataclass, field, fields
from enum import StrEnum
from typing import ClassVar, Protocol, Self

from ag_ui.core import BaseEvent, Interrupt, ResumeEntry

from bots.file_bucket import StoredFile
from identity.links import Link
from identity.people import ChatUser, Names, PlatformName


@dataclass(frozen=True, slots=True)
class Accepted:
    """What the edge verified and put into the inbox, as it arrived.

    :param platform: which adapter reads it.
    :param event_id: the platform's own id of the event; the inbox drops a second one.
    :param conversation: the FIFO group, a conversation and its asker: what one person asks there is
        answered in order, and nobody waits behind a colleague.
    :param body: the platform's payload, JSON-serialisable.
    :param asker: the key of the chat user who asks, so that nobody takes another's share.
    :param sent_at: when the inbox took it first, in seconds since 1970 by the queue's own clock;
        0 before that.
    """

    platform: PlatformName
    event_id: str
    conversation: str
    body: dict[str, object]
    asker: str = ""
    sent_at: float = field(default=0.0, compare=False)

    def as_json(self) -> str:
        """As it is kept in the inbox and with its turn; ASCII."""
        return json.dumps(asdict(self))

    @classmethod
    def from_json(cls, text: str) -> Self:
        """What :meth:`as_json` of this version, the one before or the one after has written.

        While a deployment goes on, tasks of two versions share the inbox: a field that isn't known
        is passed over, so each field that is added has a default.

        :raises ValueError: when it is none.
        """
        try:
            written = json.loads(text)
            return cls(
                **{one.name: written[one.name] for one in fields(cls) if one.name in written}
            )
        except TypeError as error:
            raise ValueError(str(error)) from None


class Audience(StrEnum):
    """Who reads an answer along; an adapter that can't tell says the wider one."""

    ALONE = "alone"
    COLLEAGUES = "colleagues"
    OUTSIDERS = "outsiders"


@dataclass(frozen=True, slots=True)
class Quote:
    """Words that came with a question and are not its asker's: data, never a reason to act.

    :param source: who wrote them, or what they are part of, for a person.
    """

    source: str
    words: str


@dataclass(frozen=True, slots=True)
class Turn:
    """One question, as every platform asks it.

    :param id: ``platform:event id``; the ledger answers each id exactly once.
    :param conversation: where the thread of questions happens, unique across platforms.
    :param text: the question, without mention or command.
    :param accepted: what it was read from, so that it can wait for its link and come again.
    :param channel: the channel or group it was asked in; None where only the asker is.
    :param private: the answer is for the asker alone, wherever it was asked.
    :param audience: who reads the answer along.
    :param personal_memory: colleagues may read along what the asker's memory holds.
    :param resume: decisions that an interrupted run waits for; the turn goes on with its answer.
    :param files: what the question can speak of, oldest first: the conversation's files so far.
    :param quotes: what others wrote that goes along, oldest first.
    :param link: its chat user's, where the platform has just read it; None where it has not.
    """

    id: str
    chat_user: ChatUser
    conversation: str
    text: str
    accepted: Accepted
    names: Names = field(default_factory=Names)
    channel: str | None = None
    private: bool = False
    audience: Audience = Audience.OUTSIDERS
    personal_memory: bool = False
    resume: tuple[ResumeEntry, ...] = ()
    files: tuple[StoredFile, ...] = ()
    quotes: tuple[Quote, ...] = ()
    link: Link | None = None


class Lease(Protocol):
    """The time in which what is worked on is given to nobody else."""

    async def hold(self) -> None:
        """Return when there is enough of it left for one call to the outside.

        :raises Superseded: when it is over; somebody else may be at work by now.
        """


class Receipt(Lease, Protocol):
    """Where a reply keeps its visible message's id, so that a redelivered turn continues it.

    A reply holds the lease right before each call that shows something: what a worker writes that
    has stood still would undo what another has shown meanwhile.
    """

    @property
    def message(self) -> str | None:
        """The id stored by an earlier attempt at this turn; None when nothing is visible yet."""

    @property
    def fresh(self) -> bool:
        """Whether this is the first attempt, so that nothing can be visible of another."""

    async def keep(self, message: str) -> None:
        """Store the id; call it the instant the message is visible."""


class ReplyStream(Protocol):
    """An answer while it is written."""

    async def show(self, event: BaseEvent) -> None:
        """Take one agent event (AG-UI) into the visible message."""

    async def say(self, sentence: str, *, stoppable: bool = False) -> None:
        """Replace what is visible by one sentence: the turn failed, or will be tried again.

        :param stoppable: it is tried again, and its asker can end that.
        """


Accept = Callable[[Accepted], Awaitable[None]]
"""Puts what the edge verified into the inbox; it is safe once this returns."""

Answer = Callable[[Turn], Awaitable[bool | None]]
"""The turn's story; a platform calls it once for each question that it reads.

True when the turn was answered just now; otherwise the ledger says how it stands."""


class Platform(Protocol):
    """One place where people ask.

    :cvar can_approve: whether a person can approve there what an answer would do.
    """

    can_approve: ClassVar[bool]

    async def dispatch(self, accepted: Accepted, answer: Answer) -> None:
        """Read what was accepted and, when it is a question, await ``answer`` with its turn."""

    async def ask_to_link(self, turn: Turn, url: str) -> None:
        """Show the asker, and nobody else, where to sign in."""

    async def check_installation(self, tenant: str) -> None:
        """Return when the platform takes our credentials for a tenant.

        :raises PlatformError: when it doesn't, or doesn't say.
        """

    def reply(self, turn: Turn, receipt: Receipt) -> AbstractAsyncContextManager[ReplyStream]:
        """Open the turn's visible message, or continue the one ``receipt`` names."""

    async def ask_approval(self, turn: Turn, interrupts: Sequence[Interrupt]) -> None:
        """Show the asker, and nobody else, the calls that wait, with two buttons; once a turn."""

    async def notify(self, turn: Turn, sentence: str) -> None:
        """Tell the asker, and nobody else, one plain sentence outside of an answer."""
