"""What a browser session remembers between leaving for the user pool and confirming a link."""

import secrets
from base64 import b64decode, b64encode
from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass, field, replace
from hmac import compare_digest
from time import time
from typing import Any, Protocol, Self, TypeVar

from aiohttp_session import Session

from identity.errors import SignInFailed
from identity.oidc.token_verification import Account
from identity.people import ChatUser

FLOW_LIFETIME = 600
"""Seconds between leaving for the pool's page and coming back."""

LONGEST_AUTHENTICATION_AGE = 3_600
"""Seconds; whom the pool remembers from longer ago has to show who they are again."""

FLOWS, CONFIRMATIONS = "sign_ins", "confirmations"
"""Where a session keeps both, by state and by page."""

MAX_IN_PROGRESS = 4
"""Sign-ins that one browser may have under way, in as many tabs; the oldest is dropped."""


@dataclass(frozen=True, slots=True)
class FlowState:
    """One sign-in under way; lives in the session of the browser that began it.

    :param link_request: the id of the link request that it serves; empty for a web sign-in.
    :param next_page: the local path to go to afterwards.
    :param anew: the person has to authenticate even where the pool remembers them.
    """

    state: str
    nonce: str = field(repr=False)
    code_verifier: str = field(repr=False)
    begun: float
    link_request: str = ""
    next_page: str = ""
    anew: bool = False

    def accepts(self, account: Account) -> bool:
        """Whether the person's authentication at the pool is recent enough for this sign-in."""
        return account.age is not None and account.age <= (
            FLOW_LIFETIME if self.anew else LONGEST_AUTHENTICATION_AGE
        )

    def to_session(self) -> dict[str, Any]:
        """What a session stores."""
        return asdict(self)

    @classmethod
    def from_session(cls, stored: Mapping[str, Any]) -> Self:
        """The flow that :meth:`to_session` stored."""
        return cls(**stored)


@dataclass(frozen=True, slots=True)
class PendingLink:
    """A verified sign-in that waits for its person to confirm the link.

    :param id: what the form of exactly this confirmation page carries.
    :param state: the state of the sign-in that it came from, so that a reload finds it again.
    :param encrypted_token: the refresh token, encrypted for the chat user.
    """

    link_request: str
    chat_user: ChatUser
    account: Account
    encrypted_token: bytes = field(repr=False)
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
            "sealed": b64encode(self.encrypted_token).decode(),
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
            encrypted_token=b64decode(stored["sealed"]),
            account=Account(stored["subject"], stored["username"], stored["email"]),
        )


class _InProgress(Protocol):
    """What a session keeps for as long as a sign-in takes."""

    @property
    def begun(self) -> float: ...

    def to_session(self) -> dict[str, Any]: ...


K = TypeVar("K", bound=_InProgress)


def remember_flow(session: Session, flow: FlowState) -> None:
    """Keep a sign-in until its callback."""
    _store(session, FLOWS, {**_flows(session), flow.state: flow})


def take_flow(session: Session, state: str) -> FlowState | None:
    """The sign-in that ``state`` belongs to, once."""
    flows = _flows(session)
    found = next((flow for flow in flows.values() if _equal(flow.state, state)), None)
    if found:
        _store(session, FLOWS, {one: flow for one, flow in flows.items() if flow is not found})
    return found


def remember_pending(session: Session, pending: PendingLink) -> None:
    """Keep a verified sign-in until it is confirmed, and its answer for a while after that."""
    _store(session, CONFIRMATIONS, {**_pending(session), pending.id: pending})


def reloaded_pending(session: Session, state: str) -> PendingLink | None:
    """What the sign-in of ``state`` led to: its page is shown again, also by going back to it.

    Where it was answered meanwhile, its refresh token is gone.
    """
    return next((one for one in _pending(session).values() if _equal(one.state, state)), None)


def find_pending(session: Session, page: str) -> PendingLink:
    """What the confirmation page ``page`` is about, also when it was answered a moment ago.

    :raises SignInFailed: when this session has no such page, or had it too long ago.
    """
    found = next((one for one in _pending(session).values() if _equal(one.id, page)), None)
    if found is None:
        raise SignInFailed("no such confirmation in this session")
    return found


def note_answer(session: Session, pending: PendingLink) -> None:
    """A confirmation was answered: what the session kept of its refresh token goes."""
    remember_pending(session, replace(pending, encrypted_token=b""))


def _flows(session: Session) -> dict[str, FlowState]:
    return _unexpired(FlowState.from_session, session.get(FLOWS, {}))


def _pending(session: Session) -> dict[str, PendingLink]:
    return _unexpired(PendingLink.from_session, session.get(CONFIRMATIONS, {}))


def _unexpired(
    read: Callable[[Mapping[str, Any]], K], stored: Mapping[str, Mapping[str, Any]]
) -> dict[str, K]:
    kept = {key: read(one) for key, one in stored.items()}
    return {key: one for key, one in kept.items() if time() - one.begun <= FLOW_LIFETIME}


def _store(session: Session, name: str, kept: Mapping[str, K]) -> None:
    latest = list(kept.items())[-MAX_IN_PROGRESS:]
    session[name] = {key: one.to_session() for key, one in latest}


def _equal(one: str, other: str) -> bool:
    """Compare two secrets in a time that doesn't tell where they differ."""
    # A form may hold what is no text.
    return compare_digest(*(value.encode(errors="surrogatepass") for value in (one, other)))
