"""Runs MiniStack for this machine alone, with the behaviours of its AgentCore mended.

AWS answers ``ListEvents`` newest first; MiniStack answers oldest first, and a session manager that
trusts AWS's order would restore each history backwards. AWS takes ``namespacePath`` as the root of
a hierarchy; MiniStack compares it whole, and summaries of earlier sessions would never be found
(both: AgentCore data plane API reference). AWS searches records by their meaning and has a nearest
to anything; MiniStack finds none that shares no word. A runtime has a ``platformVersion``, which
stays at an update that names none; MiniStack knows nothing of it (AgentCore control plane API
reference). AWS throttles AgentCore Memory, and its listings lag (``memory_limits.py``); a test sets
how far they lag, and moves the clock of both, by ``POST /_memory`` with ``lag_seconds`` and
``forward``.
"""

import json
import sys
import time
from collections.abc import Awaitable, Callable
from functools import partial
from http import HTTPStatus
from pathlib import Path
from typing import Any
from urllib.parse import unquote, urlsplit

from ministack import app as server
from ministack.core.responses import error_response_json
from ministack.services import bedrock_agentcore

sys.path.append(str(Path(__file__).parent))  # whoever runs this file doesn't always put it there
from memory_limits import ListingLag, Quotas

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


def the_nearest_are_found(retrieve: Call, listing: Call) -> Call:
    """Let a search go on, behind what has its words, with records that have none of them."""

    def mended(memory_id: str, body: bytes) -> Any:
        status, headers, content = retrieve(memory_id, body)
        request = json.loads(body)
        criteria = request.get("searchCriteria") or {}
        if status != HTTPStatus.OK or set(criteria) - {"searchQuery", "topK"}:
            return status, headers, content
        found = json.loads(content)
        there = {"namespace": request.get("namespace"), "maxResults": 100}
        _, _, listed = listing(memory_id, json.dumps(there).encode())
        records = found["memoryRecordSummaries"]
        known = {record["memoryRecordId"] for record in records}
        for record in json.loads(listed)["memoryRecordSummaries"]:
            if record["memoryRecordId"] not in known and len(records) < criteria.get("topK", 10):
                records.append({**record, "score": 0.0})
        return status, headers, json.dumps(found).encode()

    return mended


class MemoryLimits:
    """AgentCore Memory with quotas and lag before MiniStack's own."""

    def __init__(self) -> None:
        self._forward = 0.0
        self.quotas = Quotas(self._now)
        self.lag = ListingLag(self._now)

    def _now(self) -> float:
        return time.time() + self._forward

    def set(self, told: dict[str, float]) -> None:
        """Let listings lag so many seconds, and the clock go forward."""
        self.lag.seconds = told.get("lag_seconds", self.lag.seconds)
        self._forward += told.get("forward", 0.0)

    def throttled(self, call: Call) -> Call:
        """Answer a call of the data plane only within its quotas."""

        def admitted(method: str, rest: str, body: bytes) -> Any:
            operation, session = memory_operation(method, rest)
            if operation == "CreateEvent":
                told = json.loads(body or b"{}")
                session = f"{told.get('actorId')}/{told.get('sessionId')}"
            spoken = operation == "CreateEvent" and b'"conversational"' in body
            if operation and not self.quotas.admits(operation, session, conversational=spoken):
                return error_response_json("ThrottledException", "Rate exceeded", 429)
            self.lag.settle()
            return call(method, rest, body)

        return admitted

    def noting_new(self, call: Call) -> Call:
        """Note what a call has made, so that no listing knows it at once."""

        def noted(*given: Any) -> Any:
            answered = call(*given)
            made = json.loads(answered[2])
            for one in [made.get("event", {}), *made.get("successfulRecords", [])]:
                self.lag.make(one.get("eventId") or one.get("memoryRecordId") or "")
            return answered

        return noted

    def listing(self, page: Page) -> Page:
        """Leave out of a listing what it can't know yet."""

        def known(items: list[dict[str, Any]], request: dict[str, Any]) -> Any:
            ids = ((one, one.get("eventId") or one.get("memoryRecordId")) for one in items)
            return page([one for one, id_ in ids if not id_ or self.lag.is_listed(id_)], request)

        return known

    def getting(self, get: Call) -> Call:
        """Don't find by its id what was deleted."""

        def found(*given: str) -> Any:
            id_ = unquote(given[-1])
            if self.lag.is_deleted(id_):
                return error_response_json("ResourceNotFoundException", f"{id_} not found", 404)
            return get(*given)

        return found

    def deleting(self, delete: Call, get: Call) -> Call:
        """Delete at once for whoever asks by the id, and later for listings."""

        def deleted(*given: str) -> Any:
            id_ = unquote(given[-1])
            answered = self.getting(get)(*given)
            if answered[0] >= 400:  # noqa: PLR2004 - HTTP's line between good and bad
                return answered
            if not self.lag.seconds:
                return delete(*given)
            self.lag.delete(id_, partial(delete, *given))
            name = "eventId" if "#" in id_ else "memoryRecordId"
            return 200, answered[1], json.dumps({name: id_}).encode()

        return deleted

    def told_by_tests(self, app: Asgi) -> Asgi:
        """Hear at ``/_memory`` how far listings lag and how far the clock goes forward."""

        async def answered(scope: Any, receive: Any, send: Any) -> None:
            if scope["type"] != "http" or scope["path"] != "/_memory":
                await app(scope, receive, send)
                return
            body, more = b"", True
            while more:
                part = await receive()
                body, more = body + part.get("body", b""), part.get("more_body", False)
            self.set(json.loads(body))
            await send({"type": "http.response.start", "status": 204, "headers": []})
            await send({"type": "http.response.body", "body": b""})

        return answered


