"""A Gateway that refuses to list its tools is asked again when it is time, not by every run."""

from typing import Any, cast

import pytest
from mcp import MCPError
from mcp_types import INVALID_PARAMS

from agent.settings import Settings
from agent.tools.gateway import Gateway, GatewayConnection


async def test_a_refused_listing_is_tried_again_when_it_is_due(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    asked: list[None] = []

    def refusing(_: GatewayConnection) -> Any:
        asked.append(None)
        raise MCPError(code=INVALID_PARAMS, message="another page")

    monkeypatch.setattr("agent.tools.gateway._all_tools", refusing)
    connection: Any = object.__new__(GatewayConnection)
    connection.broken, connection.list_is_stale = False, True
    gateway = Gateway(cast("Settings", None))
    gateway._connection = connection
    for _ in range(3):
        await gateway.tools()

    assert len(asked) == 1
