"""A chat platform in memory: rooms with messages, and what each person was told alone."""

import asyncio
import itertools
from collections.abc import Callable, Sequence
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass, field
from functools import partial
from typing import TYPE_CHECKING, Any, ClassVar

from ag_ui.core import Interrupt

from bots.answer.posted_answer import PostedAnswer
from bots.errors import (
    DeliveryRefused,
    InstallationRefused,
    MessageGone,
    ResponseUrlClosed,
)
from bots.platform import Accepted, Answer, Receipt, ReplyStream, Turn
from bots.teams.outgoing.message import STOP
from identity.people import ChatUser, PlatformName
from tests.simulation.command_model import command_answer
from tests.simulation.outside import PLATFORM
from tests.simulation.slack_model import slack_answer

if TYPE_CHECKING:
    from tests.simulation.process import Process

LIMIT = 400
PACE = 1.0
RESPONSES, RESPONSE_SECONDS = 5, 30 * 60.0


@dataclass(slots=True)
class Message:
    """One message that is, or was, visible.

    :ivar marked: what it is found by, where it is no part of an answer.
    :ivar closed: it can't be edited any more.
    :ivar step: what its first step is called, where it is a stream.
    :ivar streaming_since: it grows as one of Slack's streams since then; None for others.
    """

    id: str
    turn: str
    part: int
    text: str
    closed: bool = False
    deleted: bool = False
    step: str = ""
    marked: str = ""
    streaming_since: float | None = None


@dataclass
class Board:
    """Everything that people see.

    :ivar archived: conversations where nothing of ours is taken any more.
    :ivar uninstalled: nothing of ours is taken anywhere.
    :ivar check_is_kind: who only asks whether we are installed is told so all the same.
    :ivar tells_anyhow: a person alone can be told something without an installation.
    :ivar final: what a turn's messages were made to show at the end of an attempt.
    :ivar told: what a turn's asker was told alone, by turn.
    :ivar responses: what was shown by a command's response address, by turn.
    :ivar on_ask_to_link: hears who was shown where to sign in.
    """

    messages: dict[str, Message] = field(default_factory=dict)
    archived: set[str] = field(default_factory=set)
    uninstalled: bool = False
    check_is_kind: bool = False
    tells_anyhow: bool = False
    final: dict[str, set[str]] = field(default_factory=dict)
    told: dict[str, list[str]] = field(default_factory=dict)
    responses: dict[str, list[str]] = field(default_factory=dict)
    _first_response: dict[str, float] = field(default_factory=dict)
    on_ask_to_link: Callable[[ChatUser], None] = lambda _: None
    _ids: "itertools.count[int]" = field(default_factory=lambda: itertools.count(1))

    def clock(self) -> float:
        """Seconds since the simulation began."""
        return asyncio.get_running_loop().time()

    def post(self, turn: Turn, part: int, text: str) -> str:
        self._check(turn)
        message = Message(f"{next(self._ids)}.0", turn.id, part, text)
        self.messages[message.id] = message
        return message.id

    def update(self, turn: Turn, message: str, text: str, *, final: bool) -> None:
        self._check(turn)
        found = self.messages[message]
        if found.deleted or found.closed:
            raise MessageGone(f"{message} can't be edited")
        found.text = text
        if final:
            self.final.setdefault(turn.id, set()).add(text)

    def delete(self, turn: Turn, message: str) -> None:
        self._check(turn)
        if self.messages[message].deleted:
            raise MessageGone(f"{message} isn't there")
        self.messages[message].deleted = True

    def tell(self, turn: Turn, sentence: str) -> None:
        if not self.tells_anyhow:
            self._check_taken()
        self.told.setdefault(turn.id, []).append(sentence)

    def respond(self, turn: Turn, text: str) -> None:
        """Take what is sent to a command's address: five times in thirty minutes."""
        shown = self.responses.setdefault(turn.id, [])
        since = self._first_response.setdefault(turn.id, self.clock())
        if len(shown) >= RESPONSES or self.clock() - since >= RESPONSE_SECONDS:
            raise ResponseUrlClosed("used_url")
        shown.append(text)

    def ask_to_link(self, turn: Turn) -> None:
        self._check_taken()
        self.on_ask_to_link(turn.chat_user)

    def visible(self, turn: str) -> list[Message]:
        """What is seen of a turn's answer, in the order of its parts."""
        seen = [one for one in self.messages.values() if one.turn == turn and not one.deleted]
        return sorted(seen, key=lambda one: one.part)

    def check_installation(self) -> None:
        if not self.check_is_kind:
            self._check_taken()

    def _check_taken(self) -> None:
        if self.uninstalled:
            raise InstallationRefused("token_revoked")

    def _check(self, turn: Turn) -> None:
        self._check_taken()
        if turn.conversation in self.archived:
            raise DeliveryRefused("is_archived")


