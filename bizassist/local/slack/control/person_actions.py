"""What a test makes people do here, and what it asks about afterwards."""

from dataclasses import asdict

from aiohttp import web

from bizassist.local.slack.control.json_requests import read_object, refusing, strings
from bizassist.local.slack.events.person_actions import Acts
from bizassist.local.slack.events.surface_actions import SurfaceActs
from bizassist.local.slack.page import view
from bizassist.local.slack.people import PEOPLE
from bizassist.local.slack.web_api.faults import Calls
from bizassist.local.slack.workspace import BOT_USER, Workspace


class PersonActions:
    """Routes below ``/double/`` for commands, messages, buttons, and what there is to see."""

    def __init__(
        self, workspace: Workspace, acts: Acts, surface_acts: SurfaceActs, calls: Calls
    ) -> None:
        self._surface_acts = surface_acts
        self._workspace = workspace
        self._acts = acts
        self._calls = calls

    def routes(self) -> list[web.RouteDef]:
        """The routes, for ``Application.add_routes``."""
        return [
            web.get("/double/people", refusing(self._people)),
            web.post("/double/command", refusing(self._command)),
            web.post("/double/message", refusing(self._message)),
            web.post("/double/click", refusing(self._click)),
            web.post("/double/stop", refusing(self._stop)),
            web.post("/double/shortcut", refusing(self._shortcut)),
            web.post("/double/submit", refusing(self._submit)),
            web.post("/double/open", refusing(self._open)),
            web.post("/double/press", refusing(self._press)),
            web.get("/double/surfaces", refusing(self._surfaces)),
            web.post("/double/delete", refusing(self._delete)),
            web.post("/double/deactivate", refusing(self._deactivate)),
            web.post("/double/too-many-events", refusing(self._too_many_events)),
            web.get("/double/view", refusing(self._view)),
            web.get("/double/stored", refusing(self._stored)),
            web.get("/double/sessions", refusing(self._sessions)),
            web.get("/double/calls", refusing(self._made)),
        ]

    async def _people(self, _: web.Request) -> web.Response:
        return web.json_response(
            {one.name: {"id": one.id, "dm": one.dm} for one in PEOPLE.values()}
        )

    async def _command(self, request: web.Request) -> web.Response:
        given = await read_object(request)
        user, channel = strings(given, "user", "channel")
        answer = await self._acts.command(user, channel, str(given.get("text", "")))
        return web.json_response({"status": answer.status})

    async def _message(self, request: web.Request) -> web.Response:
        given = await read_object(request)
        user, channel, text = strings(given, "user", "channel", "text")
        message, answer = await self._acts.message(
            user,
            channel,
            text,
            given.get("thread", ""),
            files=given.get("files", []),
            event=given.get("event", {}),
        )
        return web.json_response({"ts": message.ts, "status": answer.status})

    async def _click(self, request: web.Request) -> web.Response:
        given = await read_object(request)
        user, channel, ts, action = strings(given, "user", "channel", "ts", "action")
        answer = await self._acts.click(user, channel, ts, action, str(given.get("choice", "")))
        return web.json_response({"status": answer.status})

    async def _stop(self, request: web.Request) -> web.Response:
        given = await read_object(request)
        user, channel, thread = strings(given, "user", "channel", "thread")
        answer = await self._acts.stop(user, channel, thread)
        return web.json_response({"status": answer.status})

    async def _shortcut(self, request: web.Request) -> web.Response:
        user, channel, ts = strings(await read_object(request), "user", "channel", "ts")
        answer = await self._surface_acts.ask_about(user, channel, ts)
        return web.json_response({"status": answer.status})

    async def _submit(self, request: web.Request) -> web.Response:
        given = await read_object(request)
        (user,) = strings(given, "user")
        answer = await self._surface_acts.submit(user, dict(given.get("typed", {})))
        return web.json_response({"status": answer.status})

    async def _open(self, request: web.Request) -> web.Response:
        user, tab = strings(await read_object(request), "user", "tab")
        answer = await self._surface_acts.open_app(user, tab)
        return web.json_response({"status": answer.status})

    async def _press(self, request: web.Request) -> web.Response:
        given = await read_object(request)
        user, action = strings(given, "user", "action")
        answer = await self._surface_acts.press(user, action, str(given.get("value", "")))
        return web.json_response({"status": answer.status})

    async def _surfaces(self, request: web.Request) -> web.Response:
        (user,) = strings(dict(request.query), "user")
        surfaces, dm = self._workspace.surfaces, PEOPLE[user].dm
        shown = {
            "home": surfaces.homes.get(user),
            "modal": surfaces.modals.get(user),
            "prompts": surfaces.prompts.get(dm, []),
        }
        return web.json_response(shown)

    async def _delete(self, request: web.Request) -> web.Response:
        given = await read_object(request)
        user, channel, ts = strings(given, "user", "channel", "ts")
        answer = await self._acts.delete(user, channel, ts)
        return web.json_response({"status": answer.status})

    async def _deactivate(self, request: web.Request) -> web.Response:
        given = await read_object(request)
        (user,) = strings(given, "user")
        answer = await self._acts.deactivate(user, str(given.get("kind", "user_change")))
        return web.json_response({"status": answer.status})

    async def _too_many_events(self, _: web.Request) -> web.Response:
        answer = await self._acts.too_many_events()
        return web.json_response({"status": answer.status})

    async def _view(self, request: web.Request) -> web.Response:
        user, channel = strings(dict(request.query), "user", "channel")
        shown = view.seen(self._workspace, user, channel)
        return web.json_response({"messages": view.as_json(shown)})

    async def _stored(self, request: web.Request) -> web.Response:
        messages = [
            {"ts": one.ts, "text": one.text, "blocks": one.blocks}
            for one in self._workspace.messages
            if one.channel == request.query.get("channel") and one.author == BOT_USER
        ]
        return web.json_response({"messages": messages})

    async def _sessions(self, _: web.Request) -> web.Response:
        return web.json_response(
            [
                {"channel": channel, **asdict(session)}
                for (channel, _), session in self._workspace.sessions.items()
            ]
        )

    async def _made(self, _: web.Request) -> web.Response:
        return web.json_response({"calls": self._calls.made})
