"""The web application of the chat service: its routes, its health, its limits."""

import asyncio
import logging
from collections.abc import Awaitable, Callable, Iterable, Mapping

from aiohttp import web

from bots.errors import reason
from bots.limits.unknown_senders import strangers_limited
from identity.executor import within

CHECK_SECONDS = 5.0

Check = Callable[[], Awaitable[object]]
"""Asks one dependency something small; returns when it answers, raises when it doesn't."""

_log = logging.getLogger(__name__)


def application(
    routes: Iterable[web.AbstractRouteDef], checks: Mapping[str, Check], trusted_proxies: int = 0
) -> web.Application:
    """The application without anybody's session or pages, and with few requests of strangers.

    Its bodies are bounded by :func:`bots.limits.request_bodies.bounded_bodies`, which comes last,
    so that whatever makes pages of errors stands before it.

    :param checks: the dependencies that ``/readyz`` asks, by name.
    :param trusted_proxies: how many proxies of ours add to ``X-Forwarded-For``.
    """
    app = web.Application(middlewares=[strangers_limited(trusted_proxies)])
    app.add_routes(routes)
    app.add_routes(
        [
            web.get("/", _home),
            web.get("/healthz", _alive),
            web.get("/readyz", _ready(checks)),
        ]
    )
    return app


async def _home(request: web.Request) -> web.Response:
    del request
    raise web.HTTPFound("/chat")


async def _alive(request: web.Request) -> web.Response:
    del request
    return web.json_response({"status": "alive"})


def _ready(checks: Mapping[str, Check]) -> Callable[[web.Request], Awaitable[web.Response]]:
    async def answers(name: str, check: Check) -> bool:
        try:
            await within(CHECK_SECONDS, check())
        except Exception as error:  # noqa: BLE001 - whatever it is, it is not ready
            _log.warning("%s does not answer: %s", name, reason(error))
            return False
        return True

    async def asked() -> list[bool]:
        return await asyncio.gather(*(answers(name, check) for name, check in checks.items()))

    asking: asyncio.Task[list[bool]] | None = None

    async def ready(request: web.Request) -> web.Response:
        nonlocal asking
        del request
        if asking is None or asking.done():  # anybody may ask; the dependencies are asked once
            asking = asyncio.create_task(asked())
        good = await asyncio.shield(asking)
        states = {
            name: "answers" if one else "does not answer"
            for name, one in zip(checks, good, strict=True)
        }
        return web.json_response(states, status=200 if all(good) else 503)

    return ready
