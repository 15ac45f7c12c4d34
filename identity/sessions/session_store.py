"""The store of browser sessions: a random cookie outside, everything else in DynamoDB."""

import hashlib
import json
import re
from collections.abc import Awaitable, Callable, Mapping
from copy import deepcopy
from time import time
from typing import TYPE_CHECKING, Any, cast

from aiohttp import web
from aiohttp_session import (
    STORAGE_KEY,
    Session,
    SessionData,
    get_session,
    new_session,
)
from botocore.exceptions import ClientError

from identity.current_row import current_row
from identity.errors import SignInUnavailable
from identity.executor import Executor
from identity.sessions.concurrent_changes import merged
from identity.sessions.known_sender import recognise
from identity.sessions.session_cookie import CookieStorage, new_cookie

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient

INACTIVITY_TIMEOUT = 60 * 60
"""Seconds without a request after which a session ends."""

ABSOLUTE_TIMEOUT = 12 * 60 * 60
"""Seconds after which a session ends in any case: a working day."""

WRITES = 10
"""Attempts to write a session that other requests of its browser change at the same time."""

ACTIVITY_INTERVAL = 60
"""Seconds between two notes of activity; a write for each request would be waste."""

ROW_KEY = re.compile(r"[0-9a-f]{64}", re.ASCII)

IsEnabled = Callable[[str], Awaitable[bool]]
"""Whether a subject may go on using what they have; ends everything of theirs if not."""


class StoredSession(Session):
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
        self.cookie = identity or new_cookie()
        self.stored = identity is not None
        self.loaded: dict[str, Any] = deepcopy(dict(values))


class SessionStore(CookieStorage):
    """The table of sessions; a row's key is the hash of its cookie, so the table opens nothing.

    :param is_enabled: asked about the person of each signed-in session that is loaded.
    """

    def __init__(
        self,
        dynamodb: "DynamoDBClient",
        table: str,
        execute: Executor,
        is_enabled: IsEnabled,
    ) -> None:
        super().__init__()
        self._dynamodb = dynamodb
        self._table = table
        self._execute = execute
        self._is_enabled = is_enabled

    async def new_session(self) -> Session:
        """An empty session; nothing is stored until something is put into it."""
        return StoredSession(None, {}, int(time()))

    async def load_session(self, request: web.Request) -> Session:
        """The session of the request's cookie, or a new one where there is none any more."""
        cookie = self.load_cookie(request)
        if not cookie:
            return await self.new_session()
        item, now = await self._get(cookie), int(time())
        # DynamoDB deletes what has expired within days, not at once.
        if not item or int(item["expires_at"]["N"]) <= now:
            return await self.new_session()
        session = StoredSession(cookie, json.loads(item["content"]["S"]), int(item["began"]["N"]))
        person = session.get("person")
        if person and not await self._is_enabled(person["subject"]):
            await self.forget(session)
            return await self.new_session()
        if person:
            recognise(request)
        if now - int(item["last_seen"]["N"]) >= ACTIVITY_INTERVAL and not await self._write(
            session
        ):
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
        stored = cast("StoredSession", session)
        if await self._write(stored) and session.new:
            self.save_cookie(response, stored.cookie)

    async def store(self, session: Session) -> str:
        """Write a new session before its response is; the key of its row."""
        stored = cast("StoredSession", session)
        await self._write(stored)
        stored.stored, stored.loaded = True, deepcopy(dict(stored))
        return row_key(stored.cookie)

    async def forget(self, session: Session) -> None:
        """Delete a session: its cookie opens nothing from now on."""
        stored = cast("StoredSession", session)
        if stored.stored:
            await self._execute(
                self._dynamodb.delete_item,
                TableName=self._table,
                Key={"id": {"S": row_key(stored.cookie)}},
            )

    async def _write(self, session: "StoredSession") -> bool:
        """Store the session; False when it ended meanwhile, for nothing may bring it back.

        What another request of the same browser has stored meanwhile stays.
        """
        wanted, stored = dict(session), session.loaded
        for _ in range(WRITES):
            if await self._put(session, wanted, stored):
                return True
            current = await self._get(session.cookie)
            if not current:
                return False
            stored = json.loads(current["content"]["S"])
            wanted = merged(session.loaded, dict(session), stored)
        raise SignInUnavailable("a session is changed by too many requests at once")

    async def _put(
        self, session: "StoredSession", wanted: Mapping[str, Any], stored: Mapping[str, Any]
    ) -> bool:
        """Replace what is ``stored``; False when that is something else by now."""
        now = int(time())
        person = session.get("person")
        # Nobody else can have written a new one; what the client sends again after a time-out may.
        unchanged: dict[str, Any] = {
            "ConditionExpression": "content = :stored",
            "ExpressionAttributeValues": {":stored": {"S": json.dumps(stored)}},
        }
        try:
            await self._execute(
                self._dynamodb.put_item,
                TableName=self._table,
                Item={
                    "id": {"S": row_key(session.cookie)},
                    "content": {"S": json.dumps(wanted)},
                    "began": {"N": str(session.began)},
                    "last_seen": {"N": str(now)},
                    "expires_at": {
                        "N": str(min(session.began + ABSOLUTE_TIMEOUT, now + INACTIVITY_TIMEOUT))
                    },
                    **({"subject": {"S": person["subject"]}} if person else {}),
                },
                **(unchanged if session.stored else {}),
            )
        except ClientError as error:
            if error.response["Error"]["Code"] == "ConditionalCheckFailedException":
                return False
            raise
        return True

    async def _get(self, cookie: str) -> dict[str, Any]:
        return await current_row(
            self._execute, self._dynamodb, self._table, {"id": {"S": row_key(cookie)}}
        )


async def rotate_session(request: web.Request) -> Session:
    """Replace the request's session by an empty one with another id, as a sign-in must."""
    storage = cast("SessionStore", request[STORAGE_KEY])
    await storage.forget(await get_session(request))
    return await new_session(request)


async def store_session(request: web.Request) -> str:
    """Write the request's new session now; the key of its row."""
    storage = cast("SessionStore", request[STORAGE_KEY])
    return await storage.store(await get_session(request))


def row_key(cookie: str) -> str:
    """What the session of a cookie is stored under; 256 random bits need no salt."""
    return hashlib.sha256(cookie.encode()).hexdigest()


async def still_signed_in(request: web.Request, subject: str) -> bool:
    """Whether a request's session, which has been open since, is still one of ``subject``.

    :raises SignInUnavailable: when the user pool doesn't say.
    :raises botocore.exceptions.ClientError: when the table doesn't.
    """
    storage = cast("SessionStore", request[STORAGE_KEY])
    person = (await storage.load_session(request)).get("person")
    return person is not None and person["subject"] == subject


async def this_session(request: web.Request) -> str:
    """The row key of the request's own session; empty when nothing is stored of it yet."""
    identity = (await get_session(request)).identity
    return row_key(str(identity)) if identity else ""
