"""AgentCore Memory of one person behind a real botocore client, with AWS's quotas and lag.

Requests are checked and errors raised by botocore, by the service's own model; nothing is sent.
"""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from typing import TYPE_CHECKING, Any, cast

import boto3
from botocore import xform_name
from botocore.awsrequest import AWSResponse
from botocore.compat import HTTPHeaders

from bizassist.local.ministack.memory_limits import MOST_SECONDS, Quotas

if TYPE_CHECKING:
    from mypy_boto3_bedrock_agentcore import BedrockAgentCoreClient

    from identity.memory.person_credentials import MemoryRole

SERVICE = "bedrock-agentcore"
ASKED = "asked"

Answer = tuple[int, dict[str, Any]]


@dataclass
class MemoryService:
    """What is kept of ``subject``; the newest events come first.

    :param events: those of each session, by id, with the moment at which they happened.
    :param records: by id, with the moment at which they were made.
    :ivar gone: what was deleted, and when: it stays listed for a while.
    :ivar throttled: how many calls of each operation were.
    """

    subject: str
    now: Callable[[], float]
    events: dict[str, dict[str, datetime]]
    records: dict[str, datetime]
    gone: dict[str, float] = field(default_factory=dict)
    throttled: dict[str, int] = field(default_factory=dict)
    busy: Callable[[], bool] = lambda: False
    """Whether others use up the quotas of the account."""

    def __post_init__(self) -> None:
        self._quotas = Quotas(self.now)

    def role(self) -> "MemoryRole":
        """The memory role, which has no one but the person to act for."""
        client = self.client()

        class Role:
            def client(self, _: str) -> "BedrockAgentCoreClient":
                return client

        return cast("MemoryRole", Role())

    def client(self) -> "BedrockAgentCoreClient":
        session = boto3.Session("local", "local", region_name="us-east-1")
        made = session.client("bedrock-agentcore")
        made.meta.events.register(f"before-parameter-build.{SERVICE}", self._ask)
        made.meta.events.register(f"before-call.{SERVICE}", self._answer)
        return made

    @property
    def left(self) -> list[str]:
        """What is there for whoever asks for it by its id."""
        kept = [id_ for session in self.events.values() for id_ in session]
        return [id_ for id_ in [*kept, *self.records] if id_ not in self.gone]

    def _ask(self, params: dict[str, Any], context: dict[str, Any], **_: Any) -> None:
        context[ASKED] = dict(params)

    def _answer(self, model: Any, context: dict[str, Any], **_: Any) -> Any:
        asked, operation = context[ASKED], str(model.name)
        assert asked.get("actorId", self.subject) == self.subject
        session = f"{self.subject}/{asked['sessionId']}" if "sessionId" in asked else ""
        if self.busy() or not self._quotas.admits(operation, session):
            self.throttled[operation] = self.throttled.get(operation, 0) + 1
            status, answer = 429, _error("ThrottledException")
        else:
            status, answer = getattr(self, f"_{xform_name(operation)}")(asked)
        answer["ResponseMetadata"] = {"HTTPStatusCode": status}
        return AWSResponse("", status, HTTPHeaders(), None), answer

    def _list_sessions(self, asked: dict[str, Any]) -> Answer:
        assert asked["filter"] == {"eventFilter": "HAS_EVENTS"}
        listed = [name for name, events in self.events.items() if any(map(self._is_listed, events))]
        made = {"actorId": self.subject, "createdAt": datetime.fromtimestamp(0)}  # noqa: DTZ006
        return 200, {"sessionSummaries": [{"sessionId": name, **made} for name in listed]}

    def _list_events(self, asked: dict[str, Any]) -> Answer:
        events = list(self.events[asked["sessionId"]].items())
        rows, more = self._page(events, asked)
        found = [{"eventId": id_, "eventTimestamp": at} for id_, at in rows]
        return 200, {"events": found, **more}

    def _get_event(self, asked: dict[str, Any]) -> Answer:
        id_, known = asked["eventId"], self.events[asked["sessionId"]]
        if id_ in self.gone or id_ not in known:
            return 404, _error("ResourceNotFoundException")
        return 200, {"event": {"eventId": id_, "eventTimestamp": known[id_]}}

    def _delete_event(self, asked: dict[str, Any]) -> Answer:
        known = self.events[asked["sessionId"]]
        return self._delete(asked["eventId"], known, "eventId")

    def _list_memory_records(self, asked: dict[str, Any]) -> Answer:
        assert asked["namespacePath"] == f"/people/{self.subject}/"
        rows, more = self._page(list(self.records.items()), asked)
        return 200, {"memoryRecordSummaries": [self._record(*row) for row in rows], **more}

    def _get_memory_record(self, asked: dict[str, Any]) -> Answer:
        id_ = asked["memoryRecordId"]
        if id_ in self.gone or id_ not in self.records:
            return 404, _error("ResourceNotFoundException")
        return 200, {"memoryRecord": self._record(id_, self.records[id_])}

    def _delete_memory_record(self, asked: dict[str, Any]) -> Answer:
        return self._delete(asked["memoryRecordId"], self.records, "memoryRecordId")

    def _delete(self, id_: str, known: dict[str, datetime], name: str) -> Answer:
        if id_ in self.gone or id_ not in known:
            return 404, _error("ResourceNotFoundException")
        self.gone[id_] = self.now()
        return 200, {name: id_}

    def _record(self, id_: str, made: datetime) -> dict[str, Any]:
        return {
            "memoryRecordId": id_,
            "namespaces": [f"/people/{self.subject}/facts/"],
            "content": {"text": "likes tea"},
            "createdAt": made,
        }

    def _page(self, rows: list[Any], asked: dict[str, Any]) -> tuple[list[Any], dict[str, str]]:
        """A page, and the token of the next one: a place in all that there ever was."""
        found: list[Any] = []
        place = int(asked.get("nextToken", "0"))
        while place < len(rows) and len(found) < asked["maxResults"]:
            if self._is_listed(rows[place][0]):
                found.append(rows[place])
            place += 1
        return found, {"nextToken": str(place)} if place < len(rows) else {}

    def _is_listed(self, id_: str) -> bool:
        return id_ not in self.gone or self.now() - self.gone[id_] < MOST_SECONDS


def _error(code: str) -> dict[str, Any]:
    return {"Error": {"Code": code, "Message": "as AWS says it"}}
