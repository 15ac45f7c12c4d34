"""Nothing is left of an account that was taken down; begun by the tests before this one."""

import asyncio

import pytest

from bizassist.parameters import read_parameters
from tests.terraform.account import Account
from tests.terraform.test_applied import PREFIX

pytestmark = pytest.mark.timeout(400)


async def test_nothing_is_left(account: Account, destroying: "asyncio.Task[str]") -> None:
    assert "Destroy complete!" in await destroying

    assert await account.terraform(account.folder, "state", "list") == ""
    assert account.client("dynamodb").list_tables()["TableNames"] == []
    assert not account.client("sqs").list_queues().get("QueueUrls")
    assert account.client("cognito-idp").list_user_pools(MaxResults=5)["UserPools"] == []
    assert read_parameters(account.client("ssm"), PREFIX) == {}
    assert account.client("s3").list_buckets()["Buckets"] == []
    assert account.client("ecs").list_clusters()["clusterArns"] == []
