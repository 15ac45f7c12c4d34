"""What people think of an answer: good or bad, and why, said by the one who asked."""

from aiohttp import web

from bots.answer.explanation.run_explanation import LONGEST_COMMENT
from bots.turn.ledger import Ledger
from bots.web.incoming.ownership import require_person
from bots.web.transcripts import ID, Transcripts
from identity.people import ChatUser
from identity.sessions.csrf import check_csrf

FEEDBACK = ("up", "down")
UNKNOWN = "There is no such answer of yours."
UNCLEAR = "Please say whether the answer was helpful."
TOO_LONG = f"Please write at most {LONGEST_COMMENT:,} characters."


class Feedback:
    """Takes feedback through the ledger, which knows whose it is; nothing goes through the inbox.

    :param tenant: the user pool's id, the tenant of every web chat user.
    """

    def __init__(self, transcripts: Transcripts, ledger: Ledger, tenant: str) -> None:
        self._transcripts = transcripts
        self._ledger = ledger
        self._tenant = tenant

    def routes(self) -> list[web.AbstractRouteDef]:
        """The one route of feedback."""
        turn = f"/chat/{{conversation:{ID}}}/{{turn:{ID}}}"
        return [web.post(f"{turn}/feedback", self.give)]

    async def give(self, request: web.Request) -> web.Response:
        """``POST /chat/{conversation}/{turn}/feedback``: changeable for as long as it is kept."""
        person = await require_person(request)
        await check_csrf(request)
        form = await request.post()
        feedback, comment = str(form.get("feedback", "")), str(form.get("comment", "")).strip()
        if feedback not in FEEDBACK:
            raise web.HTTPBadRequest(text=UNCLEAR)
        if len(comment) > LONGEST_COMMENT:
            raise web.HTTPBadRequest(text=TOO_LONG)
        conversation, turn = request.match_info["conversation"], request.match_info["turn"]
        chat_user = ChatUser("web", self._tenant, person.subject)
        judged = await self._transcripts.judge(
            person.subject, conversation, turn, feedback, comment
        ) and await self._ledger.judge(f"web:{turn}", chat_user, feedback)
        if not judged:
            raise web.HTTPNotFound(text=UNKNOWN)
        if request.headers.get("X-Requested-With") == "fetch":
            raise web.HTTPSeeOther(f"/chat/{conversation}/{turn}")
        raise web.HTTPSeeOther(f"/chat/{conversation}#turn-{turn}")
