"""The turn: chat user, link, token, runtime, reply. It knows no platform."""

import logging
from collections.abc import AsyncGenerator, AsyncIterator, Awaitable, Callable, Sequence
from contextlib import AbstractAsyncContextManager, aclosing, asynccontextmanager
from dataclasses import dataclass, replace

from ag_ui.core import BaseEvent
from botocore.exceptions import BotoCoreError, ClientError

from bots.answer.delay_sentences import trying_again, with_lateness
from bots.answer.placeholder import waiting
from bots.errors import (
    DeliveryRefused,
    FormRefused,
    InstallationRefused,
    PlatformRefused,
    QuestionTooLong,
    TryAgain,
    TurnRefused,
)
from bots.limits.fair_slots import FairSlots
from bots.platform import Audience, Lease, Platform, ReplyStream, Turn
from bots.queue.retry_policy import PATIENCE
from bots.turn.kept_result import Result, unpacked
from bots.turn.ledger import Entry, Ledger
from bots.turn.private_part import NarrowingReply
from bots.turn.result_encryption import ResultEncryption
from bots.turn.run import Runs, interrupts
from bots.turn.turn_metrics import Outcome
from bots.usage.daily_turns import UNDELIVERABLE
from bots.workspace_rules.access_check import while_permitted
from bots.workspace_rules.refusals import WorkspaceRules, channel_refusal, in_workspace
from identity.errors import LinkExpired, SignInUnavailable
from identity.executor import ahead
from identity.links import Link, Links
from identity.people import ChatUser, Names
from identity.tokens.broker import TokenBroker
from identity.workspaces.settings import Settings, Workspace

MakeLinkUrl = Callable[[ChatUser, Names], Awaitable[str]]

APOLOGY = "I couldn't answer this, although I tried several times. Please ask again later."

LONGEST_QUESTION = 16_000
"""Characters that the agent takes (``agent/request/question.py``)."""

_log = logging.getLogger(__name__)


def length_refusal(turn: Turn) -> str | None:
    """The sentence for a question that the agent wouldn't take."""
    return QuestionTooLong.sentence if len(turn.text) > LONGEST_QUESTION else None


