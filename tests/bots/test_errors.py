"""The tree of errors: as it is drawn, and whole: a code, a sentence, and whether to try again."""

import re
from collections.abc import Iterator

import pytest

from bots import errors
from bots.errors import After, BotError, Later, Never, PlatformUnavailable, RequestRefused
from tests.some import some

LINE = re.compile(r"^(?P<before>[│├└─ ]*)(?P<name>[A-Z]\w+)(?:\s+(?P<status>\d{3})?.*)?$")
DEPTH = 4
"""Columns of the drawing from a class to those that derive from it."""


def kinds(root: type[BotError] = BotError) -> Iterator[type[BotError]]:
    yield root
    for kind in root.__subclasses__():
        if kind.__module__ == errors.__name__:
            yield from kinds(kind)


def drawn() -> Iterator[tuple[str, str]]:
    """Each class of the drawing with its parent."""
    above: list[str] = []
    for line in str(errors.__doc__).splitlines():
        found = LINE.match(line.removeprefix("    "))
        if line.startswith("    ") and found:
            depth = len(found["before"]) // DEPTH
            above[depth:] = [found["name"]]
            yield found["name"], above[depth - 1] if depth else "Exception"


def test_the_drawing_is_the_tree() -> None:
    assert sorted(drawn()) == sorted(
        (kind.__name__, kind.__bases__[0].__name__) for kind in kinds()
    )


def test_each_kind_has_a_code_of_its_own() -> None:
    codes = [kind.code for kind in kinds()]
    assert len(set(codes)) == len(codes) > 20


@pytest.mark.parametrize("kind", kinds(), ids=lambda kind: kind.__name__)
def test_each_kind_has_a_sentence_and_says_whether_to_try_again(kind: type[BotError]) -> None:
    error = kind("what the log says")
    assert error.sentence.endswith(".")
    assert "\n" not in error.sentence
    assert "what the log says" not in error.sentence
    assert isinstance(error.again, Never | Later | After)
    assert str(error) == errors.reason(error) == "what the log says"


def test_an_error_without_a_reason_is_logged_by_its_sentence() -> None:
    error = errors.MalformedRequest(sentence="The body is not a form.")
    assert str(error) == error.sentence == "The body is not a form."


def test_a_platform_that_names_a_time_is_asked_again_then() -> None:
    assert PlatformUnavailable("busy", after=30).again == After(30)
    assert PlatformUnavailable("busy").again == Later()


def test_what_is_sent_again_is_answered_so_that_the_platform_does_send_it_again() -> None:
    refusals = [kind for kind in kinds(RequestRefused) if issubclass(kind, RequestRefused)]
    assert len(refusals) > 5
    for kind in some(refusals):
        again = kind("x").again
        assert again != Never() or kind.status < 500
        assert again != Later() or kind.status >= 500
