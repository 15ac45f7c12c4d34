"""``/me``: the chat accounts and the browser sessions of the person who is signed in."""

from collections.abc import Awaitable, Callable, Sequence

from aiohttp import web

from identity.errors import MemoryUnavailable
from identity.links import Link, Links
from identity.memory.forgetting_jobs import ForgettingJobs
from identity.memory.forgetting_table import ForgettingJob
from identity.memory.records import RecordsOfKind
from identity.memory.shown_records import ShownRecords
from identity.people import ChatUser
from identity.sessions.session_list import SessionList
from identity.sessions.session_store import this_session
from identity.sessions.signed_in_person import signed_in_or_redirect
from identity.web.chat_user_details import PLATFORM_NAMES
from identity.web.flash_message import take_flash
from identity.web.html import Html

HOME = "/me"
LONGEST_SEARCH = 200

NoticeOf = Callable[[ChatUser], Awaitable[str]]
"""What a person is told of the workspace of one of their links; empty for nothing."""


async def no_notice(_: ChatUser) -> str:
    """Nothing, where no workspace is known to have ended."""
    return ""


class OverviewPage:
    """Everything of the signed-in person on one page."""

    def __init__(
        self,
        *,
        html: Html,
        links: Links,
        sessions: SessionList,
        memories: ShownRecords,
        forgetting: ForgettingJobs,
        notice_of: NoticeOf,
    ) -> None:
        self._html = html
        self._links = links
        self._sessions = sessions
        self._memories = memories
        self._forgetting = forgetting
        self._notice_of = notice_of

    def routes(self) -> list[web.RouteDef]:
        """What to add to the application's router."""
        return [web.get(HOME, self.overview, allow_head=False)]

    async def overview(self, request: web.Request) -> web.Response:
        """``GET /me``: everything on one page."""
        person = await signed_in_or_redirect(request)
        words = request.query.get("q", "").strip()[:LONGEST_SEARCH]
        remembered = await self._remembered(person.subject)
        links = _chat_links(await self._links.by_subject(person.subject))
        return await self._html.page(
            request,
            "me/overview.html",
            flash=await take_flash(request),
            platforms=PLATFORM_NAMES,
            links=links,
            notices={link.chat_user.key: await self._notice_of(link.chat_user) for link in links},
            sessions=await self._sessions.of(person.subject),
            this=await this_session(request),
            remembered=remembered,
            words=words,
            found=_found(remembered or (), words),
            forgetting=await self._being_forgotten(person.subject),
        )

    async def _remembered(self, subject: str) -> Sequence[RecordsOfKind] | None:
        """What is remembered, or None: the rest of the page works without the memory."""
        try:
            return await self._memories.of(subject)
        except MemoryUnavailable:
            return None

    async def _being_forgotten(self, subject: str) -> ForgettingJob | None:
        try:
            return await self._forgetting.of(subject)
        except MemoryUnavailable:
            return None


def _chat_links(links: Sequence[Link]) -> list[Link]:
    """What a person would unlink; the web chat's link is their session, and listed there."""
    return [link for link in links if link.chat_user.platform != "web" and link.state != "revoked"]


def _found(remembered: Sequence[RecordsOfKind], words: str) -> set[str]:
    """The ids of the records in which every word occurs."""
    wanted = words.casefold().split()
    return {
        record.id
        for kind in remembered
        for record in kind.memories
        if all(word in record.text.casefold() for word in wanted)
    }
