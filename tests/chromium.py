"""Finds the Chromium that tests drive; ``python -m tests.chromium`` gets one where there is none.

What is installed comes first, then Playwright's own download, then the system's packages where
this process may install them: as root, with apt-get.
"""

import os
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

from playwright.sync_api import sync_playwright

NAMES = ("chromium", "chromium-browser", "google-chrome")
PLAYWRIGHT = str(Path(sys.executable).with_name("playwright"))
PACKAGES = ("chromium", "fonts-dejavu-core")
START_SECONDS = 30
INSTALL_SECONDS = 900
QUIET = {
    # Playwright tries five times: a network that swallows packets costs 25 seconds, not minutes.
    "PLAYWRIGHT_DOWNLOAD_CONNECTION_TIMEOUT": "5000",
    "DEBIAN_FRONTEND": "noninteractive",
}

Command = Sequence[str]
Run = Callable[[Command], bool]
"""Runs a command and says whether it succeeded."""


class NoChromium(RuntimeError):
    """One sentence: there is none that starts, and what to do."""


def chromium_path(own: str) -> str:
    """The program to run: ``$CHROMIUM``, or the first that starts of the system's and ``own``.

    :param own: where Playwright keeps the one that it downloads.
    :raises NoChromium: when there is none.
    """
    told = os.environ.get("CHROMIUM")
    candidates = [told] if told else [*filter(None, map(shutil.which, NAMES)), own]
    for candidate in candidates:
        if _starts(candidate):
            return candidate
    if told:
        raise NoChromium(f"$CHROMIUM is {told}, which doesn't start.")
    raise NoChromium(
        "No Chromium to test with: install the system's chromium package, "
        "or run '.venv/bin/playwright install --with-deps chromium'."
    )


def _starts(program: str) -> bool:
    """Whether it is there with all its libraries; a package may be a mere pointer elsewhere."""
    try:
        said = subprocess.run(
            [program, "--version"], capture_output=True, timeout=START_SECONDS, check=False
        )
    except (OSError, subprocess.TimeoutExpired):
        return False
    return said.returncode == 0


def ensured(own: str, run: Run, *, may_install: bool) -> str:
    """The Chromium to test with, got in the first way that works.

    :param may_install: whether the system's packages may be installed.
    :raises NoChromium: when no way leads to one that starts.
    """
    try:
        return chromium_path(own)
    except NoChromium:
        if os.environ.get("CHROMIUM"):
            raise
    for what, commands in _ways(own, may_install=may_install):
        _say(f"Setting up a Chromium to test with: {what}…")
        if all(map(run, commands)):
            try:
                return chromium_path(own)
            except NoChromium:
                continue
    return chromium_path(own)


def _ways(own: str, *, may_install: bool) -> Iterator[tuple[str, list[Command]]]:
    yield "Playwright's own", [[PLAYWRIGHT, "install", "--no-shell", "chromium"]]
    if may_install and Path(own).exists():
        yield "the libraries it needs", [[PLAYWRIGHT, "install-deps", "chromium"]]
    if may_install:
        install = ("apt-get", "install", "-y", "-qq", "--no-install-recommends", *PACKAGES)
        yield "the system's package", [["apt-get", "update", "-qq"], install]


def _run(command: Command) -> bool:
    """Run a command; its last words are shown when it fails."""
    try:
        said = subprocess.run(
            command,
            env={**QUIET, **os.environ},
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            timeout=INSTALL_SECONDS,
            check=False,
        )
    except (OSError, subprocess.TimeoutExpired) as error:
        reason = type(error).__name__
    else:
        if said.returncode == 0:
            return True
        reason = next(iter(_errors(said.stdout)), f"exit status {said.returncode}")
    _say(f"  {Path(command[0]).name} {command[1]} didn't work: {reason}")
    return False


def _errors(output: str) -> list[str]:
    lines = [line.strip() for line in output.splitlines()]
    return [line for line in lines if line.startswith(("Error:", "E:"))]


def _say(line: str) -> None:
    sys.stdout.write(f"{line}\n")
    sys.stdout.flush()


def main() -> int:
    """Get a Chromium; exit status 1 and one sentence when there is none to be had."""
    with sync_playwright() as playwright:
        own = playwright.chromium.executable_path
    try:
        ensured(own, _run, may_install=os.geteuid() == 0 and bool(shutil.which("apt-get")))
    except NoChromium as error:
        sys.stderr.write(f"{error}\n")
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
