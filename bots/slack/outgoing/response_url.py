"""Answers to a slash command, sent to the one-command address that came with it."""

from urllib.parse import urlsplit

import aiohttp

from bots.slack.outgoing.message import Content

SLACK_HOSTS = ("https://hooks.slack.com", "https://hooks.slack-gov.com")


class ResponseUrlClosed(Exception):
    """Slack takes nothing more at this address: five answers, thirty minutes, or not Slack's."""


class ResponseUrls:
    """Posts to response URLs, and to nobody but Slack.

    :param http: has a time-out of its own.
    :param api_url: base of Slack's Web API; a stand-in's response URLs are on its host.
    """

    def __init__(self, http: aiohttp.ClientSession, api_url: str) -> None:
        self._http = http
        self._trusted = {*SLACK_HOSTS, _origin(api_url)}

    async def send(self, url: str, content: Content) -> None:
        """Show ``content`` to the person who sent the command, and to nobody else.

        :raises ResponseUrlClosed: when another way has to be found.
        :raises aiohttp.ClientError: when Slack could not be reached, or is in trouble itself.
        """
        if _origin(url) not in self._trusted:
            raise ResponseUrlClosed("not an address of Slack's")
        message = {"response_type": "ephemeral", **content}
        async with self._http.post(url, json=message, allow_redirects=False) as answer:
            if answer.status == 429 or answer.status >= 500:  # noqa: PLR2004
                answer.raise_for_status()
            if answer.status != 200:  # noqa: PLR2004
                raise ResponseUrlClosed(f"Slack answered {answer.status}")


def _origin(url: str) -> str:
    parts = urlsplit(url)
    return f"{parts.scheme}://{parts.netloc}".lower()
