"""The buttons at an answer: approve what it would do, don't, or stop it while it is written.

Each is a form of its own that works without scripts, and acts once however often it is clicked.
"""

from dataclasses import dataclass
from typing import cast

from aiohttp import web

from bots.errors import InboxUnavailable, StopFailed
from bots.platform import Accept
from bots.turn.decision_and_stop import Decision, TurnActions
from bots.turn.run import Runs
from bots.web.approval_display import Approvals, after_decision
from bots.web.incoming.accepted import accepted_decision, accepted_question
from bots.web.incoming.ownership import find_turn, require_person
from bots.web.transcripts import ID, Transcripts
from identity.people import ChatUser
from identity.sessions.csrf import check_csrf

NO_DECISION = "Please choose one of the two buttons."
NOT_TAKEN = "Your decision couldn't be taken right now. Please try again in a minute."


@dataclass(frozen=True, slots=True)
class AnswerActions:
    """The handlers of the forms below ``/chat/{conversation}/{turn}``.

    :param accept: puts what goes on after a decision into the inbox.
    :param tenant: the user pool's id, the tenant of every web chat user.
    """

    transcripts: Transcripts
    approvals: Approvals
    actions: TurnActions
    runs: Runs
    accept: Accept
    tenant: str

    def routes(self) -> list[web.AbstractRouteDef]:
        """Every route of the buttons."""
        turn = f"/chat/{{conversation:{ID}}}/{{turn:{ID}}}"
        return [web.post(f"{turn}/decision", self.decide), web.post(f"{turn}/stop", self.stop)]

    async def decide(self, request: web.Request) -> web.Response:
        """Take the asker's decision, and let the answer go on."""
        person = await require_person(request)
        await check_csrf(request)
        form = await request.post()
        decision = form.get("decision")
        if decision not in {"approve", "refuse"}:
            raise web.HTTPBadRequest(text=NO_DECISION)
        turn, later = await find_turn(request, person, self.transcripts)
        approval = turn.approval
        # A page may be old: its click is for what it showed, and a later question has dropped that.
        if approval and approval.live == form.get("asks") and not later:
            place = (person.subject, request.match_info["conversation"], turn.id)
            try:
                await self.take_decision(*place, approval.live, cast("Decision", decision))
            except InboxUnavailable:
                raise web.HTTPServiceUnavailable(text=NOT_TAKEN) from None
        raise _back(request)

    async def stop(self, request: web.Request) -> web.Response:
        """Stop the asker's answer."""
        person = await require_person(request)
        await check_csrf(request)
        turn, _ = await find_turn(request, person, self.transcripts)
        if turn.answer is None:
            chat_user = ChatUser("web", self.tenant, person.subject)
            conversation = f"web:{request.match_info['conversation']}"
            try:
                await self.runs.stop(f"web:{turn.live}", chat_user, conversation)
            except StopFailed as error:
                raise web.HTTPServiceUnavailable(text=error.sentence) from None
        raise _back(request)

    async def take_decision(
        self, subject: str, conversation: str, turn: str, live: str, decision: Decision
    ) -> str | None:
        """Take what its person decides about a turn; the event by which the answer goes on.

        None where nothing is asked of them any more. The decision is written first, so that
        whatever fails afterwards is made good by deciding again.

        :raises InboxUnavailable: when it can't be taken now.
        """
        stands = await self.actions.decide(f"web:{live}", subject, decision)
        if stands is None:
            return None
        goes_on = after_decision(live)
        question = accepted_question(self.tenant, subject, conversation, turn, "")
        await self.accept(accepted_decision(question, goes_on, stands))
        await self.approvals.record_decision((subject, conversation, turn), live, stands.decision)
        return goes_on


def _back(request: web.Request) -> web.HTTPSeeOther:
    here = "/chat/{conversation}/{turn}".format(**request.match_info)
    return web.HTTPSeeOther(here)
