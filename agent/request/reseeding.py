"""Draws new random numbers in each copy of a process: those of one snapshot share their seed."""

import random

from starlette.types import ASGIApp, Receive, Scope, Send


class ReseedingMiddleware:
    """ASGI middleware: seeds ``random`` anew at the first request.

    OpenTelemetry's ids and botocore's pauses come from it; what must not be guessed never does.
    """

    def __init__(self, app: ASGIApp) -> None:
        self._app = app
        self._seeded = False

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Let everything through; health checks are made before a snapshot too."""
        if scope["type"] == "http" and scope["path"] == "/invocations" and not self._seeded:
            random.seed()
            self._seeded = True
        await self._app(scope, receive, send)
