"""The diagrams of docs/architecture.md are those of the imports."""

import re
from collections.abc import Callable
from graphlib import CycleError
from pathlib import Path

import pytest

from tests.architecture.diagrams import PAGE, refreshed
from tests.architecture.rooms import PACKAGES, ROOT, reduced
from tests.some import some


def test_the_page_draws_the_imports(golden: Callable[[Path, str], None]) -> None:
    golden(PAGE, refreshed(PAGE.read_text()))


def test_what_stands_around_the_diagrams_stays() -> None:
    page = refreshed(PAGE.read_text())
    assert refreshed(page) == page
    assert page.startswith("# Architecture\n")
    assert page.rstrip().endswith("and take it down again.")


def test_what_the_page_names_is_there() -> None:
    named = re.findall(rf"`((?:{'|'.join(PACKAGES)})/[\w./-]*)`", PAGE.read_text())
    assert len(named) > 20
    assert [path for path in some(named) if not (ROOT / path).exists()] == []


def test_an_arrow_that_a_longer_way_says_is_left_out() -> None:
    found: dict[str, set[str]] = {"a": {"b", "c"}, "b": {"c", "d"}, "c": set(), "d": {"c"}}
    assert reduced(found) == {"a": {"b"}, "b": {"d"}, "c": set(), "d": {"c"}}


def test_a_cycle_is_not_drawn() -> None:
    with pytest.raises(CycleError):
        reduced({"a": {"b"}, "b": {"a"}})
