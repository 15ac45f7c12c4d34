"""Finds the Chromium that tests drive."""

import os
import shutil
from pathlib import Path

from playwright.async_api import Playwright

NAMES = ("chromium", "chromium-browser", "google-chrome")


def chromium_path(playwright: Playwright) -> str:
    """The program to run: ``$CHROMIUM``, the system's, or the one Playwright has installed.

    :raises RuntimeError: one sentence, when there is none.
    """
    own = playwright.chromium.executable_path
    found = (
        os.environ.get("CHROMIUM")
        or next(filter(None, map(shutil.which, NAMES)), None)
        or (own if Path(own).exists() else None)
    )
    if found is None:
        raise RuntimeError(
            "No Chromium to test with: install the system's chromium package, "
            "or run '.venv/bin/playwright install chromium'."
        )
    return found
