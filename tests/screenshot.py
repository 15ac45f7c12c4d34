"""A picture of a page of the running product: ``python -m tests.screenshot /me --as alice``.

``make dev`` must be up. The picture shows what the person sees who has signed in to the web chat.
"""

import asyncio
import json
import sys
from argparse import ArgumentParser, Namespace
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from playwright.async_api import Error, async_playwright

from tests.chromium import chromium_path
from tests.e2e.people import sign_in

HEIGHT = 900


async def picture(described: dict[str, Any], path: str, person: str, file: Path, width: int) -> int:
    """Take it as ``person``; the page's HTTP status.

    :param described: the running stack, as its ``stack.json`` says.
    :raises Error: when the browser can't come so far.
    """
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(
            executable_path=chromium_path(playwright.chromium.executable_path),
            args=["--no-sandbox"],
        )
        page = await browser.new_page(viewport={"width": width, "height": HEIGHT})
        await page.goto(f"{described['chat']}/")
        await page.click("text=Sign in")
        await sign_in(page, person, described["people"][person]["password"])
        await page.wait_for_url(f"{described['chat']}/chat*")
        shown = await page.goto(f"{described['chat']}{path}")
        await page.screenshot(path=file, full_page=True)
        await browser.close()
    return shown.status if shown else 0


def main(arguments: Sequence[str] | None = None) -> int:
    """Take the picture and say where it is; exit status 1 and one sentence when it can't be."""
    options = _options(arguments)
    try:
        described = json.loads(options.stack.read_text("utf-8"))
    except (OSError, ValueError):
        sys.stderr.write(f"{options.stack} describes no running product: run make dev.\n")
        return 1
    person = options.person
    try:
        status = asyncio.run(picture(described, options.path, person, options.to, options.width))
    except (Error, RuntimeError) as error:
        sys.stderr.write(f"There is no picture: {str(error).splitlines()[0]}\n")
        return 1
    sys.stdout.write(f"{options.path} as {person} answered {status}: {options.to}\n")
    return 0


def _options(arguments: Sequence[str] | None) -> Namespace:
    parser = ArgumentParser(prog="tests.screenshot", description=__doc__)
    parser.add_argument("path", help="such as /chat, /me or /admin/usage")
    parser.add_argument("--as", dest="person", default="admin", choices=("alice", "admin"))
    parser.add_argument("--width", type=int, default=1280, help="pixels (390: a phone)")
    parser.add_argument("--to", type=Path, default=Path("page.png"), metavar="FILE")
    parser.add_argument("--stack", type=Path, default=Path(".bizassist/stack.json"))
    return parser.parse_args(arguments)


if __name__ == "__main__":
    sys.exit(main())
