"""What it costs to acknowledge an event of Slack, in multiples of bare HTTP with the same check.

``python benchmarks/edge.py [--rounds N]`` runs each contender in a process of its own and sends it
signed events over kept connections, one contender after another in each round:

* bare aiohttp, the signature check and an empty answer: the floor;
* our edge, whose inbox is a function that returns at once;
* the same in the whole application, with its headers, sessions and error pages;
* the same with the inbox on a queue, played by MiniStack, which costs more than SQS itself;
* slack-bolt's AsyncApp as its documentation sets it up, with a listener that does nothing.
"""

import argparse
import asyncio
import json
import logging
import statistics
import subprocess
import sys
import time
from collections.abc import Awaitable, Callable
from itertools import chain
from pathlib import Path
from typing import Any, cast

import boto3
from aiohttp import web
from aiohttp_session import session_middleware
from slack_bolt.async_app import AsyncApp
from slack_bolt.authorization import AuthorizeResult
from slack_sdk.signature import SignatureVerifier
from token_broker import cloud

from bots.app import application
from bots.platform import Accepted
from bots.queue.inbox import Inbox
from bots.slack.incoming.endpoint import SlackEdge
from identity.executor import Executor
from identity.sessions.session_store import SessionStore
from identity.web.error_pages import error_pages
from identity.web.html import Html
from identity.web.security_headers import security_headers

ROUNDS, EVENTS, CONNECTIONS = 7, 2_000, 16
QUEUED = 300
LIMIT = 2.0
SECRET = "not-a-secret"  # noqa: S105 - of this run
HOST, PATH = "127.0.0.1", "/slack/events"
FLOOR = "bare aiohttp + signature"
NAMES = {
    "bare": FLOOR,
    "edge": "our edge",
    "application": "our edge, application",
    "queue": "our edge, queue",
    "bolt": "slack-bolt",
}

Accept = Callable[[Accepted], Awaitable[None]]


async def nothing_decided(*_: object) -> None:
    """Nobody clicks here."""


async def nothing_done(*_: object) -> bool:
    """Every event is a question."""
    return False


def slack_edge(accept: "Accept") -> SlackEdge:
    """The edge as the chat service has it."""
    return SlackEdge(
        SECRET,
        accept,
        nothing_decided,
        is_answered=nothing_done,
        open_form=nothing_decided,
        act=nothing_done,
    )


async def kept(accepted: Accepted) -> None:
    """An inbox that costs nothing."""
    del accepted


def bare() -> web.Application:
    verifier = SignatureVerifier(SECRET)

    async def acknowledge(request: web.Request) -> web.Response:
        good = verifier.is_valid_request(await request.read(), dict(request.headers))
        return web.Response(status=200 if good else 401)

    app = web.Application()
    app.router.add_post(PATH, acknowledge)
    return app


def edge(accept: Accept = kept) -> web.Application:
    app = web.Application()
    app.add_routes(slack_edge(accept).routes())
    return app


async def nowhere() -> tuple[str, ...]:
    """The forms of no page lead anywhere."""
    return ()


async def whole(accept: Accept = kept) -> web.Application:
    """As the chat service is put together; its sessions are never asked for."""
    app = application(slack_edge(accept).routes(), {})
    html, nothing = Html(), cast("Any", None)
    app.on_response_prepare.append(security_headers(https=True, form_targets=nowhere))
    sessions = SessionStore(nothing, "", Executor(), nothing)
    app.middlewares.extend([error_pages(html), session_middleware(sessions), error_pages(html)])
    return app


async def someone(**_: object) -> AuthorizeResult:
    return AuthorizeResult(enterprise_id=None, team_id="T0", bot_id="B0", bot_user_id="U9")


def bolt() -> web.Application:
    app = AsyncApp(signing_secret=SECRET, authorize=someone)

    @app.event("message")
    async def listen() -> None:
        """Do nothing: only the acknowledgement is measured."""

    return app.web_app(PATH)


async def serve(name: str) -> None:
    """Listen, print the port, and go on until killed."""
    logging.basicConfig(level=logging.ERROR)
    if name == "queue":
        executor = Executor()
        url = sys.stdin.readline().strip()
        async with Inbox(boto3.client("sqs"), executor, url) as inbox:
            await _listen(await whole(inbox.put))
    apps = {"bare": bare, "edge": edge, "bolt": bolt}
    await _listen(await whole() if name == "application" else apps[name]())


