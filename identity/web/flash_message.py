"""A flash message: a sentence that the next page shows once."""

from aiohttp import web
from aiohttp_session import get_session

FLASH = "flash"
"""Where a session keeps it."""


async def flash(request: web.Request, sentence: str) -> None:
    """Show a sentence once, on the page that comes next."""
    (await get_session(request))[FLASH] = sentence


async def take_flash(request: web.Request) -> str:
    """The sentence that waits to be shown; empty when none does."""
    return str((await get_session(request)).pop(FLASH, ""))
