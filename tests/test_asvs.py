"""docs/asvs.md accounts for every requirement, and every test that it names exists and runs."""

import ast
import re
from collections import Counter
from functools import cache
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
PAGE = ROOT / "docs" / "asvs.md"
IDS = (ROOT / "tests" / "data" / "asvs-ids.txt").read_text().split()
ROW = re.compile(r"^\| (V\d+\.\d+\.\d+) \|(.*)\|(.*)\|$", re.MULTILINE)
TEST = re.compile(r"`(tests/[\w/]+\.py)::(test_\w+)`")
SKIPPING = {"skip", "skipif", "xfail", "importorskip"}
SHORTEST_REASON = 40


def rows() -> list[tuple[str, str, str]]:
    return [(row[1], row[2].strip(), row[3].strip()) for row in ROW.finditer(PAGE.read_text())]


@cache
def functions_of(file: str) -> dict[str, ast.AST]:
    """Every test function of a file, by its name."""
    tree = ast.parse((ROOT / file).read_text())
    return {
        node.name: node
        for node in tree.body
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)
    }


@cache
def skipped_whole(file: str) -> bool:
    tree = ast.parse((ROOT / file).read_text())
    marks = [
        node
        for node in tree.body
        if isinstance(node, ast.Assign) and "pytestmark" in ast.unparse(node.targets[0])
    ]
    outside = [node for node in tree.body if isinstance(node, ast.Expr | ast.If)]
    return any(_skips(node) for node in [*marks, *outside])


def _skips(node: ast.AST) -> bool:
    return any(isinstance(one, ast.Attribute) and one.attr in SKIPPING for one in ast.walk(node))


def test_the_list_is_whole() -> None:
    assert len(IDS) == len(set(IDS)) == 253
    assert {one.split(".")[0] for one in IDS} == {f"V{chapter}" for chapter in range(1, 18)}


def test_each_requirement_stands_there_once() -> None:
    assert Counter(requirement for requirement, _, _ in rows()) == Counter(IDS)


@pytest.mark.parametrize("requirement", IDS)
def test_a_requirement_has_its_tests_or_its_reason(requirement: str) -> None:
    shown_by, note = next(row[1:] for row in rows() if row[0] == requirement)
    named = TEST.findall(shown_by)
    assert TEST.sub("", shown_by).strip() == "", "something stands there that names no test"
    assert named or len(note) >= SHORTEST_REASON
    gone = [name for file, name in named if name not in functions_of(file)]
    assert gone == []
    maybe = [
        name for file, name in named if _skips(functions_of(file)[name]) or skipped_whole(file)
    ]
    assert maybe == [], "may be skipped"
