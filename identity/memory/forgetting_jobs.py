"""Works on who is being forgotten, in the background, until nothing is left of them."""

import asyncio
import logging
import secrets
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from dataclasses import replace
from datetime import UTC, datetime, timedelta

from botocore.exceptions import BotoCoreError, ClientError

from identity.errors import MemoryUnavailable
from identity.links import Links
from identity.memory.conversation_events import MEMORY_SWITCH
from identity.memory.forgetting import LAG, Forgetting
from identity.memory.forgetting_table import ForgettingJob, ForgettingTable

log = logging.getLogger(__name__)

NOTE_SECONDS = 2.0
"""How often how far it is gets written, which also keeps the lease."""

QUICK_SECONDS = 4.0
"""How long who asked waits at most; what most people have is gone by then."""

POLL_SECONDS = 30.0
"""How often it is looked for what another process has left, and for what is to be checked."""

AGAIN = timedelta(minutes=1)
"""After what went wrong."""


class ForgettingJobs:
    """Begins, goes on with and tells of forgetting; each person by one process at a time.

    It goes on where it stopped: what is deleted isn't listed again, or is found to be gone.

    :param links: carry to the agent that what it recalled a moment ago is out of date.
    """

    def __init__(self, table: ForgettingTable, forgetting: Forgetting, links: Links) -> None:
        self._table = table
        self._links = links
        self._forgetting = forgetting
        self._owner = secrets.token_hex(8)
        self._tasks: dict[str, asyncio.Task[None]] = {}

    async def ask(self, subject: str, account: str, seconds: float | None = None) -> ForgettingJob:
        """Begin to forget ``subject``; how far that is after so many ``seconds`` at most.

        :raises MemoryUnavailable: when it can't be noted that somebody asked.
        """
        now = datetime.now(UTC)
        job = ForgettingJob(
            subject, account, now.replace(microsecond=now.microsecond // 1000 * 1000)
        )
        try:
            await self._links.note_forgetting(subject)
            if not await self._table.ask(job):
                job = await self._table.of(subject) or job
            await asyncio.wait(
                {self._begun(job)}, timeout=QUICK_SECONDS if seconds is None else seconds
            )
            return await self._table.of(subject) or job
        except (ClientError, BotoCoreError) as error:
            raise MemoryUnavailable(type(error).__name__) from None

    async def forget_session(self, subject: str, session: str) -> None:
        """Begin to forget one conversation, which nobody can go on with any more.

        It is looked at once more when every event is listed; what a process that ends before
        leaves expires with the memory's events.
        """
        name = f"{subject}/{session}"
        if name not in self._tasks:
            task = asyncio.create_task(self._session_forgotten(subject, session))
            self._tasks[name] = task
            task.add_done_callback(lambda ended: self._ended(name, ended))

    async def forget_now(self, subject: str, session: str) -> None:
        """Forget one conversation as far as it is listed, and return when that is done.

        :raises MemoryUnavailable: when something can't be listed or deleted.
        """
        await self._forgetting.forget_session(subject, session)
        await self._links.note_forgetting(subject)

    async def forget_pause(self, subject: str) -> None:
        """Forget whether ``subject`` had paused their memory: the last that is kept of them.

        :raises MemoryUnavailable: when it can't be listed or deleted.
        """
        await self._forgetting.forget_session(subject, MEMORY_SWITCH)

    async def _session_forgotten(self, subject: str, session: str) -> None:
        for pause in (0.0, LAG.total_seconds()):
            await asyncio.sleep(pause)
            await self._forgetting.forget_session(subject, session)
            await self._links.note_forgetting(subject)

    async def of(self, subject: str) -> ForgettingJob | None:
        """How far forgetting ``subject`` is; None where nobody asked for it, or long ago.

        :raises MemoryUnavailable: when that can't be read.
        """
        try:
            return await self._table.of(subject)
        except (ClientError, BotoCoreError) as error:
            raise MemoryUnavailable(type(error).__name__) from None

    @asynccontextmanager
    async def working(self) -> AsyncIterator[None]:
        """Go on with whatever is due while the block runs; then leave it to others."""
        polling = asyncio.create_task(self._poll())
        try:
            yield
        finally:
            tasks = [polling, *self._tasks.values()]
            for task in tasks:
                task.cancel()
            await asyncio.gather(*tasks, return_exceptions=True)

    async def _poll(self) -> None:
        while True:
            try:
                now = datetime.now(UTC)
                for job in await self._table.everybody():
                    if job.state != "done" and job.due <= now:
                        self._begun(job)
            except Exception as error:  # noqa: BLE001 - it is looked for again, whatever it was
                log.warning("forgetting can't be looked for: %s", type(error).__name__)
            await asyncio.sleep(POLL_SECONDS)

    def _begun(self, job: ForgettingJob) -> asyncio.Task[None]:
        """The task that works on a person; one that is at work on an older row ends."""
        before = self._tasks.get(job.subject)
        if before is not None and not before.done():
            if before.get_name() == job.asked_at.isoformat():
                return before
            before.cancel()
        task = asyncio.create_task(self._worked_on(job), name=job.asked_at.isoformat())
        self._tasks[job.subject] = task
        task.add_done_callback(lambda ended: self._ended(job.subject, ended))
        return task

    def _ended(self, subject: str, task: asyncio.Task[None]) -> None:
        if self._tasks.get(subject) is task:
            del self._tasks[subject]
        if not task.cancelled() and (error := task.exception()):
            log.warning("forgetting broke off: %s", type(error).__name__)

    async def _worked_on(self, job: ForgettingJob) -> None:
        if not await self._table.claim(job, self._owner, datetime.now(UTC)):
            return  # somebody else is at work on it
        look = asyncio.create_task(self._looked(job))
        try:
            while not look.done():
                await asyncio.wait({look}, timeout=NOTE_SECONDS)
                now = datetime.now(UTC)
                if not look.done() and not await self._table.note(job, self._owner, now):
                    return  # asked for anew, or taken over while this process stood still
            ended = look.result()
            await self._table.note(ended, self._owner, datetime.now(UTC), release=True)
        finally:
            look.cancel()
            with suppress(asyncio.CancelledError):
                await look

    async def _looked(self, job: ForgettingJob) -> ForgettingJob:
        """The job after one look, or after what went wrong in it."""
        before = job.progress.deleted
        try:
            deleted = await self._looked_and_noted(job)
        except MemoryUnavailable as error:
            log.warning("forgetting somebody waits a minute: %s", error)
            now = datetime.now(UTC)
            last_found = now if job.progress.deleted > before else job.last_found
            return replace(job, last_found=last_found, due=now + AGAIN, problem=str(error))
        log.info("forgot %d events and records of somebody", deleted)
        return job.after(deleted, datetime.now(UTC))

    async def _looked_and_noted(self, job: ForgettingJob) -> int:
        """How much one look has deleted; what it had deleted before it failed is noted too.

        :raises MemoryUnavailable: when something can't be listed or deleted.
        """
        before = job.progress.deleted
        try:
            return await self._forgetting.look(job.subject, job.asked_at, job.progress)
        finally:
            if job.progress.deleted > before:
                await self._note(job.subject)

    async def _note(self, subject: str) -> None:
        """Say that what was recalled is out of date; the job goes on where that fails."""
        try:
            await self._links.note_forgetting(subject)
        except (ClientError, BotoCoreError) as error:
            log.warning("that somebody was forgotten can't be noted: %s", type(error).__name__)
