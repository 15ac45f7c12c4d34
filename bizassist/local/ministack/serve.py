"""Runs MiniStack for this machine alone, with the behaviours of its AgentCore mended.

AWS answers ``ListEvents`` newest first; MiniStack answers oldest first, and a session manager that
trusts AWS's order would restore each history backwards. AWS takes ``namespacePath`` as the root of
a hierarchy; MiniStack compares it whole, and summaries of earlier sessions would never be found
(both: AgentCore data plane API reference). A runtime has a ``platformVersion``, which stays at an
update that names none; MiniStack knows nothing of it (AgentCore control plane API reference).
"""

import json
from collections.abc import Awaitable, Callable
from typing import Any
from urllib.parse import urlsplit

from ministack import app as server
from ministack.services import bedrock_agentcore

Page = Callable[[list[dict[str, Any]], dict[str, Any]], Any]
Call = Callable[..., Any]
Asgi = Callable[[Any, Any, Any], Awaitable[None]]
OURS = frozenset({"127.0.0.1", "localhost", "::1"})


def newest_events_first(page: Page) -> Page:
    """Order a listing of events before it is cut into pages; leave every other listing alone."""

    def ordered(items: list[dict[str, Any]], request: dict[str, Any]) -> Any:
        if items and "eventTimestamp" in items[0]:
            latest = reversed(items)
            items = sorted(latest, key=lambda event: float(event["eventTimestamp"]), reverse=True)
        return page(items, request)

    return ordered


def paths_are_hierarchies(call: Call) -> Call:
    """Let a ``namespacePath`` find every namespace below it."""

    def mended(memory_id: str, body: bytes) -> Any:
        request = json.loads(body or b"{}")
        if path := request.pop("namespacePath", None):
            request["namespace"] = f"{path.rstrip('/')}/*"
        return call(memory_id, json.dumps(request).encode())

    return mended


def platform_is_kept(call: Call) -> Call:
    """Let a runtime that is made or updated have the platform version that it was told."""

    def mended(*given: Any) -> Any:
        answered = call(*given)
        runtimes = vars(bedrock_agentcore)["_runtimes"]
        runtime = runtimes.get(json.loads(answered[2]).get("agentRuntimeId"))
        if runtime:
            told = json.loads(given[-1] or b"{}").get("platformVersion")
            runtime["platformVersion"] = told or runtime.get("platformVersion", "V1")
            newest = runtime["_versions"][runtime["agentRuntimeVersion"]]
            newest["platformVersion"] = runtime["platformVersion"]
        return answered

    return mended


def kept_from_pages(app: Asgi) -> Asgi:
    """Answer programs on this machine and pages of its own, and no page of another site.

    The same check as in ``bizassist.local.own_machine``, which can't be imported in this
    environment; a bucket may stand before the name (``bucket.localhost``).
    """

    async def checked(scope: Any, receive: Any, send: Any) -> None:
        if scope["type"] == "http" and not _is_ours(dict(scope["headers"])):
            await send({"type": "http.response.start", "status": 403, "headers": []})
            await send({"type": "http.response.body", "body": b"For this machine alone."})
            return
        await app(scope, receive, send)

    return checked


def _is_ours(headers: dict[bytes, bytes]) -> bool:
    host, origin = headers.get(b"host", b"").decode("latin-1"), headers.get(b"origin")
    try:
        name = urlsplit(f"//{host}").hostname or ""
        known = name in OURS or name.endswith(".localhost")
        return known and (origin is None or urlsplit(origin.decode("latin-1")).netloc == host)
    except ValueError:
        return False


def mend() -> None:
    """Replace MiniStack's functions by the mended ones."""
    vars(server)["app"] = kept_from_pages(server.app)
    service = vars(bedrock_agentcore)
    service["_memory_page"] = newest_events_first(service["_memory_page"])
    for name in ("_list_memory_records", "_retrieve_memory_records"):
        service[name] = paths_are_hierarchies(service[name])
    for name in ("_create_agent_runtime", "_update_agent_runtime"):
        service[name] = platform_is_kept(service[name])


if __name__ == "__main__":
    mend()
    server.main()
