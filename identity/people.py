"""The two people of a question: the chat user a platform names, the subject Cognito names."""

import hashlib
from dataclasses import dataclass
from typing import Literal, cast, get_args

PlatformName = Literal["slack", "teams", "web"]


@dataclass(frozen=True, slots=True)
class ChatUser:
    """Who the platform says is speaking.

    :param platform: which platform says so.
    :param tenant: Slack team or enterprise id, Microsoft Entra tenant id, or the user pool's id.
    :param user: the platform's own id of the person within the tenant.
    :raises ValueError: when a part is missing or carries the separator of :attr:`key`.
    """

    platform: PlatformName
    tenant: str
    user: str

    def __post_init__(self) -> None:
        for part in (self.tenant, self.user):
            if not part or "#" in part:
                raise ValueError("a chat user needs a tenant and a user id without '#'")

    @property
    def key(self) -> str:
        """One string a table can be keyed by: ``platform#tenant#user``."""
        return f"{self.platform}#{self.tenant}#{self.user}"

    @classmethod
    def from_key(cls, key: str) -> "ChatUser":
        """The chat user a :attr:`key` stands for.

        :raises ValueError: when the key was not made by :attr:`key`.
        """
        platform, tenant, user = key.split("#")
        if platform not in get_args(PlatformName):
            raise ValueError(f"unknown platform {platform!r}")
        return cls(cast("PlatformName", platform), tenant, user)


@dataclass(frozen=True, slots=True)
class Names:
    """What people call a chat user and their workspace; comes from outside, so escape it."""

    workspace: str = ""
    user: str = ""


def runtime_session(subject: str) -> str:
    """The runtime session of a subject, 64 characters of ``0-9a-f`` of the runtime's 33 to 256.

    One for all their conversations on all platforms: each session is a microVM, which starts cold
    and counts against the account's quota (InvokeAgentRuntime, AgentCore API reference).
    """
    return hashlib.sha256(f"runtime\n{subject}".encode()).hexdigest()


def session_id(subject: str, conversation: str) -> str:
    """The memory session of one conversation of one subject, 64 characters of ``0-9a-f``.

    Memory takes 1 to 100 of ``A-Z a-z 0-9 - _`` (CreateEvent, AgentCore API reference). Two
    subjects in one thread get two sessions.
    """
    return hashlib.sha256(f"{subject}\n{conversation}".encode()).hexdigest()
