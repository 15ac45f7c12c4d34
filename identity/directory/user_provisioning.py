"""Provisions people in the user pool, for whoever invites them: found, made, put into the group."""

import hmac
import re
import string
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

from botocore.exceptions import ClientError

from identity.errors import InvitationRefused
from identity.executor import Executor

if TYPE_CHECKING:
    from mypy_boto3_cognito_idp import CognitoIdentityProviderClient

USERS = "bizassist-users"
"""The group whose members may use the assistant."""

MAX_RESULTS = 20
"""People that a search shows; whoever isn't among them needs another word."""

SENT_AGAIN = timedelta(minutes=1)
"""Within it a form for somebody who exists is taken for the one that has made them."""

LETTERS = sorted(set(string.ascii_letters + string.digits) - set("0O1lI"))
"""Nothing in a password looks like something else."""

USERNAME = re.compile(r"[A-Za-z0-9._@+-]{1,128}")
EMAIL = re.compile(r"[^\s@\"\\<>]{1,64}@[^\s@\"\\<>]{1,190}\.[^\s@\"\\<>.]{2,}")
WORD = re.compile(r"[^\s\"\\<>]{1,128}")


@dataclass(frozen=True, slots=True)
class Person:
    """Somebody in the user pool.

    :param state: Cognito's word for where they stand, or ``DISABLED``.
    """

    username: str
    email: str
    state: str

    @property
    def new(self) -> bool:
        """They have not chosen a password yet."""
        return self.state == "FORCE_CHANGE_PASSWORD"


@dataclass(frozen=True, slots=True)
class Invited:
    """Somebody who may come in now.

    :param password: a temporary one, to be shown once; empty where they have their own.
    """

    person: Person
    password: str = field(default="", repr=False)


class Invitations:
    """The user pool, as far as an invitation needs it."""

    def __init__(
        self, cognito: "CognitoIdentityProviderClient", user_pool_id: str, execute: Executor
    ) -> None:
        self._cognito = cognito
        self._pool = user_pool_id
        self._execute = execute

    async def search(self, word: str) -> list[Person]:
        """Whose e-mail address or user name begins with ``word`` (ListUsers)."""
        if not WORD.fullmatch(word):
            return []
        people: dict[str, Person] = {}
        for attribute in ("email", "username"):
            answer = await self._execute(
                self._cognito.list_users,
                UserPoolId=self._pool,
                Filter=f'{attribute} ^= "{word}"',
                Limit=MAX_RESULTS,
            )
            people |= {one["Username"]: _person(one) for one in answer["Users"]}
        return sorted(people.values(), key=lambda one: one.email or one.username)[:MAX_RESULTS]

    async def create(self, username: str, email: str, password: str) -> Invited:
        """A new person with a temporary password, who may use the assistant.

        Cognito sends nothing: the password goes from who invites to who is invited. A form that is
        sent twice finds the person whom it has just made, and gives them the same password again.

        :raises InvitationRefused: when there is such a person, or there can't be one.
        """
        if not USERNAME.fullmatch(username):
            raise InvitationRefused("A user name has letters, digits and . _ @ + - only.")
        if not EMAIL.fullmatch(email):
            raise InvitationRefused("That is no e-mail address.")
        try:
            made = await self._execute(
                self._cognito.admin_create_user,
                UserPoolId=self._pool,
                Username=username,
                TemporaryPassword=password,
                MessageAction="SUPPRESS",
                UserAttributes=[
                    {"Name": "email", "Value": email},
                    {"Name": "email_verified", "Value": "true"},
                ],
            )
        except ClientError as error:
            twice = error.response["Error"]["Code"] == "UsernameExistsException"
            if twice and await self._just_made(username, email):
                return await self.renew_password(username, password)
            raise _refusal(error) from None
        person = _person(made["User"])
        await self._add_to_group(person.username)
        return Invited(person, password)

    async def _just_made(self, username: str, email: str) -> bool:
        """Whether there is such a person since a moment ago, who has never signed in."""
        try:
            user = await self._execute(
                self._cognito.admin_get_user, UserPoolId=self._pool, Username=username
            )
        except self._cognito.exceptions.UserNotFoundException:
            return False
        person = _person({**user, "Attributes": user["UserAttributes"]})
        age = datetime.now(UTC) - user["UserCreateDate"]
        return person.new and person.email == email and age < SENT_AGAIN

    async def invite(self, username: str) -> Invited:
        """Somebody who is in the pool may use the assistant.

        :raises InvitationRefused: when they aren't, or are disabled.
        """
        person = await self._enabled(username)
        await self._add_to_group(person.username)
        return Invited(person)

    async def renew_password(self, username: str, password: str) -> Invited:
        """Another temporary password for somebody who has not chosen their own yet.

        :raises InvitationRefused: for everybody else: theirs is their own affair.
        """
        person = await self._enabled(username)
        if not person.new:
            raise InvitationRefused("They have a password of their own already.")
        await self._changed(
            self._cognito.admin_set_user_password,
            Username=person.username,
            Password=password,
            Permanent=False,
        )
        await self._add_to_group(person.username)
        return Invited(person, password)

    async def _enabled(self, username: str) -> Person:
        if not USERNAME.fullmatch(username):
            raise InvitationRefused("There is nobody of that name in the user pool.")
        try:
            user = await self._execute(
                self._cognito.admin_get_user, UserPoolId=self._pool, Username=username
            )
        except ClientError as error:
            raise _refusal(error) from None
        person = _person({**user, "Attributes": user["UserAttributes"]})
        if person.state == "DISABLED":
            raise InvitationRefused("They are disabled in the user pool: enable them there first.")
        return person

    async def _add_to_group(self, username: str) -> None:
        await self._changed(
            self._cognito.admin_add_user_to_group, Username=username, GroupName=USERS
        )

    async def _changed(self, call: Callable[..., Any], **what: Any) -> Any:
        """What Cognito answers.

        :raises InvitationRefused: when it says no in a way that a person can do something about.
        """
        try:
            return await self._execute(call, UserPoolId=self._pool, **what)
        except ClientError as error:
            raise _refusal(error) from None


def temporary_password(secret: str, form: str) -> str:
    """One that Cognito's strictest policy takes, the same for a form that is sent again.

    :param secret: of at least 128 random bits, known to the browser that sends the form only.
    """
    number = int.from_bytes(hmac.digest(secret.encode(), form.encode(), "sha512"))
    signs = []
    for _ in range(16):
        number, index = divmod(number, len(LETTERS))
        signs.append(LETTERS[index])
    return f"{''.join(signs)}-{'23456789'[number % 8]}aZ"


def _person(user: Any) -> Person:
    attributes = {one["Name"]: one.get("Value", "") for one in user.get("Attributes", [])}
    state = user.get("UserStatus", "") if user.get("Enabled", True) else "DISABLED"
    return Person(user["Username"], attributes.get("email", ""), state)


REFUSALS = {
    "AccessDeniedException": (
        "This service may not change the user pool here: whoever runs the pool invites people."
    ),
    "UsernameExistsException": "There is somebody of that name already: search for them instead.",
    "AliasExistsException": "Somebody else has that e-mail address.",
    "UserNotFoundException": "There is nobody of that name in the user pool.",
    "InvalidParameterException": "The user pool doesn't take this name or address.",
}


def _refusal(error: ClientError) -> Exception:
    sentence = REFUSALS.get(error.response["Error"]["Code"])
    return InvitationRefused(sentence) if sentence else error
