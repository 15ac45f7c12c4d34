"""Signs calls of memory as one person: the memory role, assumed, so that AWS refuses the rest."""

import threading
from collections import OrderedDict
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

from identity.aws import BOUNDED

if TYPE_CHECKING:
    import boto3
    from mypy_boto3_bedrock_agentcore import BedrockAgentCoreClient
    from mypy_boto3_sts import STSClient

SESSION_SECONDS = 900
"""The shortest that STS gives; a look at one's memories is short."""

RENEW_BEFORE = timedelta(minutes=2)

MAX_CLIENTS = 64
"""People whose client is kept; beyond it the one longest unused is forgotten."""


@dataclass(frozen=True, slots=True)
class _SubjectClient:
    client: "BedrockAgentCoreClient" = field(repr=False)
    expires: datetime


class MemoryRole:
    """Makes a client for one person at a time.

    The role's policy compares each call with the session tag ``sub``, so a client signs for its
    subject and nobody else, whatever we might ask it by mistake.

    :param sts: assumes the role; nothing else here has any right to memory.
    """

    def __init__(self, role_arn: str, session: "boto3.Session", sts: "STSClient") -> None:
        self._role_arn = role_arn
        self._session = session
        self._sts = sts
        self._clients: OrderedDict[str, _SubjectClient] = OrderedDict()
        self._lock = threading.Lock()

    def client(self, subject: str) -> "BedrockAgentCoreClient":
        """The client that signs as ``subject``; blocks while the role is assumed.

        :param subject: of a verified token, and from nowhere else.
        :raises botocore.exceptions.ClientError: when the role can't be assumed.
        """
        with self._lock:
            cached = self._clients.pop(subject, None)
        if cached is None or cached.expires - RENEW_BEFORE < datetime.now(UTC):
            cached = self._assume(subject)
        with self._lock:
            self._clients[subject] = cached
            while len(self._clients) > MAX_CLIENTS:
                self._clients.popitem(last=False)
        return cached.client

    def _assume(self, subject: str) -> _SubjectClient:
        credentials = self._sts.assume_role(
            RoleArn=self._role_arn,
            RoleSessionName=f"sub-{subject}"[:64],
            DurationSeconds=SESSION_SECONDS,
            Tags=[{"Key": "sub", "Value": subject}],
        )["Credentials"]
        client = self._session.client(
            "bedrock-agentcore",
            config=BOUNDED,
            aws_access_key_id=credentials["AccessKeyId"],
            aws_secret_access_key=credentials["SecretAccessKey"],
            aws_session_token=credentials["SessionToken"],
        )
        return _SubjectClient(client, credentials["Expiration"])
