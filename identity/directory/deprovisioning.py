"""People who left: whoever the user pool disables or deletes loses every session and link."""

import asyncio
import logging
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress

from botocore.exceptions import BotoCoreError, ClientError

from identity.directory.closed_chat_accounts import OnLeft
from identity.directory.enabled_check import RECHECK, UserPool
from identity.errors import SignInUnavailable
from identity.links import Links
from identity.runtime_sessions import RuntimeSessions
from identity.sessions.session_list import SessionList

log = logging.getLogger(__name__)


class Deprovisioning:
    """Asks the pool before a session or a link is used, and ends both where it says no.

    Being asked is not enough: a session that rests while its person is disabled would live on
    when they are enabled again. So :meth:`polling` also looks for disabled people by itself. A
    deleted person's subject never comes back.

    :param on_left: is told each time that somebody is found to have left.
    :param on_back: is told when one of them is enabled again.
    """

    def __init__(
        self,
        pool: UserPool,
        sessions: SessionList,
        links: Links,
        runtime_sessions: RuntimeSessions,
        *,
        on_left: OnLeft,
        on_back: OnLeft,
    ) -> None:
        self._pool = pool
        self._on_left = on_left
        self._on_back = on_back
        self._runtime_sessions = runtime_sessions
        self._sessions = sessions
        self._links = links
        self._ended: set[str] = set()
        self._left: set[str] = set()

    async def is_enabled(self, subject: str) -> bool:
        """Whether ``subject`` may go on; if not, everything of theirs has ended.

        :raises SignInUnavailable: when the user pool hasn't answered for too long.
        """
        if await self._pool.is_enabled(subject):
            return True
        await self._end(subject)
        return False

    async def end_disabled(self) -> None:
        """End what belongs to people who have been disabled since the last look.

        Of those who were then, who is enabled again is said to be back.
        """
        disabled = set(await self._pool.disabled())
        self._ended &= disabled
        for subject in self._left - disabled:
            await self._see_whether_back(subject)
        for subject in disabled - self._ended:
            if await self._end(subject):
                self._ended.add(subject)

    @asynccontextmanager
    async def polling(self) -> AsyncIterator[None]:
        """Sweep again and again while the block runs."""
        task = asyncio.create_task(self._poll())
        try:
            yield
        finally:
            task.cancel()
            with suppress(asyncio.CancelledError):
                await task

    async def _poll(self) -> None:
        while True:
            await asyncio.sleep(RECHECK)
            try:
                await self.end_disabled()
            except (ClientError, BotoCoreError) as error:
                log.warning("disabled people can't be looked for: %s", type(error).__name__)

    async def _see_whether_back(self, subject: str) -> None:
        """Tell that somebody is back; whoever was deleted is on no list either, and isn't."""
        try:
            if await self._pool.is_enabled_now(subject):
                await self._on_back(subject)
        except (ClientError, BotoCoreError, SignInUnavailable) as error:
            log.warning("whether somebody is back isn't known: %s", type(error).__name__)
            return
        self._left.discard(subject)

    async def _end(self, subject: str) -> bool:
        """End everything; whether all who want to know have heard of it."""
        ended = await self._sessions.end_all(subject)
        links = [link for link in await self._links.by_subject(subject) if link.state == "active"]
        for link in links:
            await self._links.expire(link)
        await self._runtime_sessions.end(subject)
        if ended or links:
            log.info("somebody left: %d sessions, %d links ended", ended, len(links))
        try:
            await self._on_left(subject)
        except (ClientError, BotoCoreError) as error:
            log.warning("that somebody left can't be written down: %s", type(error).__name__)
            return False
        self._left.add(subject)
        return True
