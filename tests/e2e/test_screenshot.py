"""The picture of a page that whoever works on it asks for."""

import struct
from pathlib import Path

import pytest

from tests.conftest import Stack
from tests.screenshot import main, picture


async def test_a_page_is_pictured_as_a_person_sees_it(stack: Stack, tmp_path: Path) -> None:
    file = tmp_path / "page.png"

    assert await picture(stack.described, "/me", "alice", file, 390) == 200
    assert struct.unpack(">I", file.read_bytes()[16:20]) == (390,)  # a PNG's width
    assert await picture(stack.described, "/admin", "alice", file, 390) == 403


def test_without_a_running_product_it_says_what_to_do(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["/me", "--stack", str(tmp_path / "stack.json")]) == 1
    assert "run make dev" in capsys.readouterr().err
