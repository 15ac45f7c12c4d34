"""Erases everything of a person, or of a workspace, from every store, and goes on until it is done.

::

    asked ──▶ access ends, stores emptied, memory asked to forget ──▶ memory at it
                                                                          │ it is done
              erased ◀── access ends, stores emptied once more, marks go ◀┘

Memory is looked at again when its listings know all that there was, some minutes later
(:mod:`identity.memory.forgetting_jobs`). What came in meanwhile, such as an answer that was being
written, goes with the second look at the stores. All of it may be done again, after any part of it.
"""

import asyncio
import logging
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from bots.errors import reason
from bots.personal_data.erasure_table import LEFT, Erasure, ErasureTable
from bots.personal_data.kept_data import KeptData, Stores
from bots.personal_data.owner import PersonOwner, WorkspaceOwner
from identity.audit_log import AuditLog
from identity.links import Link, Links
from identity.memory.forgetting_jobs import ForgettingJobs
from identity.people import session_id
from identity.sessions.session_list import SessionList
from identity.sessions.session_store import IsEnabled
from identity.tokens.broker import TokenBroker

POLL_SECONDS = 15.0
ASKED_BEFORE = timedelta(seconds=1)
"""The table of those who are being forgotten keeps milliseconds."""

_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Erasures:
    """Begins to erase, and goes on with it.

    :param is_enabled: whether the user pool still has somebody.
    """

    stores: Stores
    table: ErasureTable
    audit: AuditLog
    links: Links
    tokens: TokenBroker
    sessions: SessionList
    forgetting: ForgettingJobs
    is_enabled: IsEnabled

    async def owner(self, subject: str, account: str) -> PersonOwner:
        """A person with every chat account that is or was linked to them."""
        links = await self.links.by_subject(subject)
        return PersonOwner(subject, account, frozenset(link.chat_user.key for link in links))

    async def ask(self, owner: PersonOwner, by: str) -> Erasure:
        """Write down that it was asked, then begin; :meth:`working` goes on with it.

        :raises botocore.exceptions.ClientError: when that can't be written; nothing is done then.
        """
        erasure = Erasure(owner, by, datetime.now(UTC))
        await self.audit.write("erasing", by=by, about=owner.account)
        await self.table.put(erasure)
        await self._end_access(owner)
        return erasure

    async def erase_workspace(self, owner: WorkspaceOwner, by: str) -> int:
        """Erase what is kept of a workspace, and what its conversations left in memory; how much.

        What was learned of its people is theirs and stays: they are erased one by one.

        :raises botocore.exceptions.ClientError: when a store refuses; it can be asked again.
        :raises MemoryUnavailable: when memory does.
        """
        await self.audit.write("erasing", by=by, about=owner.name)
        data = await self.stores.open()
        for link in await self.links.everybody():
            if link.state == "active" and link.chat_user.key.startswith(f"{owner.name}#"):
                await self._end(link)
        for subject, session in await _memory_sessions(data, owner):
            await self.forgetting.forget_now(subject, session)
        erased = await data.erase(owner)
        await self.audit.write("erased", by=by, about=owner.name, detail=f"{erased:,} things")
        return erased

    @asynccontextmanager
    async def working(self) -> AsyncIterator[None]:
        """Go on with who is being erased while the block runs; then leave it to others."""
        polling = asyncio.create_task(self._poll())
        try:
            yield
        finally:
            polling.cancel()
            with suppress(asyncio.CancelledError):
                await polling

    async def work(self) -> int:
        """Go on with everybody who is being erased, as far as it is possible now; who is left.

        What fails of one stops nobody else's: the first failure is raised afterwards.
        """
        left, failures = await self._worked_on_all()
        if failures:
            raise failures[0]
        return left

    async def _worked_on_all(self) -> tuple[int, list[Exception]]:
        """How many are left, beside those of whom something failed."""
        left, failures = 0, list[Exception]()
        for erasure in await self.table.everybody():
            try:
                left += await self._is_due(erasure) and not await self._worked_on(erasure)
            except Exception as error:  # noqa: BLE001 - the next look may go well
                failures.append(error)
        return left, failures

    async def _is_due(self, erasure: Erasure) -> bool:
        """Whether to work on it; who left is asked for in the pool once more when it is time."""
        if erasure.due is None:
            return True
        if erasure.due <= datetime.now(UTC):
            if await self.is_enabled(erasure.owner.subject):
                await self.table.cancel(erasure.owner.subject)
                return False
            subject = erasure.owner.subject
            links = await self.links.by_subject(subject)
            account = links[-1].account if links else subject
            await self.ask(await self.owner(subject, account), by=erasure.by)
        return False  # from now on it is one that was asked for

    async def _poll(self) -> None:
        while True:
            try:
                _, failures = await self._worked_on_all()
            except Exception as error:  # noqa: BLE001 - the next look may go well
                failures = [error]
            for failure in failures:
                _log.warning("erasing somebody waits: %s", reason(failure))
            await asyncio.sleep(POLL_SECONDS)

    async def _worked_on(self, erasure: Erasure) -> bool:
        """Whether it is done now."""
        forgotten = erasure.stores_done and await self._is_forgotten(erasure)
        if erasure.stores_done and not forgotten:
            return False
        if not await self.table.claim(erasure, datetime.now(UTC)):
            return False
        try:
            await self._empty_stores(erasure, last=forgotten)
        except BaseException:
            await self.table.release(erasure, stores_done=erasure.stores_done)
            raise
        if not forgotten:
            await self.table.release(erasure, stores_done=True)
        return forgotten

    async def _empty_stores(self, erasure: Erasure, *, last: bool) -> None:
        owner = erasure.owner
        await self._end_access(owner)
        data = await self.stores.open()
        erased = await data.erase(owner)
        _log.info("erased %d rows and files of somebody", erased)
        if not last:
            await self.forgetting.ask(owner.subject, owner.account)
            return
        await self.forgetting.forget_pause(owner.subject)
        for kind in ("", "/records", "/export"):
            await data.erase_mark(f"{owner.subject}{kind}")
        await self.audit.write("erased", by=erasure.by, about=owner.account)
        if erasure.by == LEFT:
            await self.table.note_erased(erasure)
        else:
            await data.erase_mark(erasure.key)

    async def _is_forgotten(self, erasure: Erasure) -> bool:
        """Whether memory is done; one that was never asked, or long ago, is asked now."""
        job = await self.forgetting.of(erasure.owner.subject)
        if job is None or job.asked_at < erasure.asked_at - ASKED_BEFORE:
            await self.forgetting.ask(erasure.owner.subject, erasure.owner.account)
            return False
        return job.state == "done"

    async def _end_access(self, owner: PersonOwner) -> None:
        """End sessions and links; what is being answered ends with them."""
        await self.sessions.end_all(owner.subject)
        for link in await self.links.by_subject(owner.subject):
            if link.state == "active":
                await self._end(link)

    async def _end(self, link: Link) -> None:
        current = await self.links.active(link.chat_user)  # a listing has no token
        if current is not None and current.subject == link.subject:
            await self.tokens.revoke(current)


async def _memory_sessions(data: KeptData, owner: WorkspaceOwner) -> set[tuple[str, str]]:
    """Whose conversations there were, as memory names them: those of the ledger's month."""
    found = set()
    async for table, row in data.rows.of(owner):
        if table == "ledger_table" and "subject" in row and "conversation" in row:
            subject = row["subject"]["S"]
            found.add((subject, session_id(subject, row["conversation"]["S"])))
    return found
