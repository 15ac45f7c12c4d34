"""Takes out each control in a copy of the code: ``python -m tests.mutations.run [part of a name]``.

Exits with 1 when a control's test doesn't notice, or fails with the control in its place.
"""

import asyncio
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path

from tests.mutations.controls import CONTROLS, Control

ROOT = Path(__file__).parents[2]
SECONDS = 240
FAILED = 1
"""What pytest exits with when a test has failed, and not when it found none."""
TIMED_OUT = -1
"""Nobody knows whether a test that hangs has noticed anything."""


async def main(part: str) -> int:
    """Try every control whose name has ``part`` in it."""
    chosen = [control for control in CONTROLS if part in control.name]
    if not chosen:
        _say(f"there is no control that is named {part!r}")
        return 1
    with tempfile.TemporaryDirectory() as folder:
        copy = _copy(Path(folder) / "code")
        whole = await _tested(copy, sorted({control.test for control in chosen}))
        if whole:
            _say("NOT GREEN with every control in its place")
            return 1
        missed = [control.name for control in chosen if not await _noticed(copy, control)]
    _say(f"{len(chosen) - len(missed)} of {len(chosen)} controls are missed when they are gone")
    return 1 if missed else 0


async def _noticed(copy: Path, control: Control) -> bool:
    file = copy / control.file
    whole = file.read_text("utf-8")
    file.write_text(whole.replace(control.old, control.new, 1), "utf-8")
    try:
        noticed = await _tested(copy, [control.test]) == FAILED
    finally:
        file.write_text(whole, "utf-8")
    _say(f"{'noticed' if noticed else 'NOT NOTICED'}: {control.name}")
    return noticed


def _copy(target: Path) -> Path:
    """What git knows of, as it stands here, with this environment."""
    listed = subprocess.run(
        ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"],
        cwd=ROOT,
        capture_output=True,
        check=True,
        timeout=60,
    )
    for name in filter(None, listed.stdout.decode().split("\0")):
        if (ROOT / name).is_file():
            (target / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy2(ROOT / name, target / name)
    for environment in (".venv", ".venv-ministack"):
        (target / environment).symlink_to(ROOT / environment)
    return target


async def _tested(copy: Path, tests: Sequence[str]) -> int:
    """pytest's exit code; the code of the copy comes before that of the environment."""
    process = await asyncio.create_subprocess_exec(
        sys.executable,
        "-m",
        "pytest",
        *("-q", "-x", "-p", "no:cacheprovider", *tests),
        cwd=copy,
        stdin=asyncio.subprocess.DEVNULL,
        stdout=asyncio.subprocess.DEVNULL,
        stderr=asyncio.subprocess.DEVNULL,
    )
    try:
        async with asyncio.timeout(SECONDS * len(tests)):
            return await process.wait()
    except TimeoutError:
        process.kill()
        await process.wait()
        return TIMED_OUT


def _say(line: str) -> None:
    sys.stdout.write(f"{line}\n")
    sys.stdout.flush()


if __name__ == "__main__":
    sys.exit(asyncio.run(main(" ".join(sys.argv[1:]))))
