"""Answers to a slash command, sent to the one-command address that came with it."""

from http import HTTPStatus
from urllib.parse import urlsplit

import aiohttp

from bots.errors import ResponseUrlClosed
from bots.slack.outgoing.message import Content
from bots.slack.outgoing.platform_errors import platform_errors, unavailable

SLACK_HOSTS = ("https://hooks.slack.com", "https://hooks.slack-gov.com")


class ResponseUrls:
    """Posts to response URLs, and to nobody but Slack.

    :param http: has a time-out of its own.
    :param api_url: base of Slack's Web API; a stand-in's response URLs are on its host.
    """

    def __init__(self, http: aiohttp.ClientSession, api_url: str) -> None:
        self._http = http
        self._trusted = {*SLACK_HOSTS, _origin(api_url)}

    async def send(self, url: str, content: Content, *, replace: bool = False) -> None:
        """Show ``content`` to the person who sent the command, and to nobody else.

        :param replace: in place of the message whose button was pressed; a command has none.

        :raises ResponseUrlClosed: when another way has to be found: five answers were sent, thirty
            minutes are over, or the address isn't Slack's.
        :raises PlatformUnavailable: when Slack could not be reached, or is in trouble itself.
        """
        if _origin(url) not in self._trusted:
            raise ResponseUrlClosed("not an address of Slack's")
        place = {"replace_original": True} if replace else {"response_type": "ephemeral"}
        message = {**place, "unfurl_links": False, "unfurl_media": False, **content}
        with platform_errors():
            async with self._http.post(url, json=message, allow_redirects=False) as answer:
                _check(answer)


def _check(answer: aiohttp.ClientResponse) -> None:
    status = answer.status
    if status == HTTPStatus.TOO_MANY_REQUESTS or status >= HTTPStatus.INTERNAL_SERVER_ERROR:
        raise unavailable(status, answer.headers.get("Retry-After"))
    if status != HTTPStatus.OK:
        raise ResponseUrlClosed(f"Slack answered {status}")


def _origin(url: str) -> str:
    parts = urlsplit(url)
    return f"{parts.scheme}://{parts.netloc}".lower()
