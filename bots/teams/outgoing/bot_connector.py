"""The Bot Connector at one service address: each of its calls that we make, over HTTP.

botframework's own client sends with ``requests`` in threads, waits for up to 100 seconds, drops
what its models have no name for (entities, targeted messages), and deserialises answers slowly on
the event loop. Here a call is sent with aiohttp, once, with a time-out; what goes over the wire is
what we wrote. (Bot Framework REST API reference, "Conversation operations".)
"""

import json
from collections.abc import Awaitable, Callable, Mapping
from http import HTTPStatus
from urllib.parse import quote

import aiohttp
from yarl import URL

from bots.errors import PlatformUnavailable
from bots.teams.outgoing.platform_errors import platform_error

Json = dict[str, object]
Token = Callable[[], Awaitable[str]]
TIMEOUT = aiohttp.ClientTimeout(total=10, connect=5)
LONGEST_ANSWER = 2 * 1024 * 1024
"""Bytes of one answer; a page of a roster, which is the longest, has some hundred kilobytes."""
_TARGETED = {"isTargetedActivity": "true"}


class BotConnector:
    """Every method may raise :class:`~bots.errors.PlatformError`.

    :param http: whoever made it closes it.
    :param token: fetches the bot's token; None when the connector asks for none.
    """

    def __init__(self, http: aiohttp.ClientSession, token: Token | None, service_url: str) -> None:
        self._http = http
        self._token = token
        self._base = f"{service_url.rstrip('/')}/v3/conversations"

    async def post(
        self,
        conversation: str,
        activity: Mapping[str, object],
        *,
        reply_to: str | None = None,
        targeted: bool = False,
    ) -> str:
        """Send an activity; its id, empty where Teams says none.

        :param reply_to: the activity that it answers; in a channel it belongs to its thread.
        :param targeted: only the activity's recipient sees it ("Targeted messages").
        """
        path = f"{_part(conversation)}/activities" + (f"/{_part(reply_to)}" if reply_to else "")
        return _id(await self._call("POST", path, activity, targeted=targeted))

    async def update(
        self,
        conversation: str,
        message: str,
        activity: Mapping[str, object],
        *,
        targeted: bool = False,
    ) -> None:
        """Let a message show something else."""
        path = f"{_part(conversation)}/activities/{_part(message)}"
        await self._call("PUT", path, activity, targeted=targeted)

    async def delete(self, conversation: str, message: str, *, targeted: bool = False) -> None:
        """Take a message away."""
        path = f"{_part(conversation)}/activities/{_part(message)}"
        await self._call("DELETE", path, targeted=targeted)

    async def open(self, parameters: Mapping[str, object]) -> str:
        """Open a conversation, or find the one that there is; its id, empty where none is said."""
        return _id(await self._call("POST", "", parameters))

    async def members(self, conversation: str, size: int, continued: str | None) -> Json:
        """A page of who is in a conversation (PagedMembersResult).

        :param continued: the ``continuationToken`` of the page before.
        """
        query = {"pageSize": str(size)} | ({"continuationToken": continued} if continued else {})
        return await self._call("GET", f"{_part(conversation)}/pagedmembers", query=query)

    async def _call(
        self,
        method: str,
        path: str,
        body: Mapping[str, object] | None = None,
        *,
        query: Mapping[str, str] | None = None,
        targeted: bool = False,
    ) -> Json:
        headers = {} if self._token is None else {"Authorization": f"Bearer {await self._token()}"}
        url = URL(f"{self._base}/{path}" if path else self._base, encoded=True)
        try:
            async with self._http.request(
                method,
                url.update_query({**(query or {}), **(_TARGETED if targeted else {})}),
                json=body,
                headers=headers,
                timeout=TIMEOUT,
                allow_redirects=False,
            ) as answered:
                said = await answered.content.read(LONGEST_ANSWER)
                while not answered.content.at_eof() and len(said) < LONGEST_ANSWER:
                    said += await answered.content.read(LONGEST_ANSWER - len(said))
                if answered.status >= HTTPStatus.MULTIPLE_CHOICES:
                    raise platform_error(method, answered, said)
                return _object(said)
        except aiohttp.ClientConnectorError as error:
            raise PlatformUnavailable("the Bot Connector can't be reached") from error
        except (TimeoutError, aiohttp.ClientError) as error:
            raise PlatformUnavailable(type(error).__name__, taken=True) from error


def _part(text: str) -> str:
    """A part of a path, in which nothing separates."""
    return quote(text, safe="")


def _object(said: bytes) -> Json:
    """An answer's JSON object; an empty one for an answer that holds none."""
    try:
        value = json.loads(said)
    except (ValueError, RecursionError):
        return {}
    return value if isinstance(value, dict) else {}


def _id(answer: Json) -> str:
    value = answer.get("id")
    return value if isinstance(value, str) else ""
