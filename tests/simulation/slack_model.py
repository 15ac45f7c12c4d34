"""Slack's side of an answer in memory: the real channel and stream, above a board of messages."""

from collections.abc import Callable
from functools import partial
from typing import TYPE_CHECKING, Any, cast

from bots.answer.placeholder import THINKING
from bots.answer.posted_answer import PostedAnswer
from bots.errors import FormRefused
from bots.platform import Receipt, Turn
from bots.slack.incoming.payloads import IncomingMessage
from bots.slack.outgoing.answer.answer_channel import SlackChannel, marker
from bots.slack.outgoing.answer.answer_stream import AnswerStream
from bots.slack.outgoing.answer.stepped_draft import SteppedDraft
from bots.slack.outgoing.answer.stream_calls import StreamCalls
from bots.slack.outgoing.answer.thread_session import ThreadSession
from bots.slack.outgoing.rate_limits import RateLimits
from bots.slack.outgoing.web_api import WebApi
from tests.simulation.outside import PLATFORM

if TYPE_CHECKING:
    from tests.simulation.board import Board, Message
    from tests.simulation.process import Process

STREAM_SECONDS = 300.0
LONGEST_PART = 4
Blocks = list[dict[str, Any]]


def slack_answer(
    process: "Process", board: "Board", turn: Turn, receipt: Receipt, *, limit: int, pace: float
) -> PostedAnswer:
    """What the platform makes of a turn in a thread."""

    class Channel(SlackChannel):
        pass

    cast("Any", Channel).limit = limit
    incoming = IncomingMessage("mention", turn.id, "T", "U", "C1", "", ts="1.0", thread="1.0")
    api = web_api(process, board, turn)
    draft = SteppedDraft()
    session = ThreadSession(api, incoming)
    stream = AnswerStream(StreamCalls(api), incoming, draft, session, marker=marker(turn.id, 0))
    channel = Channel(
        api, incoming, turn.id, stream=stream, opening=THINKING, draft=draft, lease=receipt
    )
    return PostedAnswer(channel, receipt, pace, THINKING, draft)


def web_api(process: "Process", board: "Board", turn: Turn) -> WebApi:
    """The real one, above the board."""
    api = WebApi(cast("Any", None), "xoxb-of-the-tests", "https://slack.com/api/")
    api.limits, api.now = RateLimits(board.clock), board.clock
    api.once = cast("Any", Client(process, board, turn, final=False))
    api.patient = cast("Any", Client(process, board, turn, final=True))
    return api


class Client:
    """The calls that an answer makes.

    :param final: what is shown by them ends an answer.
    """

    def __init__(self, process: "Process", board: "Board", turn: Turn, *, final: bool) -> None:
        self._process, self._board, self._turn, self._final = process, board, turn, final

    async def chat_postMessage(self, **given: Any) -> dict[str, Any]:  # noqa: N802 - the SDK's name
        marked = given["metadata"]["event_payload"]["part"]
        message = await self._ask("post", self._post, marked, text_of(given["blocks"]))
        return {"ts": message}

    async def conversations_open(self, **_: Any) -> dict[str, Any]:
        return {"channel": {"id": await self._ask("open", lambda _: "D1")}}

    async def chat_update(self, **given: Any) -> dict[str, Any]:
        await self._ask("update", self._update, given["ts"], text_of(given["blocks"]))
        return {}

    async def chat_delete(self, **given: Any) -> dict[str, Any]:
        await self._ask("delete", self._board.delete, given["ts"])
        return {}

    async def conversations_replies(self, **_: Any) -> dict[str, Any]:
        return {"messages": await self._ask("find", self._found)}

    conversations_history = conversations_replies

    async def chat_startStream(self, **given: Any) -> dict[str, Any]:  # noqa: N802
        part = _part(given["chunks"][0]["id"])
        return {"ts": await self._ask("start", self._start, part, given["chunks"][0]["title"])}

    async def chat_appendStream(self, **given: Any) -> dict[str, Any]:  # noqa: N802
        text = "".join(chunk.get("text", "") for chunk in given["chunks"])
        first = marker(self._turn.id, 0)
        steps = [chunk["title"] for chunk in given["chunks"] if chunk.get("id") == first]
        await self._ask("append", self._append, given["ts"], text, "".join(steps))
        return {}

    async def chat_stopStream(self, **given: Any) -> dict[str, Any]:  # noqa: N802
        await self._ask("stop", self._stop, given["ts"])
        return {}

    def _post(self, turn: Turn, marked: str, text: str) -> str:
        """A part of the answer, or a sentence, whose marker ends in a digest of it."""
        last = marked.rpartition("/")[2]
        message = self._board.post(turn, int(last) if len(last) < LONGEST_PART else 0, text)
        self._board.messages[message].marked = marked
        return message

    def _start(self, turn: Turn, part: int, step: str) -> str:
        message = self._board.post(turn, part, "")
        self._board.messages[message].step = step
        self._board.messages[message].streaming_since = self._board.clock()
        return message

    def _append(self, _: Turn, ts: str, text: str, step: str) -> None:
        message = self._open(ts)
        message.text += text
        message.step = step or message.step

    def _stop(self, _: Turn, ts: str) -> None:
        self._open(ts).streaming_since = None

    def _open(self, ts: str) -> "Message":
        message = self._board.messages[ts]
        if message.deleted or not self._is_streaming(message):
            raise FormRefused("message_not_in_streaming_state")
        return message

    def _update(self, turn: Turn, ts: str, text: str) -> None:
        if self._is_streaming(self._board.messages[ts]):
            raise AssertionError("an open stream was edited")
        self._board.update(turn, ts, text, final=self._final)

    def _is_streaming(self, message: "Message") -> bool:
        since = message.streaming_since
        return since is not None and self._board.clock() - since < STREAM_SECONDS

    def _found(self, turn: Turn) -> list[dict[str, Any]]:
        found = [one for one in self._board.messages.values() if one.turn == turn.id]
        return [
            {
                "ts": one.id,
                "metadata": None if self._is_streaming(one) else _metadata(turn, one),
                "blocks": [{"task_id": marker(turn.id, one.part)}],
            }
            for one in found
            if not one.deleted
        ]

    async def _ask(self, name: str, effect: Callable[..., Any], *given: Any) -> Any:
        what = f"{name} {self._turn.id} {given}"
        return await self._process.outside(what, partial(effect, self._turn, *given), PLATFORM)


def _metadata(turn: Turn, message: "Message") -> dict[str, object]:
    part = message.marked or marker(turn.id, message.part)
    return {"event_type": "bizassist_reply", "event_payload": {"part": part}}


def _part(marked: str) -> int:
    return int(marked.rpartition("/")[2])


def text_of(blocks: Blocks) -> str:
    """What is read in a message's Markdown blocks."""
    return "\n\n".join(block["text"] for block in blocks if block["type"] == "markdown")
