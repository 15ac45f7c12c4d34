"""What a test looks at one by one must be there: a loop over nothing shows nothing."""

from collections.abc import Iterable
from typing import TypeVar

T = TypeVar("T")


def some(items: Iterable[T]) -> list[T]:
    """The items, of which there is at least one."""
    found = list(items)
    assert found, "there is nothing to look at"
    return found
