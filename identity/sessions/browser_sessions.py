"""Browser sessions: a random cookie outside, everything else in DynamoDB."""

import hashlib
import json
import re
import secrets
from collections.abc import Awaitable, Callable, Mapping
from time import time
from typing import TYPE_CHECKING, Any, cast

from aiohttp import web
from aiohttp_session import (
    STORAGE_KEY,
    AbstractStorage,
    Session,
    SessionData,
    get_session,
    new_session,
)
from botocore.exceptions import ClientError

from identity.errors import FormRejected
from identity.executor import Executor
from identity.oidc.authorization_code import same

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient

COOKIE = "__Host-bizassist"
"""The prefix makes the browser insist on Secure, on path ``/`` and on this host (RFC 6265bis)."""

INACTIVE = 60 * 60
"""Seconds without a request after which a session ends."""

ABSOLUTE = 12 * 60 * 60
"""Seconds after which a session ends in any case: a working day."""

TOUCH = 60
"""Seconds between two notes of activity; a write for each request would be waste."""

SHAPE = re.compile(r"[A-Za-z0-9_-]{43}")

CSRF = "csrf"

StillHere = Callable[[str], Awaitable[bool]]
"""Whether a subject may go on using what they have; ends everything of theirs if not."""


class Stored(Session):
    """A session that knows when it began; aiohttp-session's own clock restarts at each change.

    :param began: seconds since 1970.
    """

    def __init__(self, identity: str | None, values: Mapping[str, Any], began: int) -> None:
        super().__init__(
            identity,
            data=SessionData(created=began, session=dict(values)),
            new=identity is None,
        )
        self.began = began
        self.cookie = identity or secrets.token_urlsafe(32)


class Sessions(AbstractStorage):
    """The table of sessions; a row's key is the hash of its cookie, so the table opens nothing.

    :param still_here: asked about the person of each signed-in session that is loaded.
    """

    def __init__(
        self,
        dynamodb: "DynamoDBClient",
        table: str,
        execute: Executor,
        still_here: StillHere,
    ) -> None:
        super().__init__(cookie_name=COOKIE, secure=True, httponly=True, samesite="Lax")
        self._dynamodb = dynamodb
        self._table = table
        self._execute = execute
        self._still_here = still_here

    async def new_session(self) -> Session:
        """An empty session; nothing is stored until something is put into it."""
        return Stored(None, {}, int(time()))

    async def load_session(self, request: web.Request) -> Session:
        """The session of the request's cookie, or a new one where there is none any more."""
        cookie = self.load_cookie(request)
        if not cookie or not SHAPE.fullmatch(cookie):
            return await self.new_session()
        answer = await self._execute(
            self._dynamodb.get_item,
            TableName=self._table,
            Key={"id": {"S": row_key(cookie)}},
            ConsistentRead=True,
        )
        item, now = answer.get("Item"), int(time())
        # DynamoDB deletes what has expired within days, not at once.
        if item is None or int(item["expires_at"]["N"]) <= now:
            return await self.new_session()
        session = Stored(cookie, json.loads(item["content"]["S"]), int(item["began"]["N"]))
        person = session.get("person")
        if person and not await self._still_here(person["subject"]):
            await self.forget(session)
            return await self.new_session()
        if now - int(item["last_seen"]["N"]) >= TOUCH and not await self._write(session):
            return await self.new_session()
        return session

    async def save_session(
        self, request: web.Request, response: web.StreamResponse, session: Session
    ) -> None:
        """Write a changed session; an emptied one is deleted with its cookie."""
        del request
        if session.empty:
            await self.forget(session)
            self.save_cookie(response, "")
            return
        stored = cast("Stored", session)
        if await self._write(stored) and session.new:
            self.save_cookie(response, stored.cookie)

    async def forget(self, session: Session) -> None:
        """Delete a session: its cookie opens nothing from now on."""
        if session.identity:
            await self._execute(
                self._dynamodb.delete_item,
                TableName=self._table,
                Key={"id": {"S": row_key(str(session.identity))}},
            )

    def save_cookie(
        self, response: web.StreamResponse, cookie_data: str, *, max_age: int | None = None
    ) -> None:
        """Set the cookie, or delete it; a browser deletes a ``__Host-`` cookie by a Secure one."""
        if cookie_data:
            super().save_cookie(response, cookie_data, max_age=max_age)
        else:
            response.del_cookie(COOKIE, path="/", secure=True, httponly=True, samesite="Lax")

    async def _write(self, session: "Stored") -> bool:
        """Store the session; False when it ended meanwhile, for nothing may bring it back."""
        now = int(time())
        person = session.get("person")
        try:
            await self._execute(
                self._dynamodb.put_item,
                TableName=self._table,
                Item={
                    "id": {"S": row_key(session.cookie)},
                    "content": {"S": json.dumps(dict(session))},
                    "began": {"N": str(session.began)},
                    "last_seen": {"N": str(now)},
                    "expires_at": {"N": str(min(session.began + ABSOLUTE, now + INACTIVE))},
                    **({"subject": {"S": person["subject"]}} if person else {}),
                },
                ConditionExpression=f"attribute_{'not_' if session.new else ''}exists(id)",
            )
        except ClientError as error:
            if error.response["Error"]["Code"] == "ConditionalCheckFailedException":
                return False
            raise
        return True


async def rotate(request: web.Request) -> Session:
    """Replace the request's session by an empty one with another id, as a sign-in must."""
    storage = cast("Sessions", request[STORAGE_KEY])
    await storage.forget(await get_session(request))
    return await new_session(request)


def csrf_token(session: Session) -> str:
    """The token that each form of this session carries in a field ``csrf_token``."""
    if CSRF not in session:
        session[CSRF] = secrets.token_urlsafe(32)
    return str(session[CSRF])


async def check_csrf(request: web.Request) -> None:
    """Let a POST through that was made by a page of this session.

    The token comes in the form's field ``csrf_token`` or in the header ``X-CSRF-Token``.

    :raises FormRejected: for any other.
    """
    given = request.headers.get("X-CSRF-Token")
    if given is None:
        field = (await request.post()).get("csrf_token", "")
        given = field if isinstance(field, str) else ""
    await check_csrf_token(request, given)


async def check_csrf_token(request: web.Request, given: str) -> None:
    """The same, for who reads the form in their own way.

    :raises FormRejected: when the token is not this session's.
    """
    session = await get_session(request)
    if CSRF not in session or not same(str(session[CSRF]), given):
        raise FormRejected("wrong or missing CSRF token")


def row_key(cookie: str) -> str:
    """What the session of a cookie is stored under; 256 random bits need no salt."""
    return hashlib.sha256(cookie.encode()).hexdigest()
