"""Renders Markdown beside the event loop, for all but a few lines of it takes a while."""

import asyncio
from collections.abc import Callable
from typing import TypeVar

SHORT = 500
"""Characters that are rendered at once: the worst of them take some milliseconds."""

T = TypeVar("T")


async def rendered(render: Callable[[str], T], markdown: str) -> T:
    """What ``render``, which knows no event loop, makes of ``markdown``."""
    if len(markdown) <= SHORT:
        return render(markdown)
    return await asyncio.to_thread(render, markdown)
