"""Signs memory calls as one person: assumes the memory role with their subject, and caches it."""

import threading
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

import boto3
from botocore.config import Config

from agent.memory.access.foreign_call_refusal import SubjectIsolation
from agent.memory.access.recent_recalls import RecentRecalls
from agent.memory.access.recent_writes import RecentWrites

RENEW_BEFORE = timedelta(minutes=5)
SESSION_SECONDS = 3600
"""A role that is assumed from a role's own session lasts at most an hour (STS, role chaining)."""
CACHED_SESSIONS = 256
RETRIES: Any = {"mode": "standard", "total_max_attempts": 3}
CONFIG = Config(connect_timeout=3, read_timeout=15, retries=RETRIES)


@dataclass(slots=True)
class SubjectSession:
    """One person's credentials and the clients that sign with them.

    It stands where the libraries take a boto3 session and makes each client once: building them
    is most of what it costs to prepare a turn.
    """

    subject: str
    region_name: str | None
    expires: datetime
    _aws: boto3.Session
    _keys: dict[str, str] = field(repr=False)
    recent_writes: RecentWrites = field(default_factory=RecentWrites, repr=False)
    recent_recalls: RecentRecalls = field(default_factory=RecentRecalls, repr=False)
    _clients: dict[str, Any] = field(default_factory=dict, repr=False)
    _lock: threading.Lock = field(default_factory=threading.Lock, repr=False)

    def client(self, service_name: Any, **_: Any) -> Any:
        """The person's client of a service, as ``boto3.Session.client`` would make it."""
        with self._lock:
            if service_name not in self._clients:
                made: Any = self._aws.client(  # type: ignore[call-overload]
                    service_name, region_name=self.region_name, config=CONFIG, **self._keys
                )
                SubjectIsolation(self.subject).watch(made)
                self.recent_writes.watch(made)
                self.recent_recalls.watch(made)
                self._clients[service_name] = made
            return self._clients[service_name]


class MemoryCredentials:
    """Assumes the memory role for one person at a time and keeps their credentials for a while."""

    def __init__(self, role_arn: str, aws: boto3.Session) -> None:
        self._role_arn = role_arn
        self._aws = aws
        self._sts = self._aws.client("sts", config=CONFIG)
        self._sessions: dict[str, SubjectSession] = {}
        self._lock = threading.Lock()

    def session(self, subject: str) -> SubjectSession:
        """The person's credentials; blocks while a role is assumed.

        :raises botocore.exceptions.ClientError: when the role can't be assumed.
        """
        with self._lock:
            session = self._sessions.pop(subject, None)
            if session is None or session.expires - RENEW_BEFORE < datetime.now(UTC):
                session = self._renewed(subject, session)
            self._sessions[subject] = session
            while len(self._sessions) > CACHED_SESSIONS:
                self._sessions.pop(next(iter(self._sessions)))
            return session

    def _renewed(self, subject: str, before: SubjectSession | None) -> SubjectSession:
        """New credentials, which know what was saved and recalled with the old ones."""
        renewed = self._assume(subject)
        if before is not None:
            renewed.recent_writes = before.recent_writes
            renewed.recent_recalls = before.recent_recalls
        return renewed

    def _assume(self, subject: str) -> SubjectSession:
        assumed = self._sts.assume_role(
            RoleArn=self._role_arn,
            RoleSessionName=f"sub-{subject}"[:64],
            DurationSeconds=SESSION_SECONDS,
            Tags=[{"Key": "sub", "Value": subject}],
        )["Credentials"]
        keys = {
            "aws_access_key_id": assumed["AccessKeyId"],
            "aws_secret_access_key": assumed["SecretAccessKey"],
            "aws_session_token": assumed["SessionToken"],
        }
        return SubjectSession(
            subject, self._aws.region_name, assumed["Expiration"], self._aws, keys
        )
