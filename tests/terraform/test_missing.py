"""Without Terraform the tests say loudly that they were not run, and in CI they fail."""

import asyncio
import os
import sys
from pathlib import Path

import pytest

from tests.conftest import ROOT

FORMAT = "tests/terraform/test_alone.py::test_the_code_is_formatted"


@pytest.mark.parametrize(
    ("ci", "status", "said"),
    [({}, 0, "= NOT RUN ="), ({"CI": "true"}, 1, "terraform is not installed")],
    ids=["a person's machine", "CI"],
)
async def test_missing_terraform_is_no_silence(
    ci: dict[str, str], status: int, said: str, tmp_path: Path
) -> None:
    environment = {name: value for name, value in os.environ.items() if name != "CI"}
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "pytest", "-p", "no:cacheprovider", FORMAT),
        cwd=ROOT,
        env={**environment, **ci, "PATH": str(tmp_path)},
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.STDOUT,
    )
    output, _ = await process.communicate()

    assert process.returncode == status, output.decode()
    assert said in output.decode()
    assert "nothing of terraform/ was checked" in output.decode()
