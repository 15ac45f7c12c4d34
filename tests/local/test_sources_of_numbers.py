"""Each number that a double of a platform refuses by names the page or report it was read in."""

import ast
from collections.abc import Iterator
from pathlib import Path

from tests.some import some

ROOT = Path(__file__).parents[2]
DOUBLES = [
    *sorted((ROOT / "bizassist/local/slack").rglob("*.py")),
    *sorted((ROOT / "tests/bots/teams").glob("connector*.py")),
]
OURS = {"POLLS"}
"""What is no number of the platform: how long the page to try it by hand asks for news."""


def numbers(module: ast.Module) -> Iterator[tuple[str, int]]:
    """The constants of a module that hold a number, with their lines."""
    for statement in module.body:
        if not isinstance(statement, ast.Assign | ast.AnnAssign) or statement.value is None:
            continue
        targets = statement.targets if isinstance(statement, ast.Assign) else [statement.target]
        held = {node.value for node in ast.walk(statement.value) if isinstance(node, ast.Constant)}
        if any(type(value) in (int, float) for value in held):
            names = " ".join(ast.unparse(target) for target in targets)
            yield names, statement.lineno


def around(lines: list[str], line: int) -> str:
    """The lines above and below that no empty line parts from it."""
    first = last = line - 1
    while first > 0 and lines[first - 1].strip():
        first -= 1
    while last + 1 < len(lines) and lines[last + 1].strip():
        last += 1
    return "\n".join(lines[first : last + 1])


def without_source(path: Path) -> Iterator[str]:
    text = path.read_text()
    module = ast.parse(text)
    everywhere, lines = ast.get_docstring(module) or "", text.split("\n")
    for names, line in numbers(module):
        if names not in OURS and "https://" not in everywhere + around(lines, line):
            yield f"{path.relative_to(ROOT)}:{line} {names}"


def test_each_number_of_a_double_names_where_it_was_read() -> None:
    found = [list(numbers(ast.parse(path.read_text()))) for path in some(DOUBLES)]
    assert sum(map(len, found)) > 30
    assert [one for path in some(DOUBLES) for one in without_source(path)] == []
