"""Who is in which groups of the user pool, read whole for one look (ListUsersInGroup)."""

import logging
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from botocore.exceptions import BotoCoreError, ClientError

from identity.errors import SignInUnavailable
from identity.executor import Executor, within

if TYPE_CHECKING:
    from mypy_boto3_cognito_idp import CognitoIdentityProviderClient

log = logging.getLogger(__name__)

LONGEST = 20.0
"""Seconds: a group of some thousand people is read in pages of 60."""


@dataclass(frozen=True, slots=True)
class Member:
    """Somebody of the user pool.

    :param groups: those that were asked for and have them.
    """

    subject: str
    name: str
    groups: frozenset[str]


class GroupMembers:
    """Reads the members of groups; a group that is not there has none.

    :param cognito: a client with time-outs; see :func:`identity.aws.Clients`.
    """

    def __init__(
        self, cognito: "CognitoIdentityProviderClient", user_pool_id: str, execute: Executor
    ) -> None:
        self._cognito = cognito
        self._user_pool_id = user_pool_id
        self._execute = execute

    async def of(self, groups: Sequence[str]) -> list[Member]:
        """Everybody in any of the groups, by name.

        :raises SignInUnavailable: when Cognito doesn't say so now.
        """
        names: dict[str, str] = {}
        found: dict[str, set[str]] = {}
        try:
            for group in groups:
                for subject, name in await within(LONGEST, self._execute(self._list, group)):
                    names[subject] = name
                    found.setdefault(subject, set()).add(group)
        except (TimeoutError, ClientError, BotoCoreError) as error:
            log.warning("who is in the groups can't be asked: %s", type(error).__name__)
            raise SignInUnavailable(f"user pool: {type(error).__name__}") from None
        members = [Member(one, names[one], frozenset(found[one])) for one in found]
        return sorted(members, key=lambda member: (member.name.casefold(), member.subject))

    def _list(self, group: str) -> list[tuple[str, str]]:
        pages = self._cognito.get_paginator("list_users_in_group").paginate(
            UserPoolId=self._user_pool_id, GroupName=group
        )
        try:
            users = [user for page in pages for user in page["Users"]]
        except self._cognito.exceptions.ResourceNotFoundException:
            return []
        return [named for user in users if (named := _named(user))[0]]


def _named(user: Any) -> tuple[str, str]:
    """The subject and what others call them."""
    attributes = {one["Name"]: one.get("Value", "") for one in user.get("Attributes", [])}
    return attributes.get("sub", ""), attributes.get("email") or user.get("Username", "")
