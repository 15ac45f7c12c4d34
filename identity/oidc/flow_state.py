"""What a browser session remembers between leaving for the user pool and confirming a link."""

import secrets
from base64 import b64decode, b64encode
from collections.abc import Mapping
from dataclasses import dataclass, field
from time import time
from typing import Any, Protocol, Self, TypeVar

from aiohttp_session import Session

from identity.errors import SignInFailed
from identity.oidc.authorization_code import FLOW_LIFETIME, Flow, same
from identity.oidc.provider import Account
from identity.people import ChatUser

KEPT = 4
"""Sign-ins that one browser may have under way, in as many tabs; the oldest is dropped."""


@dataclass(frozen=True, slots=True)
class Pending:
    """A verified sign-in that waits for its person to confirm the link.

    :param id: what the form of exactly this confirmation page carries.
    :param state: the state of the sign-in that it came from, so that a reload finds it again.
    :param sealed: the refresh token, encrypted for the chat user.
    """

    link_request: str
    chat_user: ChatUser
    account: Account
    sealed: bytes = field(repr=False)
    state: str
    begun: float
    id: str = field(default_factory=lambda: secrets.token_urlsafe(32))

    def to_session(self) -> dict[str, Any]:
        """What a session stores."""
        return {
            "id": self.id,
            "state": self.state,
            "begun": self.begun,
            "link_request": self.link_request,
            "chat_user": self.chat_user.key,
            "sealed": b64encode(self.sealed).decode(),
            "subject": self.account.subject,
            "username": self.account.username,
            "email": self.account.email,
        }

    @classmethod
    def from_session(cls, stored: Mapping[str, Any]) -> Self:
        """What :meth:`to_session` stored."""
        return cls(
            id=stored["id"],
            state=stored["state"],
            begun=stored["begun"],
            link_request=stored["link_request"],
            chat_user=ChatUser.from_key(stored["chat_user"]),
            sealed=b64decode(stored["sealed"]),
            account=Account(stored["subject"], stored["username"], stored["email"]),
        )


class _Kept(Protocol):
    """What can be kept in a session for a while."""

    @property
    def begun(self) -> float: ...

    def to_session(self) -> dict[str, Any]: ...


K = TypeVar("K", bound=_Kept)


def remember_flow(session: Session, flow: Flow) -> None:
    """Keep a sign-in until its callback."""
    _keep(session, "flows", [*_flows(session), flow])


def take_flow(session: Session, state: str) -> Flow | None:
    """The sign-in that ``state`` belongs to, once."""
    flows = _flows(session)
    found = next((flow for flow in flows if same(flow.state, state)), None)
    if found:
        _keep(session, "flows", [flow for flow in flows if flow is not found])
    return found


def remember_pending(session: Session, pending: Pending) -> None:
    """Keep a verified sign-in until it is confirmed."""
    _keep(session, "pending", [*_pending(session), pending])


def reloaded_pending(session: Session, state: str) -> Pending | None:
    """What waits for confirmation after the sign-in of ``state``: its page is shown again."""
    return next((one for one in _pending(session) if same(one.state, state)), None)


def take_pending(session: Session, page: str) -> Pending:
    """What the confirmation page ``page`` was about, once.

    :raises SignInFailed: when this session has no such page, or had it too long ago.
    """
    waiting = _pending(session)
    found = next((one for one in waiting if same(one.id, page)), None)
    if found is None:
        raise SignInFailed("no such confirmation in this session")
    _keep(session, "pending", [one for one in waiting if one is not found])
    return found


def _flows(session: Session) -> list[Flow]:
    return _young([Flow.from_session(stored) for stored in session.get("flows", [])])


def _pending(session: Session) -> list[Pending]:
    return _young([Pending.from_session(stored) for stored in session.get("pending", [])])


def _young(kept: list[K]) -> list[K]:
    return [one for one in kept if time() - one.begun <= FLOW_LIFETIME]


def _keep(session: Session, name: str, kept: list[K]) -> None:
    session[name] = [one.to_session() for one in kept[-KEPT:]]
