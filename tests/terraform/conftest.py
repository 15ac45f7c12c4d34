"""Terraform itself, and an account in which the modules are applied while other checks run."""

import asyncio
import os
import shutil
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest
import pytest_asyncio

from tests.conftest import NOT_RUN
from tests.terraform.account import Account, made_account
from tests.terraform.cli import Terraform

MISSING = (
    f"{NOT_RUN} terraform is not installed, so nothing of terraform/ was checked. "
    "Install Terraform 1.9 or newer."
)


@pytest_asyncio.fixture(scope="session")
async def terraform(
    sources: Path, tmp_path_factory: pytest.TempPathFactory
) -> AsyncIterator[Terraform]:
    """Terraform with a provider that all of its commands share."""
    folder = tmp_path_factory.mktemp("terraform")
    found = Terraform.find(folder)
    if found is None:
        (pytest.fail if os.environ.get("CI") else pytest.skip)(MISSING)
    shutil.copy(sources / "modules" / "table" / "versions.tf", folder)
    await found.init(folder)
    async with found.with_provider(folder) as shared:
        yield shared


@pytest_asyncio.fixture(scope="session")
async def beginning(
    terraform: Terraform, tmp_path_factory: pytest.TempPathFactory
) -> AsyncIterator[Account]:
    """The account as soon as applying has begun."""
    async with made_account(terraform, tmp_path_factory.mktemp("account")) as account:
        yield account


@pytest_asyncio.fixture(scope="session")
async def account(beginning: Account) -> Account:
    """The account with everything applied, and planned again before a test changes anything."""
    await beginning.apply()
    await beginning.plan()
    return beginning


@pytest_asyncio.fixture(scope="session")
async def plan(account: Account) -> dict[str, Any]:
    """A second plan, in which every value is known."""
    return await account.plan()


@pytest_asyncio.fixture(scope="session")
async def destroying(account: Account, plan: dict[str, Any]) -> AsyncIterator["asyncio.Task[str]"]:
    """Taking everything down again, while tests run that have what they need in the plan."""
    task = asyncio.create_task(account.destroy())
    yield task
    task.cancel()
    await asyncio.gather(task, return_exceptions=True)


@pytest_asyncio.fixture(scope="session")
async def destroyed(account: Account, destroying: "asyncio.Task[str]") -> Account:
    """The account with everything taken down again."""
    assert "Destroy complete!" in await destroying
    return account


@pytest.fixture(scope="session")
def sources() -> Path:
    return Path(__file__).parents[2] / "terraform"
