"""The tree of errors as its docstring draws it is the one that the code has."""

import re

from identity import errors
from identity.errors import IdentityError

LINE = re.compile(r"^    ([│├└─ ]*)(\w+) +(\d{3})(.*)$", re.MULTILINE)
AGAIN = {"again after a minute": 60, "again after a second": 1}


def _coded(error: type[IdentityError], depth: int = 0) -> dict[str, tuple[int, int, int | None]]:
    tree = {error.__name__: (depth, error.status, error.retry_after)}
    for child in error.__subclasses__():
        tree |= _coded(child, depth + 1)
    return tree


def test_the_drawing_shows_every_error_its_status_and_when_to_try_again() -> None:
    drawn = {
        name: (
            len(branches) // 4,
            int(status),
            next((seconds for words, seconds in AGAIN.items() if words in meaning), None),
        )
        for branches, name, status, meaning in LINE.findall(errors.__doc__ or "")
    }
    assert drawn == _coded(IdentityError)


def test_every_error_is_defined_in_the_one_place() -> None:
    def below(error: type[IdentityError]) -> set[type[IdentityError]]:
        return {error}.union(*map(below, error.__subclasses__()))

    assert {error.__module__ for error in below(IdentityError)} == {"identity.errors"}
