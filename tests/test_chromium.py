"""A Chromium is found, or got in the first way that works, each way tried once."""

from collections.abc import Callable
from pathlib import Path

import pytest

from tests.chromium import Command, NoChromium, chromium_path, ensured

WORKS, BROKEN = "exit 0", "exit 127"


@pytest.fixture
def programs(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty folder that is all of the search path."""
    folder = tmp_path / "bin"
    folder.mkdir()
    monkeypatch.setenv("PATH", str(folder))
    monkeypatch.delenv("CHROMIUM", raising=False)
    return folder


def program(path: Path, does: str = WORKS) -> str:
    path.write_text(f"#!/bin/sh\n{does}\n")
    path.chmod(0o755)
    return str(path)


class Machine:
    """What was run on it; each command that has an effect succeeds, and no other."""

    def __init__(self, **effects: Callable[[], object]) -> None:
        self.ran: list[str] = []
        self._effects = effects

    def run(self, command: Command) -> bool:
        name = f"{Path(command[0]).name} {command[1]}"
        self.ran.append(name)
        effect = self._effects.get(name.replace(" ", "_").replace("-", "_"))
        if effect is not None:
            effect()
        return effect is not None


DOWNLOAD, LIBRARIES = "playwright install", "playwright install-deps"
PACKAGES = ["apt-get update", "apt-get install"]


def test_what_is_installed_is_taken(programs: Path) -> None:
    machine, found = Machine(), program(programs / "google-chrome")

    assert ensured("/nowhere", machine.run, may_install=True) == found
    assert machine.ran == []


def test_what_does_not_start_is_passed_over(programs: Path, tmp_path: Path) -> None:
    program(programs / "chromium", BROKEN)
    own = program(tmp_path / "own")

    assert chromium_path(own) == own


def test_playwrights_own_comes_next(programs: Path, tmp_path: Path) -> None:
    own = tmp_path / "own"
    machine = Machine(playwright_install=lambda: program(own))

    assert ensured(str(own), machine.run, may_install=True) == str(own)
    assert machine.ran == [DOWNLOAD]


def test_a_download_that_lacks_libraries_gets_them(programs: Path, tmp_path: Path) -> None:
    own = tmp_path / "own"
    machine = Machine(
        playwright_install=lambda: program(own, BROKEN),
        playwright_install_deps=lambda: program(own),
    )

    assert ensured(str(own), machine.run, may_install=True) == str(own)
    assert machine.ran == [DOWNLOAD, LIBRARIES]


def test_a_download_that_is_refused_ends_at_the_systems_packages(programs: Path) -> None:
    system = programs / "chromium"
    machine = Machine(
        apt_get_update=lambda: None,
        apt_get_install=lambda: program(system),
    )

    assert ensured("/nowhere", machine.run, may_install=True) == str(system)
    assert machine.ran == [DOWNLOAD, *PACKAGES]


def test_where_nothing_may_be_installed_it_says_what_to_do(programs: Path) -> None:
    machine = Machine()

    with pytest.raises(NoChromium, match=r"install the system's chromium package"):
        ensured("/nowhere", machine.run, may_install=False)
    assert machine.ran == [DOWNLOAD]


def test_what_one_is_told_to_take_is_not_replaced(
    programs: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    machine = Machine()
    program(programs / "chromium")
    monkeypatch.setenv("CHROMIUM", "/nowhere")

    with pytest.raises(NoChromium, match=r"\$CHROMIUM is /nowhere"):
        ensured("/nowhere", machine.run, may_install=True)
    assert machine.ran == []
