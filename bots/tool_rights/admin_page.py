"""``/admin/rights``: the policy in words, and what another one would change before it is used."""

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from aiohttp import web

from bots.answer.proposed_call import readable
from bots.platform import Audience
from bots.tool_rights.difference import Difference, difference, rights_of
from bots.tool_rights.errors import PolicyRefused
from bots.tool_rights.policy import Outcome, Person, Policy, Right
from bots.usage.daily_turns import MOST, DailyTurns
from identity.admin.administrators import Administrators
from identity.executor import Executor
from identity.sessions.csrf import check_csrf
from identity.web.html import Html

TEMPLATES = Path(__file__).parent / "templates"
RIGHTS = "/admin/rights"
DAYS = 30
LONGEST = 50_000
"""Characters of a policy that are read."""
TOO_LONG = f"The policy is too long: {LONGEST:,} characters are the most."

Members = Callable[[Sequence[str]], Awaitable[list[Person]]]
"""Everybody who is in one of these groups of the user pool, with all of these that they are in."""


@dataclass(frozen=True, slots=True)
class Row:
    """What one group may do with one thing, place by place."""

    right: Right
    group: str
    outcomes: tuple[Outcome, ...]
    approval: str


class RightsPages:
    """Handlers for administrators; nothing here puts a policy into force.

    :param text: of the policy that the agent of this version has.
    """

    def __init__(
        self,
        *,
        html: Html,
        administrators: Administrators,
        text: str,
        members: Members,
        daily_turns: DailyTurns,
        call: Executor,
    ) -> None:
        self._html = html
        self._administrators = administrators
        self._policy = Policy(text)
        self._members = members
        self._daily_turns = daily_turns
        self._call = call

    def routes(self) -> list[web.AbstractRouteDef]:
        """What to add to the application's router."""
        return [web.get(RIGHTS, self.show, allow_head=False), web.post(RIGHTS, self.compare)]

    async def show(self, request: web.Request) -> web.Response:
        """``GET /admin/rights``: who may use what, where, with which approval."""
        await self._administrators.for_page(request)
        return await self._page(request, self._policy.text)

    async def compare(self, request: web.Request) -> web.Response:
        """``POST /admin/rights``: what a changed policy would give and take; nothing changes."""
        await self._administrators.for_form(request)
        await check_csrf(request)
        text = str((await request.post()).get("policy", "")).replace("\r\n", "\n")
        if len(text) > LONGEST:
            return await self._page(request, text[:LONGEST], problem=TOO_LONG)
        try:
            changed = await self._call(Policy, text)
        except PolicyRefused as refused:
            return await self._page(request, text, problem=str(refused))
        people = await self._members(sorted(self._policy.groups | changed.groups))
        turns = await self._daily_turns.turns(datetime.now(UTC).date(), DAYS)
        found = await self._call(difference, self._policy, changed, people, turns)
        return await self._page(
            request, text, found=found, people=people, changed=changed, whole=len(turns) < MOST
        )

    async def _page(
        self,
        request: web.Request,
        text: str,
        *,
        problem: str = "",
        found: Difference | None = None,
        people: Sequence[Person] = (),
        changed: Policy | None = None,
        whole: bool = True,
    ) -> web.Response:
        return await self._html.page(
            request,
            "admin/rights.html",
            status=400 if problem else 200,
            rows=await self._call(rows, self._policy),
            places=list(Audience),
            text=text,
            problem=problem,
            found=found,
            people=people,
            policies=[one for one in (self._policy, changed) if one],
            whole=whole,
            most=MOST,
            days=DAYS,
            readable=readable,
        )


def rows(policy: Policy) -> list[Row]:
    """The whole policy in words: a row for each thing and each group that may do it somewhere."""
    groups = [Person(f"anybody in {one}", one, frozenset({one})) for one in sorted(policy.groups)]
    rights = rights_of(policy)
    outcomes = policy.outcomes(groups, rights)
    found = [
        Row(
            right,
            group.name,
            tuple(outcomes[group.subject, right, place] for place in Audience),
            "" if right.field else policy.approvals.get(right.name, ""),
        )
        for right in rights
        for group in groups
    ]
    return [row for row in found if any(one.here or one.alone for one in row.outcomes)]
