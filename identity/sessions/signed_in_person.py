"""Who is signed in to this browser session."""

from dataclasses import dataclass
from time import time
from urllib.parse import quote, urlencode

from aiohttp import web
from aiohttp_session import get_session

from identity.errors import SignInRequired
from identity.oidc.token_verification import Account
from identity.sessions.browser_name import browser_name
from identity.sessions.session_limit import SessionLimit
from identity.sessions.session_store import rotate_session, store_session

RECENT = 15 * 60
"""Seconds after a person has shown who they are in which they need not do it again."""


@dataclass(frozen=True, slots=True)
class SignedIn:
    """The person of a signed-in browser session, as the id token told at sign-in.

    :param authenticated: when they showed the user pool who they are, in seconds since 1970.
    """

    subject: str
    username: str
    email: str
    groups: tuple[str, ...]
    authenticated: float = 0.0

    @property
    def label(self) -> str:
        """What they recognise their account by."""
        return self.email or self.username


async def signed_in(request: web.Request) -> SignedIn | None:
    """Who is signed in, if anybody."""
    person = (await get_session(request)).get("person")
    if person is None:
        return None
    return SignedIn(
        subject=person["subject"],
        username=person["username"],
        email=person["email"],
        groups=tuple(person["groups"]),
        authenticated=person.get("authenticated", 0.0),
    )


async def begin_session(request: web.Request, account: Account, limit: SessionLimit) -> None:
    """Begin a session of ``account`` with an id that nobody knew before."""
    session = await rotate_session(request)
    session["person"] = {
        "subject": account.subject,
        "username": account.username,
        "email": account.email,
        "groups": list(account.groups),
        "authenticated": time() - (account.age or 0),
    }
    session["browser"] = browser_name(request.headers.get("User-Agent", ""))
    try:
        await limit.admit(account.subject, await store_session(request))
    except BaseException:
        session.invalidate()  # one that isn't counted is none
        raise


def require_recent_sign_in(person: SignedIn, page: str) -> None:
    """Let a person through who has just signed in; anybody else does it again, back to ``page``.

    Whoever finds a browser open, or took its cookie, must not lock its person out elsewhere.
    """
    if time() - person.authenticated > RECENT:
        query = urlencode({"anew": "1", "next": page})
        raise web.HTTPSeeOther(f"/auth/login?{query}")


async def signed_in_or_redirect(request: web.Request) -> SignedIn:
    """Who is signed in; anybody else is sent to sign in and comes back to this page."""
    person = await signed_in(request)
    if person is None:
        raise web.HTTPFound(f"/auth/login?next={quote(request.path_qs)}")
    return person


async def signed_in_or_refuse(request: web.Request) -> SignedIn:
    """Who is signed in.

    :raises SignInRequired: when nobody is.
    """
    person = await signed_in(request)
    if person is None:
        raise SignInRequired("nobody is signed in")
    return person
