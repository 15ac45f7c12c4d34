"""Bedrock's embedding models, played: as strict about a call as their pages say, and as terse."""

import json
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from typing import Any
from urllib.parse import unquote

from tests.ports import free_port

Embed = Callable[[Sequence[str]], list[list[float]]]
TITAN, COHERE = "amazon.titan-embed-text-v2:0", "cohere.embed-multilingual-v3"
USES = ("search_document", "search_query")


@dataclass
class Bedrock:
    """What is asked of it, and whether it refuses."""

    embed: Embed
    calls: list[dict[str, Any]] = field(default_factory=list)
    refuses: str = ""

    def answer(self, model: str, call: dict[str, Any]) -> tuple[int, dict[str, Any], str]:
        """Status, body and the type of an error."""
        self.calls.append(call)
        if self.refuses:
            return 403, {"message": "no"}, self.refuses
        problem = _titan_problem(call) if model == TITAN else _cohere_problem(call)
        if model not in (TITAN, COHERE) or problem:
            message = problem or "The provided model identifier is invalid."
            return 400, {"message": message}, "ValidationException"
        if model == TITAN:
            (vector,) = self.embed([call["inputText"]])
            return 200, {"embedding": vector, "inputTextTokenCount": 1}, ""
        found = {"float": self.embed(call["texts"])}
        return 200, {"embeddings": found, "response_type": "embeddings_by_type"}, ""


def _titan_problem(call: dict[str, Any]) -> str:
    if set(call) - {"inputText", "dimensions", "normalize", "embeddingTypes"}:
        return "extraneous key is not permitted"
    if not call.get("inputText") or len(call["inputText"]) > 50_000:
        return "inputText has 1 to 50,000 characters"
    return "" if call.get("dimensions", 1024) in (256, 512, 1024) else "no such dimensions"


def _cohere_problem(call: dict[str, Any]) -> str:
    if set(call) - {"texts", "images", "input_type", "truncate", "embedding_types"}:
        return "extraneous key is not permitted"
    texts = call.get("texts", [])
    if not 1 <= len(texts) <= 96 or any(len(text) > 2048 for text in texts):
        return "1 to 96 texts of at most 2048 characters"
    return "" if call.get("input_type") in USES else "input_type is required"


@contextmanager
def serving_bedrock(embed: Embed) -> Iterator[tuple[Bedrock, str]]:
    """Serve it; yield what it noted and its address."""
    bedrock = Bedrock(embed)

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            content = self.rfile.read(int(self.headers["Content-Length"]))
            model = unquote(self.path.split("/")[2])
            status, body, kind = bedrock.answer(model, json.loads(content))
            self.send_response(status)
            self.send_header("Content-Type", "application/json")
            if kind:
                self.send_header("x-amzn-ErrorType", kind)
            self.end_headers()
            self.wfile.write(json.dumps(body).encode())

        def log_message(self, *_: object) -> None:
            """Nothing is printed."""

    port = free_port()
    server = ThreadingHTTPServer(("127.0.0.1", port), Handler)
    thread = Thread(target=server.serve_forever)
    thread.start()
    try:
        yield bedrock, f"http://127.0.0.1:{port}"
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
