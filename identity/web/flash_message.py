"""A sentence that the next page shows once."""

from aiohttp import web
from aiohttp_session import get_session

SAID = "said"
"""Where a session keeps it."""


async def say(request: web.Request, sentence: str) -> None:
    """Show a sentence once, on the page that comes next."""
    (await get_session(request))[SAID] = sentence
