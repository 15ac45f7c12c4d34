"""One run of the agent for a turn: its events go into the reply until it ends, however it ends."""

import asyncio
import logging
from collections.abc import AsyncGenerator, AsyncIterator, Iterable
from contextlib import aclosing, asynccontextmanager
from dataclasses import dataclass

from ag_ui.core import (
    BaseEvent,
    Interrupt,
    RunFinishedEvent,
    RunFinishedInterruptOutcome,
)

from bots.answer.run_end import run_failure
from bots.answer.text_message import text_message
from bots.errors import DeliveryRefused, RunUnavailable, StopFailed, TryAgain, TurnRefused
from bots.file_bucket import Files
from bots.platform import Lease, Platform, Turn
from bots.runtime import RunAddress, Runtime
from bots.turn.decision_and_stop import Decided, Decision, Standing, TurnActions, is_at
from identity.errors import IdentityError
from identity.links import Link, Links
from identity.people import ChatUser
from identity.tokens.broker import TokenBroker

_log = logging.getLogger(__name__)

STOPPED = "Stopped."
APPROVE_IN_WEB_CHAT = (
    "This needs your approval, so I haven't done it: {words} I can ask for your approval only in "
    "the web chat. Please ask me there: {url}"
)


@dataclass(frozen=True, slots=True)
class Runs:
    """Runs the agent for turns, and stops it.

    :param chat_url: the web chat, for who can't approve where they have asked.
    """

    runtime: Runtime
    actions: TurnActions
    links: Links
    tokens: TokenBroker
    files: Files
    chat_url: str

    async def events(
        self, turn: Turn, platform: Platform, link: Link, token: str, lease: Lease
    ) -> AsyncGenerator[BaseEvent]:
        """What to show of the turn's run; one that its asker stopped ends with a word.

        :raises TryAgain: when the run broke off and nobody has stopped it.
        :raises TurnRefused: when the runtime doesn't let the person in.
        """
        try:
            async with aclosing(self._run(turn, platform, link, token, lease)) as events:
                async for event in events:
                    failure = run_failure(event)
                    if failure and failure.passing:
                        raise RunUnavailable(f"{turn.id}: {failure.code}")
                    yield event
        except TryAgain:
            if not await self.actions.stopped(turn):
                raise
            for event in text_message(STOPPED):
                yield event

    async def stop(self, turn: str, chat_user: ChatUser, conversation: str) -> None:
        """Stop a turn of this person: the one that runs by the agent, one that waits by a mark.

        :raises StopFailed: when the agent could not be told.
        """
        if not await self.actions.stop(turn):
            return
        try:
            link = await self.links.active(chat_user)
            if link is not None:
                token = await self.tokens.access_token(link)
                await self.runtime.cancel(_address(link, conversation, turn), token)
        except (IdentityError, TryAgain) as error:
            raise StopFailed(f"{turn}: {error}") from error

    @asynccontextmanager
    async def ended_if_refused(self, turn: Turn, link: Link) -> AsyncIterator[None]:
        """End the turn's run when the block is refused its place: nobody would be shown the rest.

        A run goes on without its client. What can't be told to the agent ends by its own limits.
        """
        try:
            yield
        except (TurnRefused, DeliveryRefused):
            try:
                token = await self.tokens.access_token(link)
                await self.runtime.cancel(_address(link, turn.conversation, turn.id), token)
            except (IdentityError, TryAgain, TurnRefused) as error:
                _log.warning("the run of %s goes on: %s", turn.id, type(error).__name__)
            raise

    async def stop_own(self, turn: str, chat_user: ChatUser) -> bool:
        """Stop a turn by its name alone; False when it isn't this person's.

        :raises StopFailed: when the agent could not be told.
        """
        conversation = await self.actions.conversation_of(turn, chat_user)
        if conversation is None:
            return False
        await self.stop(turn, chat_user, conversation)
        return True

    async def stop_all(self, chat_user: ChatUser, place: str, before: float) -> int:
        """Stop all that this person has asked at a place; how much of it is being answered.

        What still waits in the queue ends with a word when its turn comes.

        :param place: a conversation, or what those of a channel begin with.
        :param before: when they said so, in seconds since 1970: what came later is answered.
        :raises StopFailed: when the agent could not be told of one; the others are stopped.
        """
        await self.actions.stop_waiting(chat_user, place, before)
        here = {
            turn: conversation
            for turn, conversation in (await self.actions.under_way(chat_user, before)).items()
            if is_at(conversation, place)
        }
        stopping = (self.stop(turn, chat_user, where) for turn, where in here.items())
        outcomes = await asyncio.gather(*stopping, return_exceptions=True)
        for outcome in outcomes:
            if isinstance(outcome, BaseException):
                raise outcome
        return len(here)

    async def decide(self, turn: str, chat_user: ChatUser, decision: Decision) -> Decided | None:
        """Take the decision of who clicked, by their link; what stands then, an earlier one too.

        None when nothing was asked of this person, or the time is over.
        """
        link = await self.links.active(chat_user)
        return await self.actions.decide(turn, link.subject, decision) if link else None

    async def standing(self, turn: str, chat_user: ChatUser) -> Standing:
        """How what a turn asks of this person stands."""
        link = await self.links.active(chat_user)
        return await self.actions.standing(turn, link.subject) if link else "late"

    async def _run(
        self, turn: Turn, platform: Platform, link: Link, token: str, lease: Lease
    ) -> AsyncGenerator[BaseEvent]:
        """The run's events, unless the turn is stopped before the first of them.

        Who stops a turn marks it, then tells the agent. A mark that comes too late for the look
        at the first event is followed by a call that finds the run. One that came before the run
        and is found there ends it, since a run goes on without its client.
        """
        await self._raise_if_stopped(turn)
        address, begun = _address(link, turn.conversation, turn.id), False
        files = await self.files.newest(turn.files) if turn.files else ()
        run = self.runtime.invoke(
            address,
            turn.text,
            token,
            audience=turn.audience,
            personal_memory=turn.personal_memory,
            memory_version=link.memory_version,
            resume=turn.resume,
            files=files,
            quotes=turn.quotes,
        )
        await lease.hold()
        async with aclosing(run) as events:
            async for event in events:
                if not begun and await self.actions.stopped(turn):
                    await self.runtime.cancel(address, token)
                    raise TryAgain(f"{turn.id} was stopped")
                begun = True
                for said in await self._approval_events(turn, platform, link, event):
                    yield said
                yield event

    async def _raise_if_stopped(self, turn: Turn) -> None:
        if await self.actions.stopped(turn):
            raise TryAgain(f"{turn.id} was stopped")

    async def _approval_events(
        self, turn: Turn, platform: Platform, link: Link, event: BaseEvent
    ) -> Iterable[BaseEvent]:
        """What to say before the end of a run that waits for an approval nobody can give here."""
        asked = interrupts(event)
        if asked and platform.can_approve:
            await self.actions.ask_approval(turn.id, link.subject, asked)
        elif asked:
            words = " ".join(dict.fromkeys(interrupt.message or "" for interrupt in asked))
            return text_message(APPROVE_IN_WEB_CHAT.format(words=words, url=self.chat_url))
        return ()


def _address(link: Link, conversation: str, turn: str) -> RunAddress:
    return RunAddress(link.runtime_session, link.session_id(conversation), turn)


def interrupts(event: BaseEvent) -> list[Interrupt]:
    """What the run waits for, when this event is the end of one that waits."""
    outcome = event.outcome if isinstance(event, RunFinishedEvent) else None
    return outcome.interrupts if isinstance(outcome, RunFinishedInterruptOutcome) else []
