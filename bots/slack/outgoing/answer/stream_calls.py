"""The calls of Slack's Web API that a stream is made of."""

from bots.errors import PlatformUnavailable
from bots.slack.incoming.payloads import IncomingMessage
from bots.slack.outgoing.answer.stream_chunks import Chunk
from bots.slack.outgoing.rate_limits import APPEND
from bots.slack.outgoing.web_api import WebApi, metadata


class StreamCalls:
    """Start, append to and stop streams as the assistant.

    Every call may raise :class:`~bots.errors.PlatformError`, and nothing of the SDK's.
    """

    def __init__(self, api: WebApi) -> None:
        self._api = api
        self.now = api.now

    async def start(self, incoming: IncomingMessage, chunks: list[Chunk]) -> str:
        """Begin a stream for who asks, below what they asked, and return its timestamp.

        It is not waited for: where there is no room for a stream now, a message does as well.
        """
        if wait := self._api.limits.stream_wait():
            raise PlatformUnavailable("the streams of this minute are spent", after=wait)
        started = await self._api.made(
            "chat.startStream",
            lambda: self._api.once.chat_startStream(
                channel=incoming.channel,
                thread_ts=str(incoming.thread),
                recipient_user_id=incoming.user,
                recipient_team_id=incoming.team,
                chunks=chunks,
                task_display_mode="timeline",
            ),
            patience=0.0,
        )
        return str(started["ts"])

    async def append(self, channel: str, ts: str, chunks: list[Chunk]) -> None:
        """Add to a stream, when there is room for that."""
        if wait := self._api.limits.append_wait():
            raise PlatformUnavailable("the appends of this minute are spent", after=wait)
        await self._api.made(
            APPEND,
            lambda: self._api.once.chat_appendStream(channel=channel, ts=ts, chunks=chunks),
            patience=0.0,
        )

    async def stop(self, channel: str, ts: str, marker: str, *, at_work: bool) -> None:
        """End a stream without a word more.

        :param at_work: its thread's session goes on; otherwise Slack takes it for done.
        """
        await self._api.made(
            "chat.stopStream",
            lambda: self._api.patient.chat_stopStream(
                channel=channel,
                ts=ts,
                metadata=metadata(marker),
                session_status="processing" if at_work else None,
            ),
        )
