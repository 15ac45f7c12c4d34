"""A conversation's own page: its person names it anew, or deletes all that belongs to it."""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from urllib.parse import quote

from aiohttp import web

from bots.errors import StopFailed
from bots.turn.run import Runs
from bots.web.conversations import Conversation, Conversations
from bots.web.incoming.ownership import require_person
from bots.web.incoming.uploads import Uploads
from bots.web.transcripts import ID, TITLE, Transcripts
from identity.people import ChatUser, session_id
from identity.sessions.csrf import check_csrf
from identity.sessions.signed_in_person import signed_in
from identity.web.html import Html

NO_NAME = f"Please give it a name of at most {TITLE} characters."
NOT_FOUND = "There is no such conversation."

ForgetSession = Callable[[str, str], Awaitable[None]]
"""Begins to end what the memory keeps of one session of one subject."""


@dataclass(frozen=True, slots=True)
class ConversationSettings:
    """The handlers below ``/chat/{conversation}``.

    :param runs: stops what is still being answered.
    :param tenant: the user pool's id, the tenant of every web chat user.
    """

    conversations: Conversations
    transcripts: Transcripts
    uploads: Uploads
    runs: Runs
    forget_session: ForgetSession
    html: Html
    tenant: str

    def routes(self) -> list[web.AbstractRouteDef]:
        """Every route of a conversation's settings."""
        conversation = f"/chat/{{conversation:{ID}}}"
        return [
            web.get(f"{conversation}/settings", self.settings),
            web.post(f"{conversation}/title", self.rename),
            web.post(f"{conversation}/delete", self.delete),
        ]

    async def settings(self, request: web.Request) -> web.Response:
        """The page with both forms."""
        person = await signed_in(request)
        if person is None:
            raise web.HTTPFound(f"/auth/login?next={quote(request.path)}")
        return await self.html.page(
            request,
            "conversation_settings.html",
            conversation=await self._own(person.subject, request),
            longest_title=TITLE,
        )

    async def rename(self, request: web.Request) -> web.Response:
        """Call it as its person wants."""
        person = await require_person(request)
        await check_csrf(request)
        title = " ".join(str((await request.post()).get("title", "")).split())
        if not title or len(title) > TITLE:
            raise web.HTTPBadRequest(text=NO_NAME)
        conversation = request.match_info["conversation"]
        if not await self.conversations.rename(person.subject, conversation, title):
            raise web.HTTPNotFound(text=NOT_FOUND)
        raise web.HTTPSeeOther(f"/chat/{conversation}")

    async def delete(self, request: web.Request) -> web.Response:
        """Let nothing more be asked, stop what is being answered, then delete everything.

        Who sends the form twice finds it deleted, and so does who sends it again after a failure.
        """
        person = await require_person(request)
        await check_csrf(request)
        subject, conversation = person.subject, request.match_info["conversation"]
        await self.conversations.close(subject, conversation)
        await self._stop(subject, conversation)
        await self.forget_session(subject, session_id(subject, f"web:{conversation}"))
        await self.uploads.withdraw(
            subject, conversation, await self.uploads.of(subject, conversation)
        )
        await self.conversations.delete(subject, conversation)
        raise web.HTTPSeeOther("/chat")

    async def _own(self, subject: str, request: web.Request) -> Conversation:
        for one in await self.conversations.of(subject):
            if one.id == request.match_info["conversation"]:
                return one
        raise web.HTTPNotFound(text=NOT_FOUND)

    async def _stop(self, subject: str, conversation: str) -> None:
        chat_user = ChatUser("web", self.tenant, subject)
        turns = await self.transcripts.turns(subject, conversation)
        try:
            await asyncio.gather(
                *(
                    self.runs.stop(f"web:{turn.live}", chat_user, f"web:{conversation}")
                    for turn in turns
                    if turn.answer is None
                )
            )
        except StopFailed as error:
            raise web.HTTPServiceUnavailable(text=error.sentence) from None
