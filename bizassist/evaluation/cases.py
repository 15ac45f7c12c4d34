"""The questions of an evaluation: one JSON object a line, with the tool, arguments and facts."""

import re
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from bizassist.errors import QuestionsError

HERE = Path(__file__).parent
QUESTIONS = HERE / "questions.jsonl"
FILES = HERE / "files"
USERS = "bizassist-users"

Call = tuple[str, Mapping[str, Any]]


class Case(BaseModel):
    """One question and what a good answer does.

    :param tool: its full name; None when no tool fits and the model must say so or ask back.
    :param arguments: what each value must say; a list of them for several calls of the tool; None
        for a value that must not be given.
    :param facts: what the answer must contain, whatever the case of its letters; of a list, one.
    :param files: names of attached files, beside the questions in ``files/``.
    :param before: what was asked before in the same conversation.
    :param groups: of the person who asks.
    :param wording: ``own`` when it is unlike the tools' descriptions.
    :param held_out: whether the offline model was never adjusted to it.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    id: str = Field(min_length=1)
    question: str = Field(min_length=1)
    tool: str | None
    arguments: dict[str, Any] | list[dict[str, Any]] = Field(default_factory=dict)
    facts: list[str | list[str]] = Field(default_factory=list)
    files: list[str] = Field(default_factory=list)
    before: list[str] = Field(default_factory=list)
    groups: list[str] = Field(default_factory=lambda: [USERS])
    wording: str = "own"
    held_out: bool = False
    any_order: bool = False

    @property
    def expected(self) -> list[dict[str, Any]]:
        """The arguments of each expected call; none when no tool fits."""
        if self.tool is None:
            return []
        return self.arguments if isinstance(self.arguments, list) else [self.arguments]


def read_cases(path: Path) -> list[Case]:
    """The cases of a file.

    :raises QuestionsError: when it can't be read, or a line is no case.
    """
    try:
        lines = path.read_text("utf-8").splitlines()
    except (OSError, UnicodeDecodeError) as error:
        raise QuestionsError(f"{path} can't be read ({type(error).__name__})") from None
    cases = []
    for number, line in enumerate(lines, 1):
        if not line.strip():
            continue
        try:
            cases.append(Case.model_validate_json(line))
        except ValidationError as error:
            first = error.errors()[0]
            where = ".".join(str(part) for part in first["loc"]) or "the line"
            message = f"{path}, line {number}: {where}: {first['msg']}"
            raise QuestionsError(message) from None
    return cases


def right_tool(case: Case, calls: Sequence[Call]) -> bool:
    """Whether the expected tool was called, and no other."""
    return {tool for tool, _ in calls} == ({case.tool} if case.tool else set())


def right_arguments(case: Case, calls: Sequence[Call]) -> bool:
    """Whether each expected call was made, and with the values that it needs."""
    given = [arguments for _, arguments in calls]
    if len(given) < len(case.expected):
        return False
    if case.any_order:
        return all(_words(wanted) <= _words(got) for wanted, got in zip(case.expected, given))  # noqa: B905 - an extra call does no harm
    return all(any(_fits(wanted, got) for got in given) for wanted in case.expected)


def missing_facts(case: Case, answer: str) -> list[str]:
    """The facts that an answer doesn't tell, each as the first way to say it."""
    said = _plain(answer)
    ways = [[fact] if isinstance(fact, str) else fact for fact in case.facts]
    return [each[0] for each in ways if not any(_plain(way) in said for way in each)]


def _fits(wanted: Mapping[str, Any], given: Mapping[str, Any]) -> bool:
    """Every word of an expected value is in the given one: models word a search as they like."""
    return all(
        name not in given if value is None else _words(value) <= _words(given.get(name))
        for name, value in wanted.items()
    )


def _words(value: Any) -> set[str]:
    if isinstance(value, Mapping):
        return {word for each in value.values() for word in _words(each)}
    return set(re.findall(r"[^\W_]+", str(value).casefold()))


def _plain(text: str) -> str:
    """Without markup, whose signs may stand inside of a fact."""
    return " ".join(re.sub(r"[\\*_`]", "", text).casefold().split())
