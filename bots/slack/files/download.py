"""Fetching a shared file with the app's token: from Slack's hosts only, and never too much."""

from http import HTTPStatus
from urllib.parse import urlsplit

import aiohttp

from bots.slack.message_content.shared_files import NOT_VISIBLE
from bots.slack.outgoing.platform_errors import platform_errors, unavailable
from bots.turn.attached_files import FileRefused, read_at_most

HOSTS = ("https://files.slack.com", "https://files.slack-gov.com")
NOT_SLACKS = "its address is not one of Slack's"
NO_RIGHT = "Slack doesn't let me read files here; an administrator can install me again to allow it"
TIMEOUT = aiohttp.ClientTimeout(total=60, connect=5, sock_read=15)


class FileDownloads:
    """Downloads of one installation.

    :param api_url: base of Slack's Web API; a stand-in's files are on its host.
    """

    def __init__(self, http: aiohttp.ClientSession, token: str, api_url: str) -> None:
        self._http = http
        self._token = token
        self._trusted = {*HOSTS, _origin(api_url)}

    async def content(self, url: str, most: int) -> bytes:
        """The file.

        :param most: bytes that it may have.

        :raises FileRefused: when Slack gives something else, or it is too large.
        :raises PlatformUnavailable: when Slack could not be reached, or is in trouble itself.
        """
        if _origin(url) not in self._trusted:
            raise FileRefused(NOT_SLACKS)
        headers = {"Authorization": f"Bearer {self._token}"}
        with platform_errors():
            async with self._http.get(
                url, headers=headers, allow_redirects=False, timeout=TIMEOUT
            ) as answer:
                _check(answer)
                return await read_at_most(answer, most)


def _check(answer: aiohttp.ClientResponse) -> None:
    status = answer.status
    if status == HTTPStatus.TOO_MANY_REQUESTS or status >= HTTPStatus.INTERNAL_SERVER_ERROR:
        raise unavailable(status, answer.headers.get("Retry-After"))
    if status == HTTPStatus.NOT_FOUND:
        raise FileRefused(NOT_VISIBLE)
    # Without files:read comes a page to sign in, or the way to one (vercel/eve#1531,
    # OpenRouterLabs/spawn#2316). A file that is HTML comes as an attachment.
    page = answer.content_type == "text/html" and "Content-Disposition" not in answer.headers
    if status != HTTPStatus.OK or page:
        raise FileRefused(NO_RIGHT)


def _origin(url: str) -> str:
    parts = urlsplit(url)
    return f"{parts.scheme}://{parts.netloc}".lower()
