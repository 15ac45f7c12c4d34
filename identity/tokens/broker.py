"""The token broker: a fresh access token for a link, as cheaply and as rarely as possible."""

import asyncio
import logging
from dataclasses import dataclass, field
from datetime import datetime
from functools import partial
from typing import TYPE_CHECKING, Self

from botocore.exceptions import BotoCoreError, ClientError

from identity.errors import IdentityError, LinkExpired, LinkInUse, SignInUnavailable, TokenRejected
from identity.executor import Executor, within
from identity.links import Link, Links
from identity.oidc.token_verification import TokenVerifier
from identity.people import ChatUser
from identity.runtime_sessions import RuntimeSessions
from identity.sessions.session_store import IsEnabled
from identity.suspend_aware_clock import monotonic
from identity.tokens.encryption import TokenEncryption

if TYPE_CHECKING:
    from mypy_boto3_cognito_idp import CognitoIdentityProviderClient
    from mypy_boto3_cognito_idp.type_defs import AuthenticationResultTypeTypeDef

log = logging.getLogger(__name__)

MARGIN = 60
"""Seconds before its end that an access token is no longer handed out: a turn must arrive."""

LEASE = 30
"""Seconds; longer than all attempts at Cognito, KMS and DynamoDB together usually take."""

LEASE_PAUSE = 0.2
"""Seconds between two looks at a link that another process is refreshing."""

PATIENCE = 5.0
"""Seconds that ending a link waits for a token to end the runtime session with."""

REVOCATIONS = 3
"""Attempts to end a link whose token is being refreshed."""

REFUSED = frozenset(
    {
        "NotAuthorizedException",
        "RefreshTokenReuseException",
        "UserNotFoundException",
        "UserNotConfirmedException",
        "PasswordResetRequiredException",
    }
)
"""What GetTokensFromRefreshToken answers when this refresh token will never work again."""


_CacheKey = tuple[str, str, datetime]


def _cache_key(link: Link) -> _CacheKey:
    """What an access token belongs to; linking again, even to the same subject, is another one."""
    return (link.chat_user.key, link.subject, link.linked_at)


@dataclass(frozen=True, slots=True)
class _Cached:
    """An access token and when to stop using it, by the monotonic clock."""

    token: str = field(repr=False)
    until: float


