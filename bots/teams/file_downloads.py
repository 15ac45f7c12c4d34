"""Fetching the files that people send: from SharePoint, without any token of ours."""

from http import HTTPStatus

import aiohttp
from yarl import URL

from bots.errors import PlatformUnavailable
from bots.turn.attached_files import FileRefused, read_at_most

TIMEOUT = aiohttp.ClientTimeout(total=60, connect=5, sock_read=15)
NOT_THERE = "SharePoint doesn't give it to me any more"


class FileDownloads:
    """Downloads from addresses that :mod:`bots.teams.incoming.shared_files` has found good.

    :param http: has no token of ours.
    """

    def __init__(self, http: aiohttp.ClientSession) -> None:
        self._http = http

    async def content(self, url: str, most: int) -> bytes:
        """The file.

        :param most: bytes that it may have.
        :raises FileRefused: when SharePoint gives none, or it is too large.
        :raises PlatformUnavailable: when SharePoint could not be reached, or is in trouble itself.
        """
        try:
            async with self._http.get(
                URL(url, encoded=True), allow_redirects=False, timeout=TIMEOUT
            ) as answer:
                if answer.status >= HTTPStatus.INTERNAL_SERVER_ERROR:
                    raise PlatformUnavailable(f"SharePoint answered {answer.status}")
                if answer.status != HTTPStatus.OK:
                    raise FileRefused(NOT_THERE)
                return await read_at_most(answer, most)
        except (TimeoutError, aiohttp.ClientError) as error:
            raise PlatformUnavailable(type(error).__name__) from error