async def _listen(app: web.Application) -> None:
    runner = web.AppRunner(app, access_log=None)
    await runner.setup()
    await web.TCPSite(runner, HOST, 0).start()
    print(runner.addresses[0][1], flush=True)
    await asyncio.Event().wait()


def events(count: int, number: int) -> list[bytes]:
    """Requests as Slack would send them now, each of another post."""
    verifier, now = SignatureVerifier(SECRET), str(int(time.time()))
    requests = []
    for index in range(count):
        event = {
            "type": "message",
            "channel_type": "im",
            "channel": f"D{index % 50:09}",
            "user": "U0000000001",
            "ts": f"{number}{index:09}.000100",
            "text": "Is serial LAPTOP-2024-001 still under warranty?",
        }
        body = json.dumps(
            {"type": "event_callback", "team_id": "T0", "event_id": f"Ev{index}", "event": event}
        ).encode()
        signature = verifier.generate_signature(timestamp=now, body=body)
        head = (
            f"POST {PATH} HTTP/1.1\r\nHost: {HOST}\r\nContent-Type: application/json\r\n"
            f"X-Slack-Request-Timestamp: {now}\r\nX-Slack-Signature: {signature}\r\n"
            f"Content-Length: {len(body)}\r\n\r\n"
        )
        requests.append(head.encode() + body)
    return requests


async def send(port: int, requests: list[bytes]) -> list[float]:
    """The seconds until each acknowledgement, over one kept connection."""
    reader, writer = await asyncio.open_connection(HOST, port)
    taken = []
    for request in requests:
        began = time.perf_counter()
        writer.write(request)
        head = (await reader.readuntil(b"\r\n\r\n")).lower()
        taken.append(time.perf_counter() - began)
        if not head.startswith(b"http/1.1 200"):
            raise RuntimeError(head.decode())
        length = int(head.partition(b"content-length: ")[2].partition(b"\r\n")[0] or 0)
        await reader.readexactly(length)
    writer.close()
    await writer.wait_closed()
    return taken


async def load(port: int, requests: list[bytes]) -> tuple[float, float]:
    """Acknowledgements a second with every connection busy, and the median's milliseconds."""
    began = time.perf_counter()
    shares = [requests[first::CONNECTIONS] for first in range(CONNECTIONS)]
    taken = await asyncio.gather(*(send(port, share) for share in shares))
    seconds = time.perf_counter() - began
    return len(requests) / seconds, statistics.median(chain(*taken)) * 1e3


async def measure(rounds: int) -> dict[str, list[tuple[float, float]]]:
    """Rate and latency of each contender, round by round."""
    taken: dict[str, list[tuple[float, float]]] = {name: [] for name in NAMES}
    async with cloud() as known:
        servers = {name: _server(name, known.inbox_url) for name in NAMES}
        try:
            ports = {
                name: int(await asyncio.to_thread(server.stdout.readline))
                for name, server in servers.items()
                if server.stdout
            }
            for number in range(rounds + 1):
                for name, port in ports.items():
                    count = QUEUED if name == "queue" else EVENTS
                    found = await load(port, events(count, number))
                    if number:  # the first round only warms up
                        taken[name].append(found)
        finally:
            for server in servers.values():
                server.kill()
                server.communicate()
    return taken


def _server(name: str, queue: str) -> "subprocess.Popen[str]":
    command = [sys.executable, str(Path(__file__)), "--serve", name]
    server = subprocess.Popen(  # noqa: S603 - this very script
        command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    )
    if server.stdin:
        server.stdin.write(f"{queue}\n")
        server.stdin.flush()
    return server


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=ROUNDS)
    parser.add_argument("--serve", choices=NAMES)
    chosen = parser.parse_args()
    if chosen.serve:
        asyncio.run(serve(chosen.serve))
    taken = asyncio.run(measure(chosen.rounds))
    floor = taken["bare"]
    print(f"{'acknowledged by':<26}{'a second':>10}{'p50':>12}{'x floor':>10}")
    ratios = {}
    for name, found in taken.items():
        rate, latency = (statistics.median(values) for values in zip(*found, strict=True))
        ratios[name] = statistics.median(
            low[0] / one[0] for one, low in zip(found, floor, strict=True)
        )
        print(f"{NAMES[name]:<26}{rate:>10,.0f}{latency:>9.2f} ms{ratios[name]:>10.2f}")
    print(f"our edge in its application may cost {LIMIT:.0f} x bare aiohttp")
    return int(ratios["application"] > LIMIT)


if __name__ == "__main__":
    sys.exit(main())
