"""A conversation whose newest events are states is read further back."""

from typing import Any

import pytest

from agent.memory.newest_events import MOST_PAGES, NEWEST, WINDOW, NewestEvents
from tests.agent.memory_contents import event


class Listing:
    """ListEvents over these events, the newest first.

    :ivar pages: how many were asked for.
    """

    def __init__(self, events: list[Any]) -> None:
        self._events, self.pages = events, 0

    def list_events(self, *, maxResults: int, nextToken: str = "0", **_: Any) -> Any:  # noqa: N803 - the service's own names
        self.pages += 1
        start, end = int(nextToken), int(nextToken) + maxResults
        more = {"nextToken": str(end)} if end < len(self._events) else {}
        return {"events": self._events[start:end], **more}


def said(count: int) -> list[Any]:
    """So many runs, each a question and its answer."""
    messages = [event("user", {"text": "Hello"}), event("assistant", {"text": "Hi"})]
    return [{"payload": messages} for _ in range(count)]


def states(count: int) -> list[Any]:
    return [{"metadata": {"stateType": {"stringValue": "AGENT"}}, "payload": []}] * count


@pytest.mark.parametrize(
    ("events", "pages", "messages"),
    [
        (said(200), 1, WINDOW),
        (said(3), 1, 6),
        (states(NEWEST) + said(20), 2, WINDOW),
        (states(NEWEST) + said(200), 2, WINDOW),
        (states(500) + said(20), MOST_PAGES, 0),
    ],
)
def test_states_do_not_crowd_messages_out(events: list[Any], pages: int, messages: int) -> None:
    listing = Listing(events)
    newest = NewestEvents.read(listing, "memory", "ann", "session")

    assert len(newest.messages()) == messages
    assert listing.pages == pages
