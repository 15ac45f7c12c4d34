"""The app is removed from a workspace: its tokens end, and the app is told so."""

import time

from aiohttp import web

from bizassist.local.slack.control.json_requests import read_object, refusing, strings
from bizassist.local.slack.errors import SlackError
from bizassist.local.slack.events.delivery import Delivery
from bizassist.local.slack.events.post_events import removed_events
from bizassist.local.slack.team import TEAMS
from bizassist.local.slack.web_api.authorization import Authorization


class Removals:
    """``/double/remove``, for any of the workspaces."""

    def __init__(self, authorization: Authorization, delivery: Delivery) -> None:
        self._authorization = authorization
        self._delivery = delivery

    def routes(self) -> list[web.RouteDef]:
        """The routes, for ``Application.add_routes``."""
        return [web.post("/double/remove", refusing(self._remove))]

    async def _remove(self, request: web.Request) -> web.Response:
        """``team``; ``happened`` in Unix time lets the events be late: no token ends then."""
        given = await read_object(request)
        (name,) = strings(given, "team")
        if name not in TEAMS:
            raise SlackError("team_not_found")
        if "happened" not in given:
            self._authorization.revoke(TEAMS[name])
        happened = int(given.get("happened", time.time()))
        answers = [
            await self._delivery.event(event) for event in removed_events(TEAMS[name], happened)
        ]
        return web.json_response({"statuses": [answer.status for answer in answers]})
