"""What people are told to type can be typed: targets, programs, modules, files, subcommands."""

import re
import shutil
from importlib.util import find_spec
from pathlib import Path

import pytest

from bizassist.__main__ import COMMANDS
from tests.conftest import ROOT
from tests.some import some

PAGES = [
    *(ROOT / name for name in ("README.md", "CONTRIBUTING.md", ".ci/run")),
    *sorted((ROOT / "docs").rglob("*.md")),
    *sorted((ROOT / ".github").rglob("*.*")),
]
GUIDES = PAGES[:2]


def code(page: Path) -> list[str]:
    """What a page shows as code: blocks, line by line, and what stands between backticks."""
    text = page.read_text("utf-8")
    if page.suffix != ".md":
        return text.splitlines()
    blocks = re.findall(r"^```\w*\n(.*?)^```", text, re.DOTALL | re.MULTILINE)
    rest = re.sub(r"^```.*?^```", "", text, flags=re.DOTALL | re.MULTILINE)
    lines = [line for block in blocks for line in block.splitlines()]
    return [*lines, *re.findall(r"`([^`\n]+)`", rest)]


def found(pattern: str, pages: list[Path]) -> set[str]:
    """The first group of every match in the pages' code."""
    return {
        match[1] for page in pages for line in code(page) for match in re.finditer(pattern, line)
    }


def test_every_target_of_make_is_there() -> None:
    makefile = (ROOT / "Makefile").read_text("utf-8")
    named = found(r"(?:^|\$ |run: )make ([a-z][\w-]*)", PAGES)
    assert {"dev", "doctor", "setup", "test"} <= named
    assert named <= set(re.findall(r"^([a-z]+):", makefile, re.MULTILINE))


def test_every_variable_of_make_is_used() -> None:
    makefile = (ROOT / "Makefile").read_text("utf-8")
    named = found(r"^make [a-z]+ ([A-Z]+)=", PAGES)
    assert {"ARGS", "WORKERS"} <= named
    assert {name for name in named if f"$({name})" not in makefile} == set()


def test_every_program_of_the_environment_is_there() -> None:
    named = found(r"\.venv/bin/([\w-]+)", PAGES)
    assert {"python", "bizassist", "lint-imports"} <= named
    assert {name for name in named if not shutil.which(ROOT / ".venv" / "bin" / name)} == set()


def test_every_module_that_is_run_is_there() -> None:
    named = found(r"python -m ([\w.]+)", PAGES)
    assert {"pytest", "tests.screenshot"} <= named
    assert {name for name in named if find_spec(name) is None} == set()


def test_every_subcommand_is_there() -> None:
    named = found(r"(?:^|\$ |bin/)bizassist ([a-z]+)", PAGES)
    assert {"dev", "tools", "eval"} <= named
    assert named <= set(COMMANDS)


@pytest.mark.parametrize("page", GUIDES, ids=lambda page: page.name)
def test_every_place_is_there(page: Path) -> None:
    named = {
        word
        for line in code(page)
        for word in line.split()
        if re.fullmatch(r"[\w.-]+/[\w./-]*", word)
    }
    made = (".bizassist/", ".venv/", "tests/artifacts")
    places = {name for name in named if not name.startswith(made)}
    assert len(places) > 5
    assert {name for name in places if not (ROOT / name).exists()} == set()


def test_the_workflow_runs_what_a_new_machine_runs_with_few_rights() -> None:
    workflow = (ROOT / ".github" / "workflows" / "test.yml").read_text("utf-8")
    actions = re.findall(r"uses: (.+)", workflow)

    assert re.findall(r"^ *permissions:\n((?: +.+\n)*)", workflow, re.MULTILINE) == [
        "  contents: read\n"
    ]
    assert re.findall(r"timeout-minutes: (.+)", workflow) == ["90"]
    assert re.findall(r"run: (\.ci.*)", workflow) == [".ci/run"]
    assert len(actions) > 1
    assert all(re.fullmatch(r"actions/[\w-]+@v\d+", action) for action in some(actions))