@dataclass(frozen=True, slots=True)
class TurnHandler:
    """Answers turns, each exactly once.

    :param link_url: makes a one-time link request and returns its address.
    """

    ledger: Ledger
    links: Links
    tokens: TokenBroker
    runs: Runs
    link_url: MakeLinkUrl
    rules: WorkspaceRules
    results: ResultEncryption
    slots: FairSlots

    async def answer(self, turn: Turn, platform: Platform, lease: Lease) -> bool:
        """Answer ``turn``, or let it wait until its chat user is linked.

        :returns: whether it was answered just now.
        :param lease: as long as it lasts, nobody else answers the turn.
        :raises TryAgain: when the inbox shall deliver the turn again.
        """
        async with (
            ahead(self.rules.settings(turn)) as settings,
            ahead(self._link(turn)) as link,
        ):
            entry = await self.ledger.begin(turn, lease)
            if entry is None:
                return False
            return await self._answer(turn, platform, entry, await settings, link)

    async def _answer(
        self,
        turn: Turn,
        platform: Platform,
        entry: Entry,
        settings: Settings,
        reading: Awaitable[Link | None],
    ) -> bool:
        """Answer a turn that was taken up.

        :param reading: its chat user's link, which is being read.
        """
        turn = in_workspace(turn, settings)
        if entry.result is not None:
            return await self._show_kept(turn, platform, entry, entry.result)
        refusal = channel_refusal(turn, settings) or length_refusal(turn)
        if refusal:
            return await self._refuse(turn, platform, entry, refusal)
        try:
            link = await reading
            if link is None:
                return await self._ask_to_link(turn, platform, entry)
            await self.tokens.access_token(link)
        except LinkExpired:
            return await self._ask_to_link(turn, platform, entry)
        except SignInUnavailable as error:
            async with platform.reply(turn, entry) as reply:
                sentence = trying_again(error.sentence, entry.delay, PATIENCE)
                await reply.say(sentence, stoppable=True)
            raise TryAgain(f"{turn.id}: {error}") from error
        if refusal := await self.rules.quota_refusal(turn, link.subject, settings):
            return await self._refuse(turn, platform, entry, refusal)
        return await self._reply(turn, platform, entry, link, settings)

    async def apologise(self, turn: Turn, platform: Platform, lease: Lease) -> None:
        """Tell the asker that the inbox has given up on ``turn``."""
        entry = await self.ledger.begin(turn, lease, given_up=True)
        if entry is None:
            return
        turn = in_workspace(turn, await self.rules.settings(turn))
        if entry.result is not None:  # the answer was made, and only its showing failed
            await self._show_kept(turn, platform, entry, entry.result)
            return
        try:
            async with platform.reply(turn, entry) as reply:
                await reply.say(APOLOGY)
            if entry.private_message:  # what was said to them alone says no longer that it is tried
                async with _private_reply(turn, platform, entry) as reply:
                    await reply.say(APOLOGY)
        except TurnRefused as error:
            await _tell(turn, platform, entry, error.sentence)
        except DeliveryRefused as error:
            await self._give_up_showing(turn, platform, entry, error)
            return
        await self.ledger.fail(turn, entry)
        _log.error("turn %s was given up", turn.id)

    async def _link(self, turn: Turn) -> Link | None:
        return turn.link or await self.links.active(turn.chat_user)

    async def _refuse(self, turn: Turn, platform: Platform, entry: Entry, sentence: str) -> bool:
        """Tell the asker alone why there is no answer."""
        await _tell(turn, platform, entry, sentence)
        await self.ledger.finish(turn, entry, Outcome(problem="refused"))
        return False

    async def _ask_to_link(self, turn: Turn, platform: Platform, entry: Entry) -> bool:
        await self.ledger.wait(turn, entry)
        if await self.links.active(turn.chat_user):
            # Linked between the look above and the wait, so nobody would wake this turn.
            raise TryAgain(f"{turn.id}: linked in the meantime")
        try:
            await platform.ask_to_link(turn, await self.link_url(turn.chat_user, turn.names))
        except (DeliveryRefused, FormRefused) as error:
            # Nobody can sign in by a link that wasn't shown, so the turn waits for nothing.
            again = await self.ledger.begin(turn, entry)
            if again is not None:
                await self._give_up_showing(turn, platform, again, error)
        return False

    async def _reply(
        self, turn: Turn, platform: Platform, entry: Entry, link: Link, settings: Settings
    ) -> bool:
        """Run the agent, keep what it said, then show it whole."""
        outcome = Outcome(subject=link.subject)
        try:
            async with self._reply_to(turn, platform, entry) as reply:
                async with self._slot(turn, link, reply) as current:
                    token = await self._token(turn, current)
                    events = self.runs.events(turn, platform, current, token, entry)
                    events = self.rules.with_usage(turn, link.subject, settings, events)
                    result = await self._stream(
                        turn, current, entry, reply, events, outcome=outcome
                    )
                if result is not None:
                    await self._keep(turn, entry, result, link.subject)
                    await _ask_approval(turn, platform, result.events)
        except TurnRefused as error:  # not even the beginning of an answer can be shown
            return await self._refuse(turn, platform, entry, error.sentence)
        except DeliveryRefused as error:
            return await self._give_up_showing(turn, platform, entry, error)
        await self.ledger.finish(turn, entry, outcome)
        return not outcome.problem

    async def _token(self, turn: Turn, link: Link) -> str:
        """The person's token after the wait in line: who was disabled meanwhile gets no run.

        :raises TryAgain: when there is none any more; the next delivery finds out what to do.
        """
        try:
            return await self.tokens.access_token(link)
        except (LinkExpired, SignInUnavailable) as error:
            raise TryAgain(f"{turn.id}: {error}") from error

    async def _may_go_on(self, turn: Turn, subject: str) -> bool:
        """Whether the asker is still there, and linked; where nobody can say, it goes on."""
        try:
            link = await self.links.active(turn.chat_user)
            linked = link is not None and link.subject == subject
            return linked and await self.tokens.is_enabled(subject)
        except (SignInUnavailable, BotoCoreError, ClientError) as error:
            _log.warning("whether turn %s may go on is unknown: %s", turn.id, type(error).__name__)
            return True

    @asynccontextmanager
    async def _slot(self, turn: Turn, link: Link, reply: ReplyStream) -> AsyncIterator[Link]:
        """A slot for the turn's run, and the link as it is then.

        Whoever has to wait for it sees that at once.
        """
        workspace, waited = Workspace.of(turn.chat_user).key, False

        async def tell() -> None:
            nonlocal waited
            waited = True
            await reply.show(waiting())

        async with self.slots.slot(link.subject, workspace, tell):
            yield await self._current(turn, link) if waited else link

    async def _current(self, turn: Turn, link: Link) -> Link:
        """The link after a wait in line, with what its person has forgotten meanwhile.

        :raises TryAgain: when it has ended, or is somebody else's; the next delivery asks for it.
        """
        current = await self.links.active(turn.chat_user)
        if current is None or current.subject != link.subject:
            raise TryAgain(f"{turn.id}: the link has ended in line")
        return current

    @asynccontextmanager
    async def _reply_to(
        self, turn: Turn, platform: Platform, entry: Entry
    ) -> AsyncIterator[ReplyStream]:
        """The turn's reply, which goes on to the asker alone once the run says so."""
        async with (
            platform.reply(turn, entry) as shared,
            NarrowingReply(shared, lambda: _private_reply(turn, platform, entry)) as reply,
        ):
            yield reply

    async def _stream(
        self,
        turn: Turn,
        link: Link,
        entry: Entry,
        reply: ReplyStream,
        events: AsyncGenerator[BaseEvent],
        *,
        outcome: Outcome,
    ) -> Result | None:
        """What the run said; None when the asker was told why it said nothing."""
        result = Result()
        try:
            goes_on = while_permitted(lambda: self._may_go_on(turn, link.subject))
            async with goes_on, aclosing(events):
                async for event in events:
                    outcome.take(event)
                    result.take(event)
                    for shown in with_lateness(event, entry.delay):
                        async with self.runs.ended_if_refused(turn, link):
                            await reply.show(shown)
        except TurnRefused as error:
            _log.warning("turn %s was refused: %s", turn.id, error)
            outcome.problem = "refused"
            await reply.say(error.sentence)
            return None
        except TryAgain as error:
            await _note_delay(entry, error)
            sentence = trying_again(error.sentence, entry.delay, PATIENCE)
            await reply.say(sentence, stoppable=True)
            raise
        return result

    async def _keep(self, turn: Turn, entry: Entry, result: Result, subject: str) -> None:
        """Keep the result with its turn; what can't be kept is shown all the same."""
        packed = result.packed()
        if packed is None:
            _log.warning("turn %s has more to say than can be kept", turn.id)
            return
        try:
            await entry.keep_result(await self.results.encrypt(packed, turn.id), subject)
        except (BotoCoreError, ClientError) as error:
            _log.warning("what turn %s says is not kept: %s", turn.id, type(error).__name__)

    async def _show_kept(
        self, turn: Turn, platform: Platform, entry: Entry, encrypted: bytes
    ) -> bool:
        """Show what an earlier attempt's run said; the agent isn't asked again."""
        outcome = Outcome(subject=entry.subject)
        try:
            async with self._reply_to(turn, platform, entry) as reply:
                events = unpacked(await self.results.decrypt(encrypted, turn.id))
                for event in events:
                    outcome.take(event)
                    for shown in with_lateness(event, entry.delay):
                        await reply.show(shown)
                await _ask_approval(turn, platform, events)
        except TurnRefused as error:
            return await self._refuse(turn, platform, entry, error.sentence)
        except DeliveryRefused as error:
            return await self._give_up_showing(turn, platform, entry, error)
        await self.ledger.finish(turn, entry, outcome)
        return not outcome.problem

    async def _give_up_showing(
        self, turn: Turn, platform: Platform, entry: Entry, refused: PlatformRefused
    ) -> bool:
        """The platform takes nothing at this place: tell the asker once by another way, or nobody.

        The ledger keeps that it could not be shown, and the platform's word, for administrators.
        """
        _log.warning("turn %s can't be shown: %s", turn.id, refused)
        await _tell(turn, platform, entry, DeliveryRefused.sentence)
        outcome = Outcome(subject=entry.subject, problem=f"{UNDELIVERABLE}: {refused}")
        await self.ledger.finish(turn, entry, outcome)
        return False


