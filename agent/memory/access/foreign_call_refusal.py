"""Keeps memory calls apart: a client calls for the person it signs for, and for nobody else."""

import logging
import re
from contextvars import ContextVar
from dataclasses import dataclass
from typing import Any

from agent.errors import ForeignMemoryError
from agent.memory.access.throttling import is_throttled
from agent.memory.pause import keep_out_of_extraction

logger = logging.getLogger(__name__)

SERVICE = "bedrock-agentcore"
BATCHES = frozenset(
    {"BatchCreateMemoryRecords", "BatchUpdateMemoryRecords", "BatchDeleteMemoryRecords"}
)
"""The agent writes no records, and deletes them one by one: these calls say nothing to check."""
BY_RECORD = frozenset({"GetMemoryRecord", "DeleteMemoryRecord"})
"""Their namespace is what AWS judges by; it is optional, and here it is not."""

RECALL = "RetrieveMemoryRecords"
FORGETTING = frozenset({"GetEvent", "DeleteEvent", *BY_RECORD})
NOT_FOUND = 404

FAILED_CALLS: ContextVar[list[str]] = ContextVar("failed_memory_calls")
"""Operations that failed during this run; the libraries swallow some of these errors."""


@dataclass(frozen=True, slots=True)
class SubjectIsolation:
    """Lets a client call for one subject only, and notes each of its calls that fails."""

    subject: str

    def watch(self, client: Any) -> None:
        """Check each call of a client before it leaves, by botocore's events."""
        events = client.meta.events
        events.register(f"before-parameter-build.{SERVICE}", self._refuse_foreign)
        events.register(f"before-parameter-build.{SERVICE}.CreateEvent", keep_out_of_extraction)
        events.register(f"after-call.{SERVICE}", _note_error_status)
        events.register(f"after-call-error.{SERVICE}", _note_unreachable)

    def _refuse_foreign(self, params: dict[str, Any], model: Any, **_: Any) -> None:
        """Stop a call that names anybody else."""
        if params.get("actorId", self.subject) != self.subject:
            raise ForeignMemoryError(detail=model.name)
        if model.name in BATCHES or (model.name in BY_RECORD and "namespace" not in params):
            raise ForeignMemoryError(detail=model.name)
        named = (params[name] for name in ("namespace", "namespacePath") if name in params)
        if not all(is_own_namespace(namespace, self.subject) for namespace in named):
            raise ForeignMemoryError(detail=model.name)


def _note_error_status(http_response: Any, model: Any, parsed: Any, **_: Any) -> None:
    if model.name in (RECALL, *FORGETTING) and is_throttled(parsed):
        return  # an answer without recall is whole, and what is forgotten is tried again
    if model.name in FORGETTING and http_response.status_code == NOT_FOUND:
        return  # which is what is wanted
    if http_response.status_code >= 400:  # noqa: PLR2004 - HTTP's line between good and bad
        _note(model.name, parsed.get("Error", {}).get("Code", str(http_response.status_code)))


def _note_unreachable(exception: Exception, event_name: str, **_: Any) -> None:
    _note(event_name.rsplit(".", 1)[1], type(exception).__name__)


def is_own_namespace(namespace: str, subject: str) -> bool:
    """Whether a namespace is ``/people/SUBJECT/`` or lies below it; its last ``/`` is needed.

    The service once matched prefixes: without the slash ``alice`` would read ``alice2``.
    """
    own = rf"/people/{re.escape(subject)}/([\w-]+/)*"
    return re.fullmatch(own, namespace, re.ASCII) is not None


def _note(operation: str, reason: str) -> None:
    logger.error("memory call %s failed: %s", operation, reason)
    FAILED_CALLS.get([]).append(f"{operation}: {reason}")
