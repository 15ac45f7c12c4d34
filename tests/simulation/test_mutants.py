"""Each way in which the product can be broken at its core is seen by some seed."""

import pytest

from tests.simulation.mutants import MUTANTS, caught


@pytest.mark.parametrize("mutant", MUTANTS)
def test_a_broken_product_is_seen(mutant: str) -> None:
    assert caught(mutant)
