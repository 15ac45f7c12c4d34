"""The part of ``/me`` that forgets what the assistant remembers about the signed-in person."""

from aiohttp import web

from identity.memory.conversation_events import ConversationEvents
from identity.memory.forgetting_jobs import ForgettingJobs
from identity.memory.recently_forgotten import RecentlyForgotten
from identity.memory.records import MemoryRecords
from identity.memory.shown_records import ShownRecords
from identity.sessions.csrf import check_csrf
from identity.sessions.signed_in_person import signed_in_or_redirect, signed_in_or_refuse
from identity.web.flash_message import flash
from identity.web.html import Html

GOES_ON = "Forgetting has begun and goes on by itself. This page shows how far it is."


class ForgetPages:
    """Handlers that delete memory records, each for its own person only."""

    def __init__(
        self,
        *,
        html: Html,
        memories: MemoryRecords,
        shown: ShownRecords,
        conversations: ConversationEvents,
        forgetting: ForgettingJobs,
        recently: RecentlyForgotten,
    ) -> None:
        self._html = html
        self._memories = memories
        self._shown = shown
        self._conversations = conversations
        self._forgetting = forgetting
        self._recently = recently

    def routes(self) -> list[web.RouteDef]:
        """What to add to the application's router."""
        return [
            web.post("/me/memories/forget", self.forget),
            web.get("/me/memories/forget-all", self.confirm_forget_all, allow_head=False),
            web.post("/me/memories/forget-all", self.forget_all),
        ]

    async def forget(self, request: web.Request) -> web.Response:
        """``POST /me/memories/forget``: one record."""
        person = await signed_in_or_refuse(request)
        await check_csrf(request)
        form = await request.post()
        record = str(form.get("record", ""))
        await self._memories.forget(person.subject, record, str(form.get("namespace", "")))
        await self._recently.add(person.subject, record)
        await flash(request, "That is forgotten.")
        raise web.HTTPSeeOther("/me#memories")

    async def confirm_forget_all(self, request: web.Request) -> web.Response:
        """``GET /me/memories/forget-all``: how much that would be."""
        person = await signed_in_or_redirect(request)
        remembered = await self._shown.of(person.subject)
        count = sum(len(kind.memories) for kind in remembered)
        return await self._html.page(
            request,
            "me/forget_all.html",
            count=count,
            conversations=await self._conversations.exist(person.subject),
        )

    async def forget_all(self, request: web.Request) -> web.Response:
        """``POST /me/memories/forget-all``: every record of every kind, and what it came from.

        What takes longer than a person waits goes on in the background.
        """
        person = await signed_in_or_refuse(request)
        await check_csrf(request)
        job = await self._forgetting.ask(person.subject, person.label)
        await flash(request, GOES_ON if job.state == "deleting" else "Everything is forgotten.")
        raise web.HTTPSeeOther("/me#memories")