class TokenBroker:
    """Hands out access tokens: from memory, or by one refresh at a time for each link.

    :param is_enabled: asked before each token is handed out, those from memory included.

    Where the user pool rotates refresh tokens, its client needs ``RetryGracePeriodSeconds``: an
    answer that got lost is asked for again with the token that it replaced.
    """

    def __init__(
        self,
        *,
        links: Links,
        token_encryption: TokenEncryption,
        verifier: TokenVerifier,
        cognito: "CognitoIdentityProviderClient",
        client_id: str,
        execute: Executor,
        is_enabled: IsEnabled,
        runtime_sessions: RuntimeSessions,
    ) -> None:
        self._links = links
        self._token_encryption = token_encryption
        self._verifier = verifier
        self._cognito = cognito
        self._client_id = client_id
        self._execute = execute
        self._is_enabled = is_enabled
        self._runtime_sessions = runtime_sessions
        self._cache: dict[_CacheKey, _Cached] = {}
        self._refreshing: dict[_CacheKey, asyncio.Task[str]] = {}

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, *_: object) -> None:
        tasks = list(self._refreshing.values())
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)

    async def is_enabled(self, subject: str) -> bool:
        """Whether the user pool still has this person; if not, all that is theirs has ended.

        :raises SignInUnavailable: when it hasn't said so for too long.
        """
        return await self._is_enabled(subject)

    async def access_token(self, link: Link) -> str:
        """An access token of the link's subject, good for another minute at least.

        Whoever needs one is there now, which is noted.

        :raises LinkExpired: when the user pool refuses the link, or has disabled or deleted its
            person; it is then marked ``expired``.
        :raises SignInUnavailable: when the user pool, KMS or the table doesn't answer.
        """
        key = _cache_key(link)
        if not await self._is_enabled(link.subject):
            self._cache.pop(key, None)
            await self._links.expire(link)
            raise LinkExpired("the user pool no longer has this person")
        cached = self._cache.get(key)
        if cached and cached.until > monotonic():
            await self._links.note_seen(link)
            left = cached.until - monotonic()
            self._runtime_sessions.used(link.subject, cached.token, left)
            return cached.token
        task = self._refreshing.get(key)
        if task is None:
            task = asyncio.create_task(self._refresh(link))
            self._refreshing[key] = task
            task.add_done_callback(partial(self._refreshed, key))
        # Others wait for the same refresh, so one of them giving up must not end it.
        return await asyncio.shield(task)

    async def revoke(self, link: Link) -> bool:
        """End a link here, its person's runtime session, and its refresh token at the user pool.

        A turn may refresh the token meanwhile, which makes it another row of the same link.

        :returns: False when the link had ended or was replaced meanwhile: whoever did that also
            ends its refresh token, and nobody else does.
        :raises LinkInUse: when the token is refreshed again and again.
        """
        await self._prepare_ending(link)
        self._cache.pop(_cache_key(link), None)
        for _ in range(REVOCATIONS):
            if await self._links.revoke(link):
                await self._runtime_sessions.end(link.subject)
                await self.discard(link.encrypted_token, link.chat_user)
                return True
            current = await self._links.active(link.chat_user)
            if current is None or _cache_key(current) != _cache_key(link):
                return False
            link = current
        raise LinkInUse("its token was refreshed each time")

    async def _prepare_ending(self, link: Link) -> None:
        """Have a token that ends the runtime session: another process may have served the person.

        Where the pool gives none, the session ends when it has been idle for a while.
        """
        if self._runtime_sessions.knows(link.subject):
            return
        try:
            await within(PATIENCE, self.access_token(link))
        except (IdentityError, ClientError, BotoCoreError, TimeoutError) as error:
            log.warning("a runtime session can't be ended: %s", type(error).__name__)

    async def discard(self, encrypted_token: bytes, chat_user: ChatUser) -> None:
        """Revoke a refresh token that nothing uses any more; the pool being down is no failure."""
        if not encrypted_token:
            return
        try:
            token = await self._token_encryption.decrypt(encrypted_token, chat_user)
            await self._execute(self._cognito.revoke_token, Token=token, ClientId=self._client_id)
        except (IdentityError, ClientError, BotoCoreError) as error:
            log.warning("a refresh token could not be revoked: %s", type(error).__name__)

    async def _refresh(self, link: Link) -> str:
        try:
            try:
                granted = await self._refresh_under_lease(link)
            except LinkExpired:
                # Signing in again elsewhere ends the refresh token that we just tried. Look once
                # more: a link that did expire says so at once.
                granted = await self._refresh_under_lease(link)
        except (ClientError, BotoCoreError) as error:
            raise SignInUnavailable(f"links: {type(error).__name__}") from None
        self._remember(link, granted["AccessToken"], granted["ExpiresIn"])
        return granted["AccessToken"]

    async def _refresh_under_lease(self, link: Link) -> "AuthenticationResultTypeTypeDef":
        current = await self._leased(link)
        try:
            granted = await self._redeem(current)
        except SignInUnavailable:
            await self._links.release(current)
            raise
        await self._store_rotated(current, granted.get("RefreshToken"))
        return granted

    def _refreshed(self, key: _CacheKey, task: asyncio.Task[str]) -> None:
        self._refreshing.pop(key, None)
        if not task.cancelled():
            task.exception()  # whoever waited has it; nobody waiting is no fault to report

    async def _leased(self, link: Link) -> Link:
        """The link as it stands now, with this process the only one that refreshes it."""
        deadline = monotonic() + LEASE
        while monotonic() < deadline:
            current = await self._links.active(link.chat_user)
            if current is None or current.subject != link.subject:
                raise LinkExpired("the link was ended or replaced")
            if await self._links.lease(current, LEASE):
                return current
            await asyncio.sleep(LEASE_PAUSE)
        raise SignInUnavailable("another process keeps refreshing this link")

    async def _redeem(self, link: Link) -> "AuthenticationResultTypeTypeDef":
        try:
            refresh_token = await self._token_encryption.decrypt(
                link.encrypted_token, link.chat_user
            )
            answer = await self._execute(
                self._cognito.get_tokens_from_refresh_token,
                RefreshToken=refresh_token,
                ClientId=self._client_id,
            )
            granted = answer["AuthenticationResult"]
            await self._check_subject(granted["AccessToken"], link)
        except LinkExpired:
            await self._links.expire(link)
            raise
        except TokenRejected as rejection:
            # Fresh from the pool and yet not for us: a wrong setting, which must not end links.
            raise SignInUnavailable(f"Cognito's {rejection}") from None
        except BotoCoreError as error:
            raise SignInUnavailable(f"Cognito: {type(error).__name__}") from None
        except ClientError as error:
            raise await self._refusal(link, error.response["Error"]["Code"]) from None
        return granted

    async def _check_subject(self, access_token: str, link: Link) -> None:
        if (await self._verifier.verify_access_token(access_token)).subject != link.subject:
            raise LinkExpired("the refresh token belongs to another subject")

    async def _refusal(self, link: Link, code: str) -> IdentityError:
        if code not in REFUSED:
            return SignInUnavailable(f"Cognito: {code}")
        await self._links.expire(link)
        return LinkExpired(f"Cognito: {code}")

    async def _store_rotated(self, link: Link, rotated: str | None) -> None:
        """Store a rotated refresh token at once: the old one dies within its grace period."""
        try:
            encrypted_token = (
                await self._token_encryption.encrypt(rotated, link.chat_user)
                if rotated
                else link.encrypted_token
            )
        except SignInUnavailable:
            # The person has an access token for an hour, and has to sign in again after it.
            log.exception("a rotated refresh token could not be stored")
            return
        if await self._links.replace_token(link, encrypted_token):
            return
        current = await self._links.active(link.chat_user)
        if current is None or _cache_key(current) != _cache_key(link):
            # It ended while it was refreshed; whoever ended it doesn't know what we were granted.
            await self.discard(encrypted_token, link.chat_user)
            raise LinkExpired("the link was ended while it was refreshed")

    def _remember(self, link: Link, token: str, lifetime: int) -> None:
        now = monotonic()
        self._cache = {key: cached for key, cached in self._cache.items() if cached.until > now}
        self._cache[_cache_key(link)] = _Cached(token, now + lifetime - MARGIN)
        self._runtime_sessions.used(link.subject, token, lifetime - MARGIN)
