"""checkov finds nothing in the modules but what ``terraform/.checkov.yaml`` gives a reason for."""

import asyncio
import json
import os
import re
import shutil
from pathlib import Path
from typing import Any

from tests.conftest import ROOT
from tests.some import some

EXCEPTIONS = ROOT / "terraform" / ".checkov.yaml"
PROGRAM = ROOT / ".venv-checkov" / "bin" / "checkov"
SECONDS = 170


async def test_the_scan_finds_what_is_excepted_and_nothing_else(tmp_path: Path) -> None:
    await _said("make", "--directory", str(ROOT), "--silent", ".venv-checkov/.ready")
    # Without its exceptions: one that nothing needs any more would hide the next mistake.
    ignored = shutil.ignore_patterns(".*")
    modules = shutil.copytree(ROOT / "terraform", tmp_path / "terraform", ignore=ignored)

    report = await _scanned(modules)

    assert report["summary"]["parsing_errors"] == 0
    assert report["summary"]["passed"] > 300
    failed = {check["check_id"] for check in report["results"]["failed_checks"]}
    assert failed == set(_excepted())


def test_each_exception_has_its_reason() -> None:
    assert all(len(reason.split()) >= 5 for reason in some(_excepted().values()))


def _excepted() -> dict[str, str]:
    """Reasons by check."""
    listed = EXCEPTIONS.read_text().partition("skip-check:\n")[2].splitlines()
    found = [re.fullmatch(r"  - (CKV2?_AWS_\d+) # (.+)", line) for line in listed]
    assert all(some(found)), "an exception is a line with its reason"
    return {one[1]: one[2] for one in found if one}


async def _scanned(folder: Path) -> dict[str, Any]:
    options = ("--framework", "terraform", "--skip-path", "examples", "--skip-download")
    output = await _said(
        *(str(PROGRAM), "--directory", str(folder), *options),
        *("--quiet", "--compact", "--soft-fail", "--output", "json"),
    )
    report: dict[str, Any] = json.loads(output)
    return report


async def _said(*command: str) -> str:
    """What a command writes to its standard output.

    :raises AssertionError: with everything that a command said that failed.
    """
    process = await asyncio.create_subprocess_exec(
        *command,
        env={**os.environ, "LOG_LEVEL": "ERROR"},
        stdin=asyncio.subprocess.DEVNULL,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
    )
    try:
        async with asyncio.timeout(SECONDS):
            output, errors = await process.communicate()
    finally:
        if process.returncode is None:
            process.kill()
            await process.wait()
    assert process.returncode == 0, (output + errors).decode()
    return output.decode()