class _ForgetfulChannel:
    """Implements :class:`bots.answer.answer_messages.MessageChannel`: no post is found again."""

    limit: ClassVar = LIMIT
    finds_posts: ClassVar = False
    edited_while_written: ClassVar[int | None] = 1

    def __init__(self, process: "Process", board: Board, turn: Turn) -> None:
        self._process, self._board, self._turn = process, board, turn

    async def post(self, part: int, markdown: str) -> str:
        message: str = await self._ask("post", self._board.post, part, markdown)
        return message

    async def update(self, message: str, markdown: str, *, final: bool) -> None:
        update = partial(self._board.update, final=final)
        await self._ask("update", update, message, markdown)

    async def delete(self, message: str) -> None:
        await self._ask("delete", self._board.delete, message)

    async def find(self, part: int) -> str | None:
        raise AssertionError("nothing was announced here")

    def stoppable(self, sentence: str) -> str:
        return f"{sentence} {STOP}"

    async def _ask(self, name: str, effect: Callable[..., Any], *given: Any) -> Any:
        what = f"{name} {self._turn.id} {given}"
        return await self._process.outside(what, partial(effect, self._turn, *given), PLATFORM)


class BoardPlatform:
    """Implements :class:`bots.platform.Platform` for one process."""

    can_approve: ClassVar = False

    def __init__(self, process: "Process", board: Board, name: PlatformName) -> None:
        self._process, self._board = process, board
        self._name = name

    async def dispatch(self, accepted: Accepted, answer: Answer) -> None:
        await self._process.outside(f"names {accepted.event_id}", lambda: None, PLATFORM)
        await answer(read(accepted))

    async def check_installation(self, _: str) -> None:
        await self._process.outside("check installation", self._board.check_installation, PLATFORM)

    async def ask_to_link(self, turn: Turn, url: str) -> None:
        effect = partial(self._board.ask_to_link, turn)
        await self._process.outside(f"ask to link {turn.id}", effect, PLATFORM)

    def reply(self, turn: Turn, receipt: Receipt) -> AbstractAsyncContextManager[ReplyStream]:
        process, board = self._process, self._board
        if turn.accepted.body.get("command"):
            return command_answer(process, board, turn, receipt)
        if self._name == "slack":
            return slack_answer(process, board, turn, receipt, limit=LIMIT, pace=PACE)
        return PostedAnswer(_ForgetfulChannel(process, board, turn), receipt, PACE)

    async def ask_approval(self, turn: Turn, interrupts: Sequence[Interrupt]) -> None:
        raise AssertionError("nothing here can be approved")

    async def notify(self, turn: Turn, sentence: str) -> None:
        effect = partial(self._board.tell, turn, sentence)
        await self._process.outside(f"tell {turn.id} {sentence!r}", effect, PLATFORM)


def read(accepted: Accepted) -> Turn:
    """The question that an event asks."""
    body = accepted.body
    return Turn(
        id=f"{accepted.platform}:{accepted.event_id}",
        chat_user=ChatUser.from_key(str(body["asker"])),
        conversation=accepted.conversation,
        text=str(body["text"]),
        accepted=accepted,
        channel="C1",
    )
