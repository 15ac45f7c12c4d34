"""``/me/data``: a signed-in person takes all that is kept of them along, or has it erased."""

import asyncio
import logging
import tempfile
from collections.abc import AsyncIterator
from contextlib import ExitStack, asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

from aiohttp import web
from botocore.exceptions import BotoCoreError, ClientError

from bots.personal_data.erasure import Erasures
from bots.personal_data.erasure_table import ErasureTable
from bots.personal_data.export import Exports
from identity.errors import IdentityError
from identity.links import Links
from identity.sessions.csrf import check_csrf
from identity.sessions.session_list import SessionList
from identity.sessions.signed_in_person import (
    SignedIn,
    require_recent_sign_in,
    signed_in,
    signed_in_or_redirect,
    signed_in_or_refuse,
)
from identity.web.html import Html

TEMPLATES = Path(__file__).parent / "templates"
HOME = "/me/data"
ERASE, ERASED = "/auth/erase", "/auth/erased"
"""Whoever has sent the form is signed out by it, and may come once more: beside signing out."""
OFTEN_EXPORTED = "You had several files made a moment ago. Please try again in an hour."
NOT_NOW = "Your data could not be read right now. Please try again in a few minutes."
PIECE = 256 * 1024
PIECE_SECONDS = 60.0
"""In which whoever takes a file has to take the next piece of it."""

_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class MyDataPages:
    """Handlers for each person's own data and nobody else's.

    :param one_at_a_time: of this process, while a file is made, since it may be large.
    """

    html: Html
    erasures: Erasures
    exports: Exports
    table: ErasureTable
    links: Links
    sessions: SessionList
    one_at_a_time: asyncio.Lock

    def routes(self) -> list[web.AbstractRouteDef]:
        """What to add to the application's router."""
        return [
            web.get(HOME, self.overview, allow_head=False),
            web.post(f"{HOME}/export", self.export),
            web.get(f"{HOME}/erase", self.confirm, allow_head=False),
            web.post(ERASE, self.erase),
            web.get(ERASED, self.erasing, allow_head=False),
        ]

    async def overview(self, request: web.Request) -> web.Response:
        """``GET /me/data``: what can be done."""
        await signed_in_or_redirect(request)
        return await self.html.page(request, "my_data.html")

    async def export(self, request: web.Request) -> web.StreamResponse:
        """``POST /me/data/export``: all of it, as a file."""
        person = await signed_in_or_refuse(request)
        await check_csrf(request)
        require_recent_sign_in(person, HOME)
        if not await self.table.may_export(person.subject):
            raise web.HTTPTooManyRequests(text=OFTEN_EXPORTED, headers={"Retry-After": "3600"})
        async with self._archive(person) as archive:
            return await _sent(request, archive)

    async def confirm(self, request: web.Request) -> web.Response:
        """``GET /me/data/erase``: what would go, and what stays."""
        person = await signed_in_or_redirect(request)
        require_recent_sign_in(person, f"{HOME}/erase")
        links = await self.links.by_subject(person.subject)
        return await self.html.page(
            request,
            "erase_my_data.html",
            links=[link for link in links if link.chat_user.platform != "web"],
            sessions=len(await self.sessions.of(person.subject)),
        )

    async def erase(self, request: web.Request) -> web.Response:
        """``POST /auth/erase``: begin; the person is signed out everywhere.

        Who sends the form twice isn't signed in any more the second time, and sees the same.
        """
        person = await signed_in(request)
        if person is not None:
            await check_csrf(request)
            require_recent_sign_in(person, f"{HOME}/erase")
            owner = await self.erasures.owner(person.subject, person.label)
            await self.erasures.ask(owner, by=person.label)
        raise web.HTTPSeeOther(ERASED)

    async def erasing(self, request: web.Request) -> web.Response:
        """``GET /auth/erased``: what whoever has asked for it is told, and nothing of them."""
        del request
        return self.html.render("erasing_my_data.html")

    @asynccontextmanager
    async def _archive(self, person: SignedIn) -> AsyncIterator[Path]:
        """The file, for as long as the block runs; it lies where only this process reads.

        :raises HTTPServiceUnavailable: when a store doesn't answer, or the file can't be written.
        """
        with ExitStack() as stack:
            try:
                async with self.one_at_a_time:
                    folder = stack.enter_context(tempfile.TemporaryDirectory())
                    archive = Path(folder) / "data.zip"
                    owner = await self.erasures.owner(person.subject, person.label)
                    await self.exports.write(owner, by=person.label, to=archive)
            except (IdentityError, BotoCoreError, ClientError, OSError) as error:
                _log.warning("somebody's data can't be exported: %s", type(error).__name__)
                raise web.HTTPServiceUnavailable(text=NOT_NOW) from None
            yield archive


async def _sent(request: web.Request, archive: Path) -> web.StreamResponse:
    size = await asyncio.to_thread(lambda: archive.stat().st_size)
    response = web.StreamResponse(
        headers={
            "Content-Type": "application/zip",
            "Content-Disposition": 'attachment; filename="bizassist-data.zip"',
            "Content-Length": str(size),
            "Cache-Control": "no-store",
        }
    )
    await response.prepare(request)
    file = await asyncio.to_thread(archive.open, "rb")
    try:
        while piece := await asyncio.to_thread(file.read, PIECE):
            async with asyncio.timeout(PIECE_SECONDS):
                await response.write(piece)
        await response.write_eof()
    except TimeoutError:
        _log.warning("somebody's export was not taken: the connection is ended")
        if request.transport is not None:
            request.transport.abort()
    finally:
        file.close()
    return response
