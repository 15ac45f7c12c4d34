"""A message that is streamed, by the rules of "Stream bot messages".

https://learn.microsoft.com/microsoftteams/platform/bots/streaming-ux, its response and error codes;
that too fast a bot gets 403, and that a stream's text must contain what was streamed, are of
microsoft/teams.py#452 and #453.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from aiohttp import web

from tests.bots.teams.connector_faults import Refused, refuse

SECONDS = 120.0
PACE = 1.0
"""Seconds ("ensure that the bot sends the request at a minimum rate of one request per second")."""
LONGEST_INFORMATIVE = 1_000
ONLY_AT_THE_END = ("attachments", "suggestedActions")


@dataclass
class Stream:
    """One message while it is written."""

    conversation: str
    began: float
    last: float
    sequence: int = 1
    text: str = ""
    completed: bool = False
    stopped: bool = False


class Streams:
    """The streams that were begun, by their ids.

    :param now: the clock in seconds.
    :ivar pace: seconds between two activities of a stream; Teams refuses what comes sooner.
    """

    def __init__(self, now: Callable[[], float], pace: float) -> None:
        self._now = now
        self.pace = pace
        self._streams: dict[str, Stream] = {}

    @staticmethod
    def info(activity: dict[str, Any]) -> dict[str, Any] | None:
        """An activity's part in a stream; None when it has none."""
        entities = activity.get("entities") or []
        return next((one for one in entities if one.get("type") == "streaminfo"), None)

    def stop(self, conversation: str) -> None:
        """The person presses Stop at what is being streamed in a conversation."""
        for one in self._streams.values():
            if one.conversation == conversation and not one.completed:
                one.stopped = True

    def is_open(self, name: str) -> bool:
        """Whether a message is a stream that goes on."""
        one = self._streams.get(name)
        return one is not None and self._goes_on(one)

    def _goes_on(self, one: Stream) -> bool:
        return not one.completed and not one.stopped and self._now() - one.began < SECONDS

    def begin(self, name: str, conversation: str, activity: dict[str, Any]) -> None:
        """The first activity, whose id will be the stream's.

        :raises Refused: as :meth:`go_on`.
        """
        info = self.info(activity) or {}
        if info.get("streamSequence") != 1 or activity.get("type") != "typing":
            raise refuse("BadSyntax", "Start streaming activities should have streamSequence 1")
        self._check_text(activity, info)
        now = self._now()
        for one in self._streams.values():
            if one.conversation == conversation and self._goes_on(one):
                raise not_allowed("Content stream is not allowed")
        stream = Stream(conversation, now, now)
        if info.get("streamType", "streaming") == "streaming":
            stream.text = activity["text"]
        self._streams[name] = stream

    def go_on(self, name: str, conversation: str, activity: dict[str, Any]) -> bool:
        """A further activity; False when it came out of order and is dropped.

        :raises Refused: 400 for what a stream can't carry, 403 for what it may not.
        """
        info, stream, now = self.info(activity) or {}, self._streams.get(name), self._now()
        if stream is None or stream.conversation != conversation:
            raise refuse("BadSyntax", "There is no such stream")
        if stream.completed:
            raise not_allowed(
                "Content stream is not allowed on an already completed streamed message"
            )
        if stream.stopped:
            raise not_allowed("Content stream was canceled by user.")
        if now - stream.began >= SECONDS:
            stream.completed = True
            raise not_allowed("Content stream finished due to exceeded streaming time.")
        if now - stream.last < self.pace:
            raise not_allowed("Content stream is not allowed")
        final = info.get("streamType") == "final"
        sequence = info.get("streamSequence")
        if final != (activity.get("type") == "message") or final != (sequence is None):
            raise refuse("BadSyntax", "streamSequence is for all but the final message")
        if sequence is not None and sequence <= stream.sequence:
            return False
        self._check_text(activity, info)
        self._check_grows(activity, info, stream)
        stream.last, stream.completed = now, final
        stream.sequence = sequence or stream.sequence
        return True

    def _check_text(self, activity: dict[str, Any], info: dict[str, Any]) -> None:
        text, kind = activity.get("text", ""), info.get("streamType", "streaming")
        if not text:
            raise refuse("BadSyntax", "Start streaming activities should include text")
        if kind not in {"informative", "streaming", "final"}:
            raise refuse("BadArgument")
        if kind == "informative" and len(text) > LONGEST_INFORMATIVE:
            raise refuse("BadArgument")
        if kind != "final" and any(activity.get(name) for name in ONLY_AT_THE_END):
            raise refuse("BadArgument")

    @staticmethod
    def _check_grows(activity: dict[str, Any], info: dict[str, Any], stream: Stream) -> None:
        if info.get("streamType", "streaming") == "streaming":
            if not activity["text"].startswith(stream.text):
                raise not_allowed(
                    "Request streamed content should contain the previously streamed content"
                )
            stream.text = activity["text"]


def not_allowed(message: str) -> Refused:
    """What to raise for a stream that may not be."""
    body = {"error": {"code": "ContentStreamNotAllowed", "message": message}}
    return Refused(web.json_response(body, status=403))
