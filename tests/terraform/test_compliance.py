"""The real plan keeps every rule, and each rule notices when it is broken."""

import asyncio
from pathlib import Path
from typing import Any

import pytest
import pytest_asyncio

from tests.terraform.compliance import failed, scenarios
from tests.terraform.mutations import MISTAKES, mutant, rounds

pytestmark = [pytest.mark.timeout(400), pytest.mark.usefixtures("destroying")]

SCENARIOS = {scenario.name: scenario for scenario in scenarios()}
AT_ONCE = 2


async def test_the_plan_keeps_every_rule(plan: dict[str, Any], tmp_path: Path) -> None:
    assert await failed(plan, list(SCENARIOS.values()), tmp_path / "plan") == set()


def test_each_rule_has_its_mistake() -> None:
    assert set(MISTAKES) == set(SCENARIOS)
    assert len(SCENARIOS) >= 25


@pytest_asyncio.fixture(scope="module")
async def noticed(plan: dict[str, Any], tmp_path_factory: pytest.TempPathFactory) -> set[str]:
    """The rules that failed before a plan with their mistakes."""
    turn, folder = asyncio.Semaphore(AT_ONCE), tmp_path_factory.mktemp("mutants")

    async def one(number: int, rules: list[str]) -> set[str]:
        async with turn:
            asked = [SCENARIOS[rule] for rule in rules]
            return await failed(mutant(plan, rules), asked, folder / str(number))

    answers = await asyncio.gather(*(one(number, rules) for number, rules in enumerate(rounds())))
    return set().union(*answers)


@pytest.mark.parametrize("rule", SCENARIOS)
def test_a_rule_notices_its_mistake(rule: str, noticed: set[str]) -> None:
    assert rule in noticed
