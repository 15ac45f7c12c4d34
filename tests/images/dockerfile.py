"""What the Dockerfile says, and what its build sees."""

import re
from pathlib import Path
from typing import NamedTuple

from tests.conftest import ROOT

DOCKERFILE = (ROOT / "Dockerfile").read_text("utf-8")
TARGETS = ("bots", "agent")


class Line(NamedTuple):
    """One instruction of the Dockerfile."""

    word: str
    rest: str


def stages() -> dict[str, list[Line]]:
    """The Dockerfile's instructions by stage; those before the first have no name."""
    current: list[Line] = []
    found: dict[str, list[Line]] = {"": current}
    for text in re.sub(r"\\\n", " ", re.sub(r"(?m)^#.*\n", "", DOCKERFILE)).splitlines():
        word, _, rest = text.strip().partition(" ")
        if word == "FROM":
            current = found.setdefault(rest.rpartition(" AS ")[2], [])
        if word:
            current.append(Line(word, rest.strip()))
    return found


def is_let_in(path: Path) -> bool:
    """Whether the build sees this file, by `.dockerignore`: its last fitting line decides."""
    inside = False
    for line in (ROOT / ".dockerignore").read_text("utf-8").splitlines():
        rule = line.strip().removeprefix("!")
        if not rule or line.startswith("#"):
            continue
        folders = [str(path), *map(str, path.parents)]
        if rule == "*" or rule in folders or rule.removeprefix("**/") in path.parts:
            inside = line.startswith("!")
    return inside
