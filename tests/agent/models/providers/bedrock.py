"""Plays Bedrock's ConverseStream: refuses what the service model refuses, answers in its frames."""

import json
import struct
import zlib
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

import botocore.session
from botocore.model import StructureShape
from botocore.validate import ParamValidator
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response, StreamingResponse
from starlette.routing import Route

ANSWER = "Yes, it is. Its warranty is active for nearly two more years."
STRING = 7
"""The type of a header's value in application/vnd.amazon.eventstream."""


@dataclass
class Bedrock:
    """What was asked, and the application that answers: a tool call first, then prose."""

    requests: list[dict[str, Any]] = field(default_factory=list)

    def app(self) -> Starlette:
        path = "/model/{model}/converse-stream"
        return Starlette(routes=[Route(path, self._converse, methods=["POST"])])

    async def _converse(self, request: Request) -> Response:
        asked = await request.json()
        problems = _problems({**asked, "modelId": request.path_params["model"]})
        if problems:
            error = {"x-amzn-ErrorType": "ValidationException"}
            return JSONResponse({"message": problems}, 400, headers=error)
        self.requests.append(asked)
        told = any("toolResult" in block for block in asked["messages"][-1]["content"])
        events = _prose() if told else _tool_call()
        frames = (_frame(name, payload) for name, payload in events)
        return StreamingResponse(frames, media_type="application/vnd.amazon.eventstream")


def _problems(asked: dict[str, Any]) -> str:
    model = botocore.session.get_session().get_service_model("bedrock-runtime")
    shape = model.shape_for("ConverseStreamRequest")
    assert isinstance(shape, StructureShape)
    report: str = ParamValidator().validate(asked, shape).generate_report()
    unknown = asked.keys() - shape.members.keys()
    return report or ", ".join(sorted(unknown))


Event = tuple[str, dict[str, Any]]


def _tool_call() -> Iterator[Event]:
    use = {"toolUseId": "tooluse_1", "name": "warranty___check_warranty_status"}
    yield "messageStart", {"role": "assistant"}
    yield "contentBlockStart", {"contentBlockIndex": 0, "start": {"toolUse": use}}
    for part in ('{"serial_num', 'ber": "LAPTOP-', '2024-001"}'):
        delta = {"toolUse": {"input": part}}
        yield "contentBlockDelta", {"contentBlockIndex": 0, "delta": delta}
    yield "contentBlockStop", {"contentBlockIndex": 0}
    yield "messageStop", {"stopReason": "tool_use"}
    yield "metadata", _usage(900, 40)


def _prose() -> Iterator[Event]:
    yield "messageStart", {"role": "assistant"}
    for word in ANSWER.split(" "):
        delta = {"text": f"{word} "}
        yield "contentBlockDelta", {"contentBlockIndex": 0, "delta": delta}
    yield "contentBlockStop", {"contentBlockIndex": 0}
    yield "messageStop", {"stopReason": "end_turn"}
    yield "metadata", _usage(1_100, 16)


def _usage(read: int, written: int) -> dict[str, Any]:
    usage = {"inputTokens": read, "outputTokens": written, "totalTokens": read + written}
    return {"usage": usage, "metrics": {"latencyMs": 12}}


def _frame(event: str, payload: dict[str, Any]) -> bytes:
    """One message of the event stream: lengths, their CRC, headers, payload, CRC of it all."""
    headers = b"".join(
        struct.pack("!B", len(name)) + name + struct.pack("!BH", STRING, len(value)) + value
        for name, value in (
            (b":message-type", b"event"),
            (b":event-type", event.encode()),
            (b":content-type", b"application/json"),
        )
    )
    body = json.dumps(payload).encode()
    lengths = struct.pack("!II", 16 + len(headers) + len(body), len(headers))
    message = lengths + struct.pack("!I", zlib.crc32(lengths)) + headers + body
    return message + struct.pack("!I", zlib.crc32(message))
