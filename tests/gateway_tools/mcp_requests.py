"""MCP as it is on the wire, and the machine's token for it."""

from typing import Any

import httpx

from tests.conftest import Stack

ACCEPT = {"Accept": "application/json, text/event-stream"}


async def rpc(url: str, method: str, token: str | None = None, **params: Any) -> httpx.Response:
    """One JSON-RPC request."""
    headers = {**ACCEPT, **({"Authorization": f"Bearer {token}"} if token else {})}
    request = {"jsonrpc": "2.0", "id": 1, "method": method, "params": params}
    async with httpx.AsyncClient(timeout=20) as http:
        return await http.post(url, json=request, headers=headers)


async def machine_token(stack: Stack) -> str:
    """An access token of the stack's machine client."""
    known = stack.parameters
    async with httpx.AsyncClient(timeout=20) as http:
        document = (await http.get(known["discovery_url"])).json()
        answer = await http.post(
            document["token_endpoint"],
            data={"grant_type": "client_credentials", "scope": known["m2m_scope"]},
            auth=(known["m2m_client_id"], known["m2m_client_secret"]),
        )
    return str(answer.json()["access_token"])
