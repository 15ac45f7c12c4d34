"""The buttons at an answer: approve what it would do, don't, or stop it while it is written.

Each is a form of its own that works without scripts, and acts once however often it is clicked.
"""

from dataclasses import dataclass
from typing import cast

from aiohttp import web

from bots.platform import Accept
from bots.queue.inbox import InboxUnavailable
from bots.turn.actions import Acts, Decision
from bots.turn.run import NotStopped, Runs
from bots.web.approvals import Approvals, after_decision
from bots.web.incoming.accepted import accepted_decision, accepted_question
from bots.web.incoming.ownership import own_person, own_turns
from bots.web.transcripts import ID, Transcripts
from identity.people import ChatUser
from identity.sessions.browser_sessions import check_csrf

NO_DECISION = "Please choose one of the two buttons."
NOT_TAKEN = "Your decision couldn't be taken right now. Please try again in a minute."
GOES_ON = "The answer couldn't be stopped right now. Please try again in a moment."


@dataclass(frozen=True, slots=True)
class Buttons:
    """The handlers of the forms below ``/chat/{conversation}/{turn}``.

    :param accept: puts what goes on after a decision into the inbox.
    :param tenant: the user pool's id, the tenant of every web chat user.
    """

    transcripts: Transcripts
    approvals: Approvals
    acts: Acts
    runs: Runs
    accept: Accept
    tenant: str

    def routes(self) -> list[web.AbstractRouteDef]:
        """Every route of the buttons."""
        turn = f"/chat/{{conversation:{ID}}}/{{turn:{ID}}}"
        return [web.post(f"{turn}/decision", self.decide), web.post(f"{turn}/stop", self.stop)]

    async def decide(self, request: web.Request) -> web.Response:
        """Take the asker's decision, and let the answer go on."""
        person = await own_person(request)
        await check_csrf(request)
        form = await request.post()
        decision = form.get("decision")
        if decision not in {"approve", "refuse"}:
            raise web.HTTPBadRequest(text=NO_DECISION)
        asked, later = await own_turns(request, person, self.transcripts)
        approval = asked.approval
        # A page may be old: its click is for what it showed, and a later question has dropped that.
        if approval and approval.live == form.get("asks") and not later:
            await self._decide(request, person.subject, approval.live, cast("Decision", decision))
        raise _back(request)

    async def stop(self, request: web.Request) -> web.Response:
        """Stop the asker's answer."""
        person = await own_person(request)
        await check_csrf(request)
        asked, _ = await own_turns(request, person, self.transcripts)
        if asked.answer is None:
            chat_user = ChatUser("web", self.tenant, person.subject)
            conversation = f"web:{request.match_info['conversation']}"
            try:
                await self.runs.stop(f"web:{asked.live}", chat_user, conversation)
            except NotStopped:
                raise web.HTTPServiceUnavailable(text=GOES_ON) from None
        raise _back(request)

    async def _decide(
        self, request: web.Request, subject: str, live: str, decision: Decision
    ) -> None:
        """Write the decision first, so that whatever fails afterwards is made good by a click."""
        stands = await self.acts.decide(f"web:{live}", subject, decision)
        if stands is None:
            return
        conversation, turn = request.match_info["conversation"], request.match_info["turn"]
        question = accepted_question(self.tenant, subject, conversation, turn, "")
        try:
            await self.accept(accepted_decision(question, after_decision(live), stands))
        except InboxUnavailable:
            raise web.HTTPServiceUnavailable(text=NOT_TAKEN) from None
        await self.approvals.decided((subject, conversation, turn), live, stands.decision)


def _back(request: web.Request) -> web.HTTPSeeOther:
    here = "/chat/{conversation}/{turn}".format(**request.match_info)
    return web.HTTPSeeOther(here)
