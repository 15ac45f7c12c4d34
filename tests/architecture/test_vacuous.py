"""No assertion in the tests passes because there was nothing to look at."""

from pathlib import Path

import pytest

from tests.architecture.rooms import ROOT
from tests.architecture.vacuous import vacuous
from tests.some import some

FILES = sorted((ROOT / "tests").rglob("*.py"))


@pytest.mark.parametrize("file", FILES, ids=lambda file: str(file.relative_to(ROOT / "tests")))
def test_every_loop_has_something_to_look_at(file: Path) -> None:
    found = [f"line {line}: {what}" for line, what in vacuous(file.read_text())]
    assert found == [], "use tests.some.some, which fails where there is nothing"


@pytest.mark.parametrize(
    "code",
    [
        "for cookie in cookies:\n    assert locked(cookie)",
        "for cookie in answer.cookies():\n    if cookie:\n        assert locked(cookie)",
        "for path in paths:\n    with pytest.raises(Refused):\n        open(path)",
        "cookies = []\nfor cookie in cookies:\n    assert locked(cookie)",
        "for cookie in [one for one in (1, 2) if one > 2]:\n    assert locked(cookie)",
        "for number in range(many):\n    assert number",
        "for number in range(0):\n    assert number",
        "for pair in zip((1, 2), others):\n    assert pair",
        "def test(paths):\n    for path in paths:\n        assert path\npaths = ['/']",
        "assert all(locked(cookie) for cookie in cookies)",
        "assert all(cookies)",
        "assert all(locked(one) for one in (1, 2) if one > 2)",
        "assert not any(open_(cookie) for cookie in cookies)",
        "assert not [cookie for cookie in cookies if open_(cookie)]",
        "assert [cookie for cookie in cookies if open_(cookie)] == []",
        "assert {cookie.name for cookie in cookies} <= {'session'}",
        "assert set(names) <= {'session'}",
        "assert {'session'} >= set(names)",
    ],
)
def test_what_may_be_empty_is_found(code: str) -> None:
    assert len(vacuous(code)) == 1


@pytest.mark.parametrize(
    "code",
    [
        "for cookie in some(cookies):\n    assert locked(cookie)",
        "for cookie in cookies:\n    print(cookie)",
        "for flag in ('Secure', 'HttpOnly'):\n    assert flag in cookie",
        "FLAGS = ['Secure']\nfor flag in FLAGS:\n    assert flag in cookie",
        "for name, value in {'a': 1}.items():\n    assert name in value",
        "for place, letter in enumerate(sorted('abc')):\n    assert place < 3",
        "for part in (first, *others):\n    assert part",
        "for number in range(3):\n    assert number",
        "assert all(locked(cookie) for cookie in some(cookies))",
        "assert any(locked(cookie) for cookie in cookies)",
        "assert {cookie.name for cookie in some(cookies)} <= {'session'}",
        "assert {cookie.name for cookie in cookies} == {'session'}",
        "assert {'session'} <= set(names)",
        "assert len(names) <= 3",
    ],
)
def test_what_has_something_is_left_alone(code: str) -> None:
    assert vacuous(code) == []


def test_some_is_everything_and_never_nothing() -> None:
    assert some(iter("ab")) == ["a", "b"]
    with pytest.raises(AssertionError):
        some(())
