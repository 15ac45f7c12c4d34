"""Sending what happened to the app: signed, with three seconds to answer, and again if it fails."""

import asyncio
import json
import logging
from dataclasses import dataclass
from typing import Any, Self
from urllib.parse import urlencode

import aiohttp
from slack_sdk.signature import SignatureVerifier

from bizassist.local.slack.events.socket_connections import SocketConnections

# https://docs.slack.dev/apis/events-api#responding
SECONDS_TO_ANSWER = 3.0
# Nearly at once, after a minute, after five: https://docs.slack.dev/apis/events-api#retries
RETRIES = (0.5, 60.0, 300.0)

_FORM = "application/x-www-form-urlencoded"
_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Answer:
    """What the app answered; status 0 when it didn't within three seconds."""

    status: int
    body: str = ""

    @property
    def ok(self) -> bool:
        """Slack is content."""
        return 200 <= self.status < 300  # noqa: PLR2004


class Delivery:
    """The app's three addresses; use it as an async context manager.

    :param public_url: where the app listens.
    :param retries: seconds to wait before each repetition of an event.
    :param sockets: where the app is in Socket Mode, and nothing is sent over HTTP.
    """

    def __init__(
        self,
        public_url: str,
        signing_secret: str,
        retries: tuple[float, ...] = RETRIES,
        sockets: SocketConnections | None = None,
    ) -> None:
        self._sockets = sockets
        self._public_url = public_url.rstrip("/")
        self._signer = SignatureVerifier(signing_secret)
        self._retries = retries
        self._repeating: set[asyncio.Task[None]] = set()

    async def __aenter__(self) -> Self:
        timeout = aiohttp.ClientTimeout(total=SECONDS_TO_ANSWER)
        self._http = aiohttp.ClientSession(timeout=timeout)
        return self

    async def __aexit__(self, *_: object) -> None:
        for task in self._repeating:
            task.cancel()
        await asyncio.gather(*self._repeating, return_exceptions=True)
        await self._http.close()

    async def command(self, form: dict[str, str]) -> Answer:
        """Send a slash command; Slack never repeats one."""
        if self._sockets:
            return await self._by_socket("slash_commands", form)
        return await self._send("/slack/commands", urlencode(form), _FORM)

    async def click(self, payload: dict[str, Any]) -> Answer:
        """Send a pressed button."""
        if self._sockets:
            return await self._by_socket("interactive", payload)
        return await self._send(
            "/slack/interactions", urlencode({"payload": _json(payload)}), _FORM
        )

    async def event(self, envelope: dict[str, Any]) -> Answer:
        """Send an event; when the app is not content it comes again, in the background."""
        answer = await self._event(envelope)
        if not answer.ok:
            task = asyncio.create_task(self._repeat(envelope, answer))
            self._repeating.add(task)
            task.add_done_callback(self._repeating.discard)
        return answer

    async def _repeat(self, envelope: dict[str, Any], answer: Answer) -> None:
        for number, pause in enumerate(self._retries, 1):
            await asyncio.sleep(pause)
            reason = "http_error" if answer.status else "http_timeout"
            answer = await self._event(envelope, number, reason)
            if answer.ok:
                return
        _log.warning("an event was never taken")

    async def _event(self, envelope: dict[str, Any], number: int = 0, reason: str = "") -> Answer:
        if self._sockets:
            return await self._by_socket("events_api", envelope, number, reason)
        retry = {"X-Slack-Retry-Num": str(number), "X-Slack-Retry-Reason": reason}
        body, kind = _json(envelope), "application/json"
        return await self._send("/slack/events", body, kind, retry if number else None)

    async def _by_socket(
        self, kind: str, payload: dict[str, Any], number: int = 0, reason: str = ""
    ) -> Answer:
        assert self._sockets is not None  # noqa: S101 - whoever calls has looked
        answer = await self._sockets.send(kind, payload, number, reason)
        return Answer(0) if answer is None else Answer(200, answer)

    async def _send(
        self, path: str, body: str, content_type: str, headers: dict[str, str] | None = None
    ) -> Answer:
        signed = {"Content-Type": content_type, **self._signature(body), **(headers or {})}
        try:
            async with self._http.post(
                self._public_url + path, data=body, headers=signed, allow_redirects=False
            ) as response:
                return Answer(response.status, await response.text())
        except (aiohttp.ClientError, TimeoutError):
            return Answer(0)

    def _signature(self, body: str) -> dict[str, str]:
        now = str(int(self._signer.clock.now()))
        signature = self._signer.generate_signature(timestamp=now, body=body) or ""
        return {"X-Slack-Request-Timestamp": now, "X-Slack-Signature": signature}


def _json(value: dict[str, Any]) -> str:
    return json.dumps(value, separators=(",", ":")).replace("/", "\\/")  # as Slack's PHP writes it
