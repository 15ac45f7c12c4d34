"""What ``bizassist doctor`` says, by check."""

import asyncio
import json

import pytest

from bizassist.__main__ import main


async def doctor_checks(
    capsys: pytest.CaptureFixture[str], *arguments: str
) -> tuple[int, dict[str, dict[str, str]]]:
    """Run it beside this test's own event loop."""
    status = await asyncio.to_thread(main, ["doctor", "--json", *arguments])
    rows = json.loads(capsys.readouterr().out)
    return status, {row["check"]: row for row in rows}
