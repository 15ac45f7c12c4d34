"""Socket Mode: Slack sends over a connection that we open, for who has no public address.

https://docs.slack.dev/apis/events-api/using-socket-mode
"""

import asyncio
import logging
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress

from botocore.exceptions import BotoCoreError, ClientError
from slack_sdk.errors import SlackApiError
from slack_sdk.socket_mode.aiohttp import SocketModeClient
from slack_sdk.socket_mode.async_client import AsyncBaseSocketModeClient
from slack_sdk.socket_mode.request import SocketModeRequest
from slack_sdk.socket_mode.response import SocketModeResponse
from slack_sdk.web.async_client import AsyncWebClient

from bots.errors import BotError, MalformedRequest, PlatformRefused, reason
from bots.slack.incoming.endpoint import Reply, SlackEdge

PING_SECONDS = 10.0
CONNECT_SECONDS = 20.0
RETRY_SECONDS = 15.0
"""Between two looks whether the connection lasts."""

_log = logging.getLogger(__name__)


class TlsClient(SocketModeClient):
    """Speaks TLS or not at all: the address comes from Slack, and what goes there is the app's."""

    async def issue_new_wss_url(self) -> str:
        """Where to connect.

        :raises PlatformRefused: when that is no ``wss:`` address.
        """
        url = await super().issue_new_wss_url()
        if not url.startswith("wss:"):
            raise PlatformRefused("an address without TLS")
        return url


@asynccontextmanager
async def socket_mode(app_token: str, api_url: str, edge: SlackEdge) -> AsyncIterator[None]:
    """Take what Slack sends for as long as the block runs; a lost connection is opened again.

    :param app_token: the app-level token with ``connections:write``; whoever has it is the app, so
        nothing that comes here is signed.
    :param edge: what takes each of it, as over HTTP.
    """
    logger = logging.getLogger(f"{__name__}.client")
    logger.setLevel(logging.CRITICAL)  # it would log addresses that are secrets
    web_client = AsyncWebClient(base_url=api_url, timeout=10, logger=logger)
    tls = api_url.startswith("https:")
    client = (TlsClient if tls else SocketModeClient)(
        app_token, logger=logger, web_client=web_client, ping_interval=PING_SECONDS
    )
    if not tls:  # a stand-in on this machine is behind no proxy
        web_client.proxy = client.proxy = None

    async def take(_: AsyncBaseSocketModeClient, request: SocketModeRequest) -> None:
        await _take(client, edge, request)

    client.socket_mode_request_listeners.append(take)
    connecting = asyncio.create_task(_connected(client))
    try:
        yield
    finally:
        connecting.cancel()
        with suppress(asyncio.CancelledError):
            await connecting
        await client.close()  # type: ignore[no-untyped-call]


async def _connected(client: SocketModeClient) -> None:
    """Open the connection, and again whenever it is found to be gone for long.

    The client by itself opens another where one ends; it would try an address that has expired for
    ever, though.
    """
    while True:
        if not await client.is_connected():
            try:
                async with asyncio.timeout(CONNECT_SECONDS):
                    await client.connect_to_new_endpoint()
                _log.info("connected with Slack by Socket Mode")
            except Exception as error:  # noqa: BLE001 - whatever it is, it is tried again
                _log.warning("Slack can't be connected with: %s", _word(error))
        await asyncio.sleep(RETRY_SECONDS)


async def _take(client: SocketModeClient, edge: SlackEdge, request: SocketModeRequest) -> None:
    """Acknowledge what is in the inbox; what couldn't be put there Slack sends again."""
    try:
        reply = await _taken(edge, request)
    except MalformedRequest as error:
        _log.warning("Slack sends by Socket Mode what can't be read: %s", error)
        reply = None  # sent again it would be the same
    except (BotError, ClientError, BotoCoreError) as error:
        _log.warning("what came by Socket Mode isn't taken: %s", type(error).__name__)
        return
    except Exception as error:  # noqa: BLE001 - the SDK would swallow it
        _log.error("what came by Socket Mode failed: %s", reason(error))
        return
    payload = dict(reply) if reply else None
    await client.send_socket_mode_response(SocketModeResponse(request.envelope_id, payload))


async def _taken(edge: SlackEdge, request: SocketModeRequest) -> Reply:
    match request.type:
        case "events_api":
            await edge.take_event(request.payload)
        case "slash_commands":
            return await edge.take_command(request.payload)
        case "interactive":
            return await edge.take_interaction(request.payload)
        case other:
            _log.warning("Slack sends by Socket Mode what we don't know: %s", other[:50])
    return None


def _word(error: Exception) -> str:
    """Slack's own word for it; an address of a connection must not be logged."""
    if isinstance(error, SlackApiError):
        return str(error.response["error"])
    return type(error).__name__
