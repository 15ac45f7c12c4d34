"""Response URLs: five messages in thirty minutes to whoever sent a command or pressed a button."""

import json
import secrets
from dataclasses import dataclass

from aiohttp import web

from bizassist.local.slack.errors import SlackError
from bizassist.local.slack.web_api.arguments import Arguments
from bizassist.local.slack.web_api.chat import short_body
from bizassist.local.slack.web_api.endpoint import hung_up
from bizassist.local.slack.web_api.faults import RESPONSE_URL, Calls, ConnectionBroken
from bizassist.local.slack.workspace import BOT_USER, Message, Workspace

# "up to 5 times within 30 minutes":
# https://docs.slack.dev/interactivity/handling-user-interaction#message_responses
USES = 5
SECONDS = 30 * 60.0


@dataclass(slots=True)
class Ticket:
    """What one response URL may still do.

    :param source: the message whose button was pressed; None for a command. Only such a message
        can be replaced: a command has none, and ``replace_original`` then posts anew, as people
        found out (bolt-js#2287, bolt-python#1268).
    """

    channel: str
    user: str
    source: Message | None
    made: float
    uses: int = 0


class ResponseUrls:
    """Hands response URLs out and takes what is posted to them."""

    def __init__(self, workspace: Workspace, own_url: str, calls: Calls) -> None:
        self._workspace = workspace
        self._own_url = own_url
        self._calls = calls
        self._tickets: dict[str, Ticket] = {}

    def issue(self, channel: str, user: str, source: Message | None = None) -> str:
        """A new response URL."""
        key = secrets.token_urlsafe(18)
        self._tickets[key] = Ticket(channel, user, source, self._workspace.clock.now())
        return f"{self._own_url}/responses/{key}"

    def expire(self) -> None:
        """Let thirty minutes pass for every address handed out so far."""
        for ticket in self._tickets.values():
            ticket.made -= SECONDS

    def routes(self) -> list[web.RouteDef]:
        """The route, for ``Application.add_routes``."""
        return [web.post("/responses/{key}", self._respond)]

    async def _respond(self, request: web.Request) -> web.Response:
        key, given = request.match_info["key"], Arguments({})
        try:
            given = await _payload(request)
            await self._calls.play(RESPONSE_URL, lambda: self.show(self._take(key), given))
            answer, status, headers = "ok", 200, {}
        except SlackError as error:
            answer, status, headers = json.dumps(error.body()), error.status, error.headers()
        except ConnectionBroken:
            self._calls.note(RESPONSE_URL, dict(given.values), None)
            return hung_up(request)
        self._calls.note(RESPONSE_URL, dict(given.values), answer)
        kind = "text/plain" if answer == "ok" else "application/json"
        return web.Response(text=answer, status=status, headers=headers, content_type=kind)

    def _take(self, key: str) -> Ticket:
        ticket = self._tickets.get(key)
        if ticket is None:
            raise SlackError("invalid_url", status=404)
        if self._workspace.clock.now() - ticket.made >= SECONDS:
            raise SlackError("expired_url", status=404)
        if ticket.uses >= USES:
            raise SlackError("used_url", status=404)
        ticket.uses += 1
        return ticket

    def show(self, ticket: Ticket, given: Arguments) -> None:
        """Show a response; private unless it says ``in_channel``.

        :raises SlackError: with status 400 when Slack would not take it.
        """
        source = ticket.source
        if source and given.flag("delete_original"):
            self._workspace.messages.remove(source)
            return
        try:
            text, blocks = short_body(given)
        except SlackError as error:
            raise SlackError(error.error, error.messages, status=400) from None
        if source and given.flag("replace_original"):
            source.text, source.blocks, source.edited = text, blocks, True
            return
        public = given.optional("response_type") == "in_channel"
        self._workspace.post(
            ticket.channel,
            BOT_USER,
            text,
            blocks=blocks,
            only_for=None if public else ticket.user,
        )


async def _payload(request: web.Request) -> Arguments:
    try:
        values = json.loads(await request.read())
    except ValueError:
        values = None
    if not isinstance(values, dict):
        raise SlackError("invalid_payload", status=400)
    return Arguments(values)
