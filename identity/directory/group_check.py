"""Whether the user pool still has somebody in a group: asked rarely, believed for a short while."""

import asyncio
import logging
from typing import TYPE_CHECKING

from botocore.exceptions import BotoCoreError, ClientError

from identity.directory.enabled_check import ANSWER_TIMEOUT, FAILURE_PAUSE, RECHECK
from identity.errors import SignInUnavailable
from identity.executor import Executor, within
from identity.suspend_aware_clock import monotonic

if TYPE_CHECKING:
    from mypy_boto3_cognito_idp import CognitoIdentityProviderClient

log = logging.getLogger(__name__)


class GroupMembership:
    """The members of one small group, all of them read at once (ListUsersInGroup).

    One call for each 60 members, at most every :data:`RECHECK` seconds and only while somebody
    asks; it finds federated people by their subject too, which AdminListGroupsForUser does not.

    :param cognito: a client with time-outs; see :func:`identity.aws.Clients`.
    """

    def __init__(
        self,
        cognito: "CognitoIdentityProviderClient",
        user_pool_id: str,
        group: str,
        execute: Executor,
    ) -> None:
        self._cognito = cognito
        self._user_pool_id = user_pool_id
        self._group = group
        self._execute = execute
        self._members: frozenset[str] = frozenset()
        self._read_at = self._failed = float("-inf")
        self._lock = asyncio.Lock()

    async def has(self, subject: str) -> bool:
        """Whether ``subject`` is in the group, as of :data:`RECHECK` seconds ago at most.

        :raises SignInUnavailable: when Cognito doesn't say so now: of rights that may have ended
            nobody makes use.
        """
        async with self._lock:
            if monotonic() - self._read_at >= RECHECK:
                await self._read()
            return subject in self._members

    async def _read(self) -> None:
        begun = monotonic()
        if begun - self._failed < FAILURE_PAUSE:
            raise SignInUnavailable("user pool: failed a moment ago")
        try:
            self._members = await within(ANSWER_TIMEOUT, self._execute(self._list))
        except (TimeoutError, ClientError, BotoCoreError) as error:
            self._failed = monotonic()
            log.warning("who is in %s can't be asked: %s", self._group, type(error).__name__)
            raise SignInUnavailable(f"user pool: {type(error).__name__}") from None
        self._read_at = begun

    def _list(self) -> frozenset[str]:
        pages = self._cognito.get_paginator("list_users_in_group").paginate(
            UserPoolId=self._user_pool_id, GroupName=self._group
        )
        return frozenset(
            attribute.get("Value", "")
            for page in pages
            for user in page["Users"]
            for attribute in user.get("Attributes", [])
            if attribute["Name"] == "sub"
        )
