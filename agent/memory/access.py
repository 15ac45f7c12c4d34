"""Fences memory: each call is signed as one person, and names nobody else."""

import logging
import re
import threading
from contextvars import ContextVar
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

import boto3
from botocore.awsrequest import AWSResponse
from botocore.compat import HTTPHeaders
from botocore.config import Config

from agent.memory.pause import keep_out_of_extraction
from agent.memory.read_your_writes import Lately

logger = logging.getLogger(__name__)

SERVICE = "bedrock-agentcore"
RENEW_BEFORE = timedelta(minutes=5)
SESSION_SECONDS = 3600
"""A role that is assumed from a role's own session lasts at most an hour (STS, role chaining)."""
CACHED_PEOPLE = 256
CONFIG = Config(connect_timeout=3, read_timeout=15, retries={"max_attempts": 3})

BATCHES = frozenset(
    {"BatchCreateMemoryRecords", "BatchUpdateMemoryRecords", "BatchDeleteMemoryRecords"}
)
"""The agent writes no records, and deletes them one by one: these calls say nothing to check."""
BY_RECORD = frozenset({"GetMemoryRecord", "DeleteMemoryRecord"})
"""Their namespace is what AWS judges by; it is optional, and here it is not."""

FAULTS: ContextVar[list[str]] = ContextVar("memory_faults")
"""Operations that failed during this run; the libraries swallow some of these errors."""


class ForeignMemoryError(Exception):
    """A call named another person's memory: a bug of ours, stopped before it leaves."""


@dataclass(slots=True)
class Personal:
    """One person's credentials and the clients that sign with them.

    It stands where the libraries take a boto3 session and makes each client once: building them
    is most of what it costs to prepare a turn.
    """

    subject: str
    region_name: str | None
    expires: datetime
    _session: boto3.Session
    _keys: dict[str, str] = field(repr=False)
    lately: Lately = field(default_factory=Lately, repr=False)
    _clients: dict[str, Any] = field(default_factory=dict, repr=False)
    _lock: threading.Lock = field(default_factory=threading.Lock, repr=False)

    def client(self, service_name: Any, **_: Any) -> Any:
        """The person's client of a service, as ``boto3.Session.client`` would make it."""
        with self._lock:
            if service_name not in self._clients:
                made: Any = self._session.client(  # type: ignore[call-overload]
                    service_name, region_name=self.region_name, config=CONFIG, **self._keys
                )
                Fence(self.subject).around(made)
                self.lately.around(made)
                self._clients[service_name] = made
            return self._clients[service_name]


class MemoryAccess:
    """Assumes the memory role for one person at a time and keeps their credentials for a while."""

    def __init__(self, role_arn: str, session: boto3.Session) -> None:
        self._role_arn = role_arn
        self._session = session
        self._sts = self._session.client("sts", config=CONFIG)
        self._people: dict[str, Personal] = {}
        self._lock = threading.Lock()

    def of(self, subject: str) -> Personal:
        """The person's credentials; blocks while a role is assumed.

        :raises botocore.exceptions.ClientError: when the role can't be assumed.
        """
        with self._lock:
            known = self._people.pop(subject, None)
            if known is None or known.expires - RENEW_BEFORE < datetime.now(UTC):
                known = self._renewed(subject, known)
            self._people[subject] = known
            while len(self._people) > CACHED_PEOPLE:
                self._people.pop(next(iter(self._people)))
            return known

    def _renewed(self, subject: str, before: Personal | None) -> Personal:
        """New credentials; what was saved with the old ones is known to the new ones too."""
        renewed = self._assume(subject)
        if before is not None:
            renewed.lately = before.lately
        return renewed

    def _assume(self, subject: str) -> Personal:
        given = self._sts.assume_role(
            RoleArn=self._role_arn,
            RoleSessionName=f"sub-{subject}"[:64],
            DurationSeconds=SESSION_SECONDS,
            Tags=[{"Key": "sub", "Value": subject}],
        )["Credentials"]
        keys = {
            "aws_access_key_id": given["AccessKeyId"],
            "aws_secret_access_key": given["SecretAccessKey"],
            "aws_session_token": given["SessionToken"],
        }
        return Personal(
            subject, self._session.region_name, given["Expiration"], self._session, keys
        )


@dataclass(frozen=True, slots=True)
class Fence:
    """Lets a client call for one subject only, and notes each of its calls that fails."""

    subject: str

    def around(self, client: Any) -> None:
        """Put the fence up, by botocore's events."""
        events = client.meta.events
        events.register(f"before-parameter-build.{SERVICE}", self._only_own)
        events.register(f"before-parameter-build.{SERVICE}.CreateEvent", keep_out_of_extraction)
        events.register(f"before-call.{SERVICE}", _answer_empty)
        events.register(f"after-call.{SERVICE}", _note_refused)
        events.register(f"after-call-error.{SERVICE}", _note_unreachable)

    def _only_own(self, params: dict[str, Any], model: Any, context: Any, **_: Any) -> None:
        """Stop a call that names anybody else.

        The session manager also looks for events of ``session_*`` and ``agent_*`` actors, where an
        early version of it kept its state. We never had that version: the answer is empty.
        """
        if params.get("actorId", self.subject) != self.subject:
            if model.name != "ListEvents":
                raise ForeignMemoryError(model.name)
            context["nobody"] = True
        if model.name in BATCHES or (model.name in BY_RECORD and "namespace" not in params):
            raise ForeignMemoryError(model.name)
        named = (params[name] for name in ("namespace", "namespacePath") if name in params)
        if not all(is_own_namespace(namespace, self.subject) for namespace in named):
            raise ForeignMemoryError(model.name)


def _answer_empty(context: Any, **_: Any) -> tuple[AWSResponse, Any] | None:
    if not context.get("nobody"):
        return None
    return AWSResponse("", 200, HTTPHeaders(), None), {"events": []}


def _note_refused(http_response: Any, model: Any, parsed: Any, **_: Any) -> None:
    if http_response.status_code >= 400:  # noqa: PLR2004 - HTTP's line between good and bad
        _note(model.name, parsed.get("Error", {}).get("Code", str(http_response.status_code)))


def _note_unreachable(exception: Exception, event_name: str, **_: Any) -> None:
    _note(event_name.rsplit(".", 1)[1], type(exception).__name__)


def is_own_namespace(namespace: str, subject: str) -> bool:
    """Whether a namespace is ``/KIND/SUBJECT/`` or lies below it; the last ``/`` is not optional.

    The service once matched prefixes: without the slash ``alice`` would read ``alice2``.
    """
    own = rf"/[\w-]+/{re.escape(subject)}/([\w-]+/)*"
    return re.fullmatch(own, namespace, re.ASCII) is not None


def _note(operation: str, reason: str) -> None:
    logger.error("memory call %s failed: %s", operation, reason)
    FAULTS.get([]).append(f"{operation}: {reason}")
