"""A product that is broken at its core is seen by some seed; ``make mutants`` tries every way."""

import pytest

from tests.simulation.mutants import MUTANTS, caught

QUICKEST = ("no deduplication", "no lease")


@pytest.mark.parametrize("mutant", QUICKEST)
def test_a_broken_product_is_seen(mutant: str) -> None:
    assert mutant in MUTANTS
    assert caught(mutant, most=200)
