"""What the tests of the chat service share."""

from collections.abc import Iterator

import pytest

from bots.queue import consumer


@pytest.fixture(scope="session", autouse=True)
def short_poll() -> Iterator[None]:
    """A service that stops waits for its last call to the queue: here for one second, not two."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(consumer, "LONG_POLL", 1)
        yield