def memory_operation(method: str, rest: str) -> tuple[str, str]:
    """Which operation of the data plane a path below ``/memories/`` is, and of which session."""
    _, of_actor, rest_of_actor = rest.partition("/actor/")
    if of_actor:
        session, of_event, _ = rest_of_actor.partition("/events/")
        if of_event:
            return ("DeleteEvent" if method == "DELETE" else "GetEvent"), session
        if rest_of_actor.endswith("/sessions"):
            return "ListSessions", ""
        return "ListEvents", session
    endings = {
        "/events": "CreateEvent",
        "/retrieve": "RetrieveMemoryRecords",
        "/memoryRecords": "ListMemoryRecords",
        "/memoryRecords/batchCreate": "BatchCreateMemoryRecords",
        "/memoryRecords/batchUpdate": "BatchUpdateMemoryRecords",
        "/memoryRecords/batchDelete": "BatchDeleteMemoryRecords",
        "/actors": "ListActors",
    }
    for ending, operation in endings.items():
        if rest.endswith(ending):
            return operation, ""
    single = "/memoryRecord/" in rest or "/memoryRecords/" in rest
    return (
        ("DeleteMemoryRecord" if method == "DELETE" else "GetMemoryRecord") if single else ""
    ), ""


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
    limits = MemoryLimits()
    vars(server)["app"] = kept_from_pages(limits.told_by_tests(server.app))
    service = vars(bedrock_agentcore)
    service["_memory_page"] = limits.listing(newest_events_first(service["_memory_page"]))
    service["_memory_data_plane"] = limits.throttled(service["_memory_data_plane"])
    for name in ("_create_event", "_batch_create_memory_records"):
        service[name] = limits.noting_new(service[name])
    for kind in ("event", "memory_record"):
        get, delete = service[f"_get_{kind}"], service[f"_delete_{kind}"]
        service[f"_delete_{kind}"] = limits.deleting(delete, get)
        service[f"_get_{kind}"] = limits.getting(get)
    service["_retrieve_memory_records"] = the_nearest_are_found(
        service["_retrieve_memory_records"], service["_list_memory_records"]
    )
    for name in ("_list_memory_records", "_retrieve_memory_records"):
        service[name] = paths_are_hierarchies(service[name])
    for name in ("_create_agent_runtime", "_update_agent_runtime"):
        service[name] = platform_is_kept(service[name])


if __name__ == "__main__":
    mend()
    server.main()