async def _note_delay(entry: Entry, error: TryAgain) -> None:
    """Keep what held the answer up first, for the line that says why it comes late."""
    if entry.held_up_by is not None:
        return
    try:
        await entry.note_delay(error.code)
    except (BotoCoreError, ClientError) as failure:
        _log.warning("what holds a turn up is not kept: %s", type(failure).__name__)


def _private_reply(
    turn: Turn, platform: Platform, entry: Entry
) -> AbstractAsyncContextManager[ReplyStream]:
    """The part of the turn's answer that only its asker sees."""
    return platform.reply(replace(turn, private=True, audience=Audience.ALONE), entry.private)


async def _ask_approval(turn: Turn, platform: Platform, events: Sequence[BaseEvent]) -> None:
    """Ask the asker for what the run waits for, if it waits and the platform can ask."""
    asked = [one for event in events for one in interrupts(event)]
    if asked and platform.can_approve:
        await platform.ask_approval(turn, asked)


async def _tell(turn: Turn, platform: Platform, lease: Lease, sentence: str) -> None:
    """Tell the asker alone; where the platform refuses that too, it is over all the same."""
    await lease.hold()
    try:
        await platform.notify(turn, sentence)
    except InstallationRefused:
        raise
    except (PlatformRefused, TurnRefused) as error:
        _log.warning("the asker of turn %s can't be told: %s", turn.id, error)
