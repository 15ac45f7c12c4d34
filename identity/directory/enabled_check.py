"""Whether the user pool still has somebody, enabled: asked rarely, believed for a short while."""

import asyncio
import logging
from functools import partial
from typing import TYPE_CHECKING

from botocore.exceptions import BotoCoreError, ClientError

from identity.errors import SignInUnavailable
from identity.executor import Executor
from identity.suspend_aware_clock import monotonic

if TYPE_CHECKING:
    from mypy_boto3_cognito_idp import CognitoIdentityProviderClient
    from mypy_boto3_cognito_idp.type_defs import AttributeTypeTypeDef

log = logging.getLogger(__name__)

RECHECK = 40.0
"""Seconds that a yes is believed: who is disabled or deleted is out within a minute."""

GRACE = 300.0
"""Seconds that a yes is believed while Cognito doesn't answer.

An outage of Cognito is likelier than a dismissal during one, so it must not stop everybody's work
at once. Nobody may profit from a long one either: from then on the answer is "try again later",
which signs nobody out, so that work goes on where it was when Cognito is back.
"""

ANSWER_TIMEOUT = 3.0
"""Seconds that a person waits for Cognito's answer."""

FAILURE_PAUSE = 5.0
"""Seconds after a failure in which nobody else waits for the same time-out."""

MAX_CONCURRENT = 4
"""Questions under way; a Cognito that hangs must not take every thread there is, and one process
must not use up what Cognito answers to all of them in a second (docs/security.md has the sums)."""

THROTTLED = frozenset({"TooManyRequestsException", "ThrottlingException", "LimitExceededException"})
"""Cognito answers, only not so often: no outage, so people whom we don't know yet still ask."""

MAX_CONFIRMED = 10_000


class UserPool:
    """The people of the user pool, by subject. A no is never remembered: it has ended everything.

    :param cognito: a client with time-outs; see :func:`identity.aws.Clients`.
    """

    def __init__(
        self, cognito: "CognitoIdentityProviderClient", user_pool_id: str, execute: Executor
    ) -> None:
        self._cognito = cognito
        self._user_pool_id = user_pool_id
        self._execute = execute
        self._confirmed: dict[str, float] = {}
        self._lookups: dict[str, asyncio.Task[bool]] = {}
        self._slots = asyncio.Semaphore(MAX_CONCURRENT)
        self._failed = float("-inf")
        self._throttled = float("-inf")
        self._begun: set[float] = set()

    async def is_enabled(self, subject: str) -> bool:
        """Whether ``subject`` is a user of the pool who may sign in, as of a minute ago at most.

        :raises SignInUnavailable: when Cognito hasn't said so for longer than :data:`GRACE`.
        """
        now, confirmed = monotonic(), self._confirmed.get(subject, float("-inf"))
        if now - confirmed < RECHECK:
            return True
        if now - self._throttled < FAILURE_PAUSE and now - confirmed < GRACE:
            return True  # room for those of whom there is no yes yet
        try:
            async with asyncio.timeout(ANSWER_TIMEOUT):
                return await asyncio.shield(self._lookup(subject))
        except TimeoutError:
            if self._hangs():  # or else it was only our own queue
                self._failed = monotonic()
            reason = "no answer in time"
        except SignInUnavailable as error:
            reason = str(error)
        if now - confirmed < GRACE:
            return True
        raise SignInUnavailable(f"user pool: {reason}")

    async def is_enabled_now(self, subject: str) -> bool:
        """The same by Cognito's word of this moment, whatever was believed.

        :raises SignInUnavailable: when it doesn't say.
        """
        return await asyncio.shield(self._lookup(subject))

    async def disabled(self) -> list[str]:
        """The subjects of everybody who is disabled now (ListUsers; it knows no deleted ones).

        :raises botocore.exceptions.ClientError: when Cognito refuses.
        """
        pages = self._cognito.get_paginator("list_users").paginate(
            UserPoolId=self._user_pool_id, Filter='status = "Disabled"', AttributesToGet=["sub"]
        )
        return await self._execute(
            lambda: [_sub(user.get("Attributes", [])) for page in pages for user in page["Users"]]
        )

    def _lookup(self, subject: str) -> asyncio.Task[bool]:
        """The question about ``subject`` that is under way, or a new one."""
        task = self._lookups.get(subject)
        if task is None:
            task = self._lookups[subject] = asyncio.create_task(self._look_up(subject))
            task.add_done_callback(partial(self._looked_up, subject))
        return task

    def _looked_up(self, subject: str, task: asyncio.Task[bool]) -> None:
        self._lookups.pop(subject, None)
        if not task.cancelled():
            task.exception()  # whoever waited has it

    async def _look_up(self, subject: str) -> bool:
        async with self._slots:
            if monotonic() - self._failed < FAILURE_PAUSE:
                raise SignInUnavailable("failed a moment ago")
            begun = monotonic()
            self._begun.add(begun)
            try:
                enabled = await self._execute(self._enabled, subject)
            except (ClientError, BotoCoreError) as error:
                raise self._failure(error) from None
            finally:
                self._begun.discard(begun)
        self._confirmed.pop(subject, None)
        if enabled:
            self._remember(subject, begun)
        return enabled

    def _hangs(self) -> bool:
        """Whether Cognito leaves a question unanswered for long."""
        return any(monotonic() - begun > ANSWER_TIMEOUT / 2 for begun in self._begun)

    def _failure(self, error: ClientError | BotoCoreError) -> SignInUnavailable:
        code = error.response["Error"]["Code"] if isinstance(error, ClientError) else ""
        if code in THROTTLED:
            self._throttled = monotonic()
        else:
            self._failed = monotonic()
        log.warning("Cognito can't be asked about people: %s", code or type(error).__name__)
        return SignInUnavailable(code or type(error).__name__)

    def _remember(self, subject: str, when: float) -> None:
        if len(self._confirmed) >= MAX_CONFIRMED:
            fresh = {who: at for who, at in self._confirmed.items() if when - at < GRACE}
            self._confirmed = fresh if len(fresh) < MAX_CONFIRMED else {}
        self._confirmed[subject] = when

    def _enabled(self, subject: str) -> bool:
        """Cognito's answer. A local user is found by the subject, a federated one by search only.

        (AdminGetUser, parameter Username: "the sub of a local user or the username of a user from
        a third-party IdP".)
        """
        try:
            user = self._cognito.admin_get_user(UserPoolId=self._user_pool_id, Username=subject)
        except self._cognito.exceptions.UserNotFoundException:
            return self._found_enabled(subject)
        if _sub(user.get("UserAttributes", [])) != subject:
            return self._found_enabled(subject)
        return user.get("Enabled", False)

    def _found_enabled(self, subject: str) -> bool:
        found = self._cognito.list_users(
            UserPoolId=self._user_pool_id, Filter=f'sub = "{subject}"', Limit=1
        )["Users"]
        return bool(found) and found[0].get("Enabled", False)


def _sub(attributes: "list[AttributeTypeTypeDef]") -> str:
    return next((one.get("Value", "") for one in attributes if one["Name"] == "sub"), "")
