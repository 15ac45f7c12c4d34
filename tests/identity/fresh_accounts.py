"""People whom no other test knows, and memories of theirs."""

import secrets
from collections.abc import AsyncIterator, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

import httpx
import pytest
import pytest_asyncio

from bizassist.local import sample_data
from bizassist.local.ministack.memory_limits import MOST_SECONDS
from tests.identity.application import Deployment, IdentityApplication
from tests.identity.browser import Browser, Page

if TYPE_CHECKING:
    from mypy_boto3_cognito_idp import CognitoIdentityProviderClient


@dataclass
class FreshAccount:
    """A company account made for one test, and the browser of its person."""

    username: str
    subject: str
    browser: Browser
    application: IdentityApplication

    @property
    def _cognito(self) -> "CognitoIdentityProviderClient":
        return self.application.deployment.aws.client("cognito-idp")

    @property
    def _account(self) -> dict[str, str]:
        pool = self.application.deployment.settings.user_pool_id
        return {"UserPoolId": pool, "Username": self.username}

    async def me(self) -> Page:
        return await self.browser.get("/me")

    def disable(self) -> None:
        self._cognito.admin_disable_user(**self._account)

    def enable(self) -> None:
        self._cognito.admin_enable_user(**self._account)

    def leave(self, group: str) -> None:
        self._cognito.admin_remove_user_from_group(**self._account, GroupName=group)

    def delete(self) -> None:
        self._cognito.admin_delete_user(**self._account)


@contextmanager
def _account(deployment: Deployment) -> Iterator[tuple[str, str]]:
    """The user name and the subject of a fresh account."""
    cognito, pool = deployment.aws.client("cognito-idp"), deployment.settings.user_pool_id
    username = f"person-{secrets.token_hex(4)}"
    password = deployment.passwords[username] = f"Try-{secrets.token_hex(4)}-9Z"
    made = cognito.admin_create_user(
        UserPoolId=pool,
        Username=username,
        MessageAction="SUPPRESS",
        UserAttributes=[
            {"Name": "email", "Value": f"{username}@example.com"},
            {"Name": "email_verified", "Value": "true"},
        ],
    )["User"]
    cognito.admin_set_user_password(
        UserPoolId=pool, Username=username, Password=password, Permanent=True
    )
    cognito.admin_add_user_to_group(UserPoolId=pool, Username=username, GroupName=sample_data.USERS)
    yield username, next(one["Value"] for one in made["Attributes"] if one["Name"] == "sub")
    del deployment.passwords[username]


@pytest_asyncio.fixture
async def person(
    application: IdentityApplication, deployment: Deployment
) -> AsyncIterator[FreshAccount]:
    """Somebody who is signed in."""
    with _account(deployment) as (username, subject):
        async with Browser(deployment.url) as browser:
            await application.web_sign_in(browser, username)
            yield FreshAccount(username, subject, browser, application)


@pytest_asyncio.fixture
async def other(
    application: IdentityApplication, deployment: Deployment
) -> AsyncIterator[FreshAccount]:
    """Somebody else who is signed in."""
    with _account(deployment) as (username, subject):
        async with Browser(deployment.url) as browser:
            await application.web_sign_in(browser, username)
            yield FreshAccount(username, subject, browser, application)


@dataclass
class Records:
    """The memory behind everybody's back: this client has every right."""

    deployment: Deployment

    def write(self, text: str, *namespaces: str) -> str:
        """Put a record there; its id."""
        made = self.deployment.aws.client("bedrock-agentcore").batch_create_memory_records(
            memoryId=self.deployment.parameters["memory_id"],
            records=[
                {
                    "requestIdentifier": secrets.token_hex(8),
                    "namespaces": list(namespaces),
                    "content": {"text": text},
                    "timestamp": datetime.now(UTC),
                }
            ],
        )
        return made["successfulRecords"][0]["memoryRecordId"]

    def say(self, actor: str, session: str, text: str) -> None:
        """Put an event there, as a conversation does."""
        self.deployment.aws.client("bedrock-agentcore").create_event(
            memoryId=self.deployment.parameters["memory_id"],
            actorId=actor,
            sessionId=session,
            eventTimestamp=datetime.now(UTC),
            payload=[{"conversational": {"content": {"text": text}, "role": "USER"}}],
        )

    def said(self, actor: str) -> list[str]:
        """The texts of all events of somebody."""
        client = self.deployment.aws.client("bedrock-agentcore")
        who: Any = {"memoryId": self.deployment.parameters["memory_id"], "actorId": actor}
        sessions = [one["sessionId"] for one in client.list_sessions(**who)["sessionSummaries"]]
        return [
            part["conversational"]["content"]["text"]
            for session in sessions
            for event in client.list_events(**who, sessionId=session)["events"]
            for part in event["payload"]
        ]

    def listed(self, namespace: str) -> list[str]:
        """The ids of the records that a listing shows."""
        found = self.deployment.aws.client("bedrock-agentcore").list_memory_records(
            memoryId=self.deployment.parameters["memory_id"], namespace=namespace
        )
        return [record["memoryRecordId"] for record in found["memoryRecordSummaries"]]

    def lag(self, seconds: float) -> None:
        """Let listings lag so far; with none they know everything at once."""
        address = self.deployment.aws.client("bedrock-agentcore").meta.endpoint_url
        forward = 0 if seconds else MOST_SECONDS
        told = {"lag_seconds": seconds, "forward": forward}
        httpx.post(f"{address}/_memory", json=told).raise_for_status()

    def exists(self, record: str) -> bool:
        client = self.deployment.aws.client("bedrock-agentcore")
        try:
            client.get_memory_record(
                memoryId=self.deployment.parameters["memory_id"], memoryRecordId=record
            )
        except client.exceptions.ResourceNotFoundException:
            return False
        return True


@pytest.fixture
def records(deployment: Deployment) -> Records:
    return Records(deployment)
