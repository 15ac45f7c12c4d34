"""Runs MiniStack with the one behaviour mended in which its AgentCore Memory differs from AWS.

AWS answers ``ListEvents`` newest first (AgentCore data plane API reference); MiniStack answers
oldest first, and a session manager that trusts AWS's order would restore each history backwards.
"""

from collections.abc import Callable
from typing import Any

from ministack.app import main
from ministack.services import bedrock_agentcore

Page = Callable[[list[dict[str, Any]], dict[str, Any]], Any]


def newest_events_first(page: Page) -> Page:
    """Order a listing of events before it is cut into pages; leave every other listing alone."""

    def ordered(items: list[dict[str, Any]], request: dict[str, Any]) -> Any:
        if items and "eventTimestamp" in items[0]:
            latest = reversed(items)
            items = sorted(latest, key=lambda event: float(event["eventTimestamp"]), reverse=True)
        return page(items, request)

    return ordered


if __name__ == "__main__":
    bedrock_agentcore._memory_page = newest_events_first(bedrock_agentcore._memory_page)  # noqa: SLF001
    main()
