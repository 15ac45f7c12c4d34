"""An issuer whose keys and documents a test changes."""

from collections.abc import AsyncIterator

import pytest_asyncio

from tests.identity.issuer import Issuer, running_issuer


@pytest_asyncio.fixture
async def issuer() -> AsyncIterator[Issuer]:
    async with running_issuer() as running:
        yield running
