"""The page to try it by hand: one sample person's window; it works without JavaScript."""

import hashlib
from collections.abc import Awaitable
from importlib.resources import files
from urllib.parse import urlencode

from aiohttp import ETag, web
from jinja2 import Environment, PackageLoader

from bizassist.local.slack.errors import SlackError
from bizassist.local.slack.events.person_actions import Acts
from bizassist.local.slack.events.surface_actions import SurfaceActs
from bizassist.local.slack.page import surfaces, view
from bizassist.local.slack.people import PEOPLE, Person
from bizassist.local.slack.workspace import BOT_USER, GENERAL, Workspace

POLLS = 20  # reloads after a message, one a second, where scripts don't run
HEADERS = {
    "Content-Security-Policy": (
        "default-src 'none'; style-src 'self'; script-src 'self'; connect-src 'self'; "
        "form-action 'self'; base-uri 'none'; frame-src 'self'; frame-ancestors 'self'"
    ),
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "same-origin",
    "Cache-Control": "no-store",
}
STATIC = {"slack.css": "text/css", "slack.js": "text/javascript"}


class Page:
    """Shows a channel as one person sees it, and takes what they type."""

    def __init__(self, workspace: Workspace, acts: Acts, surface_acts: SurfaceActs) -> None:
        self._surface_acts = surface_acts
        self._workspace = workspace
        self._acts = acts
        self._templates = Environment(
            loader=PackageLoader("bizassist.local.slack.page"), autoescape=True, trim_blocks=True
        )
        self._templates.globals["general"] = GENERAL
        self._read_until: dict[str, float] = {}

    def routes(self) -> list[web.RouteDef]:
        """The routes, for ``Application.add_routes``."""
        return [
            web.get("/", self._window),
            web.get("/side-by-side", self._side_by_side),
            web.get("/messages", self._messages),
            web.post("/say", self._say),
            web.post("/press", self._press),
            web.post("/stop", self._stop),
            web.get("/home", self._home),
            web.post("/ask-about", self._ask_about),
            web.post("/submit", self._submit),
            web.post("/press-home", self._press_home),
            web.get("/static/{name}", self._static),
        ]

    async def _window(self, request: web.Request) -> web.Response:
        person, channel = self._place(request.query.get("as"), request.query.get("in"))
        thread = request.query.get("thread", "")
        wait = min(POLLS, int(asked)) if (asked := request.query.get("wait", "")).isdecimal() else 0
        return self._html(
            "window.html",
            team=self._workspace.team.name,
            person=person,
            people=PEOPLE.values(),
            channel=channel,
            thread=thread,
            again=_address(person, channel, thread, wait - 1) if wait else "",
            modal=surfaces.modal(self._workspace.surfaces.modals.get(person.id)),
            prompts=[] if thread or wait else await self._prompts(person, channel),
            **self._seen(person, channel),
        )

    async def _side_by_side(self, _: web.Request) -> web.Response:
        """Everybody's window beside the others', each to be used by itself."""
        team = self._workspace.team.name
        return self._html("side_by_side.html", team=team, people=PEOPLE.values())

    async def _prompts(self, person: Person, channel: str) -> list[dict[str, str]]:
        """Opens the messages of the app, as a person does who looks at them."""
        if channel != person.dm:
            return []
        await self._surface_acts.open_app(person.id, "messages")
        return self._workspace.surfaces.prompts.get(person.dm, [])

    async def _home(self, request: web.Request) -> web.Response:
        person, channel = self._place(request.query.get("as"), None)
        await self._surface_acts.open_app(person.id, "home")
        shown = surfaces.home(self._workspace.surfaces.homes.get(person.id))
        people = PEOPLE.values()
        return self._html(
            "home.html",
            team=self._workspace.team.name,
            person=person,
            people=people,
            channel=channel,
            shown=shown,
        )

    async def _ask_about(self, request: web.Request) -> web.Response:
        form = await request.post()
        person, channel = self._place(str(form.get("as", "")), str(form.get("in", "")))
        await self._act(self._surface_acts.ask_about(person.id, channel, str(form.get("ts", ""))))
        raise web.HTTPSeeOther(f"{_address(person, channel, '', 0).partition('#')[0]}#modal")

    async def _submit(self, request: web.Request) -> web.Response:
        form = await request.post()
        person, channel = self._place(str(form.get("as", "")), str(form.get("in", "")))
        if form.get("cancel"):
            self._workspace.surfaces.modals.pop(person.id, None)
        else:
            typed = {name: str(value) for name, value in form.items()}
            await self._act(self._surface_acts.submit(person.id, typed))
        raise web.HTTPSeeOther(_address(person, channel, "", POLLS))

    async def _press_home(self, request: web.Request) -> web.Response:
        form = await request.post()
        person, _ = self._place(str(form.get("as", "")), None)
        action, value = str(form.get("action", "")), str(form.get("value", ""))
        await self._act(self._surface_acts.press(person.id, action, value))
        raise web.HTTPSeeOther(f"/home?as={person.id}")

    async def _act(self, acting: Awaitable[object]) -> None:
        try:
            await acting
        except SlackError as error:
            raise web.HTTPBadRequest(text=f"Slack refuses this: {error}.") from None

    async def _messages(self, request: web.Request) -> web.Response:
        person, channel = self._place(request.query.get("as"), request.query.get("in"))
        values = self._seen(person, channel)
        answer = self._html("messages.html", person=person, channel=channel, **values)
        etag = hashlib.sha256((answer.text or "").encode()).hexdigest()[:32]
        if any(tag.value == etag for tag in request.if_none_match or ()):
            return web.Response(status=304)
        answer.etag = ETag(etag)
        return answer

    async def _say(self, request: web.Request) -> web.Response:
        form = await request.post()
        person, channel = self._place(str(form.get("as", "")), str(form.get("in", "")))
        text, thread = str(form.get("text", "")).strip(), str(form.get("thread", ""))
        if text:
            try:
                await self._acts.say(person.id, channel, text, thread)
            except SlackError as error:
                raise web.HTTPBadRequest(text=f"Slack refuses this: {error}.") from None
        raise web.HTTPSeeOther(_address(person, channel, thread, POLLS))

    async def _press(self, request: web.Request) -> web.Response:
        form = await request.post()
        person, channel = self._place(str(form.get("as", "")), str(form.get("in", "")))
        ts, action = str(form.get("ts", "")), str(form.get("action", ""))
        try:
            await self._acts.click(person.id, channel, ts, action, str(form.get("choice", "")))
        except SlackError as error:
            raise web.HTTPBadRequest(text=f"Slack refuses this: {error}.") from None
        raise web.HTTPSeeOther(_address(person, channel, "", POLLS))

    async def _stop(self, request: web.Request) -> web.Response:
        form = await request.post()
        person, channel = self._place(str(form.get("as", "")), str(form.get("in", "")))
        try:
            await self._acts.stop(person.id, channel, str(form.get("thread", "")))
        except SlackError as error:
            raise web.HTTPBadRequest(text=f"Slack refuses this: {error}.") from None
        raise web.HTTPSeeOther(_address(person, channel, "", POLLS))

    async def _static(self, request: web.Request) -> web.Response:
        name = request.match_info["name"]
        if name not in STATIC:
            raise web.HTTPNotFound(text="There is nothing here.")
        body = (files(__package__) / "static" / name).read_bytes()
        return web.Response(body=body, content_type=STATIC[name], charset="utf-8", headers=HEADERS)

    def _seen(self, person: Person, channel: str) -> dict[str, object]:
        shown = view.seen(self._workspace, person.id, channel)
        direct = self._workspace.seen_by(person.id, person.dm)
        written = [float(message.ts) for message in direct if message.author == BOT_USER]
        latest = max(written, default=0.0)
        if channel == person.dm:
            self._read_until[person.id] = latest
        sessions = {
            thread: session
            for (place, thread), session in self._workspace.sessions.items()
            if place == channel and session.status in {"processing", "suspended"}
        }
        return {
            "shown": shown,
            "unread": latest > self._read_until.get(person.id, 0.0),
            "sessions": sessions,
        }

    def _place(self, user: str | None, channel: str | None) -> tuple[Person, str]:
        """Who looks at which channel; their direct messages unless it is one they are in."""
        person = PEOPLE.get(user or "") or next(iter(PEOPLE.values()))
        return person, channel if channel in {GENERAL, person.dm} else person.dm

    def _html(self, template: str, **values: object) -> web.Response:
        text = self._templates.get_template(template).render(values)
        return web.Response(text=text, content_type="text/html", headers=HEADERS)


def _address(person: Person, channel: str, thread: str, wait: int) -> str:
    query = {"as": person.id, "in": channel, "thread": thread, "wait": str(wait)}
    return f"/?{urlencode(query)}#latest"
