"""Who is signed in to this browser session."""

from dataclasses import dataclass

from aiohttp import web
from aiohttp_session import get_session

from identity.oidc import Account
from identity.sessions import rotate
from identity.user_agents import described


@dataclass(frozen=True, slots=True)
class SignedIn:
    """The person of a signed-in browser session, as the id token told at sign-in."""

    subject: str
    username: str
    email: str
    groups: tuple[str, ...]

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
    )


async def sign_in(request: web.Request, account: Account) -> None:
    """Begin a session of ``account`` with an id that nobody knew before."""
    session = await rotate(request)
    session["person"] = {
        "subject": account.subject,
        "username": account.username,
        "email": account.email,
        "groups": list(account.groups),
    }
    session["browser"] = described(request.headers.get("User-Agent", ""))
