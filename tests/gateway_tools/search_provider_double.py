"""A search provider played at HTTP level: answers by a script, keeps what it was asked."""

import json
import threading
import time
from collections import deque
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qsl, urlsplit


@dataclass(frozen=True)
class Reply:
    body: str
    status: int = 200
    kind: str = "text/html; charset=utf-8"
    headers: dict[str, str] = field(default_factory=dict)
    after: float = 0.0

    @classmethod
    def json(cls, content: Any, status: int = 200, **headers: str) -> "Reply":
        return cls(json.dumps(content), status, "application/json", headers)


@dataclass(frozen=True)
class Asked:
    method: str
    path: str
    params: dict[str, str]
    headers: dict[str, str]
    body: str

    @property
    def form(self) -> dict[str, str]:
        return dict(parse_qsl(self.body, keep_blank_values=True))


class Provider:
    """Answers from a script, in order; the last answer stays."""

    def __init__(self, address: str) -> None:
        self.address = address
        self.asked: list[Asked] = []
        self._script: deque[Reply] = deque()

    def answers(self, *replies: Reply) -> None:
        self._script = deque(replies)

    def next(self) -> Reply:
        return self._script.popleft() if len(self._script) > 1 else self._script[0]


@contextmanager
def playing() -> Iterator[Provider]:
    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self._answer()

        def do_POST(self) -> None:
            self._answer()

        def _answer(self) -> None:
            url = urlsplit(self.path)
            body = self.rfile.read(int(self.headers.get("content-length") or 0)).decode()
            headers = {name.lower(): value for name, value in self.headers.items()}
            params = dict(parse_qsl(url.query, keep_blank_values=True))
            provider.asked.append(Asked(self.command, url.path, params, headers, body))
            reply = provider.next()
            time.sleep(reply.after)
            self.send_response(reply.status)
            content = reply.body.encode()
            for name, value in {
                "content-type": reply.kind,
                "content-length": str(len(content)),
                **reply.headers,
            }.items():
                self.send_header(name, value)
            self.end_headers()
            self.wfile.write(content)

        def log_message(self, *args: Any) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    provider = Provider(f"http://127.0.0.1:{server.server_address[1]}")
    threading.Thread(target=server.serve_forever, daemon=True).start()
    try:
        yield provider
    finally:
        server.shutdown()
        server.server_close()


def result(title: str, address: str, snippet: str) -> str:
    """One result in the shape of DuckDuckGo's HTML page."""
    return f"""
    <div class="result results_links results_links_deep web-result">
      <div class="links_main links_deep result__body">
        <h2 class="result__title">
          <a rel="nofollow" class="result__a" href="{address}">{title}</a></h2>
        <div class="result__extras"><div class="result__extras__url">
          <a class="result__url" href="{address}">{address}</a></div></div>
        <a class="result__snippet" href="{address}">{snippet}</a>
        <div class="clear"></div>
      </div>
    </div>"""


def page(*results: str) -> Reply:
    """A page of results."""
    return Reply(_frame("".join(results)))


def empty_page(status: int = 200) -> Reply:
    """The page that says that there is nothing."""
    inner = (
        '<div class="result results_links result--no-result"><div class="links_main result__body">'
        '<h2 class="result__title"> </h2><div class="no-results">No results.</div></div></div>'
    )
    return Reply(_frame(inner), status)


def robot_check(status: int = 202) -> Reply:
    """The page that wants to know whether a person asks."""
    inner = (
        '<form id="challenge-form" action="//duckduckgo.com/anomaly.js?sv=html&cc=botnet">'
        '<div class="anomaly-modal__title">Unfortunately, bots use DuckDuckGo too.</div></form>'
    )
    return Reply(_frame(inner), status)


def _frame(inner: str) -> str:
    return (
        "<!DOCTYPE html><html><head><title>a question at DuckDuckGo</title></head>"
        '<body class="body--html">'
        f'<div><div id="links" class="results">{inner}</div></div></body></html>'
    )
