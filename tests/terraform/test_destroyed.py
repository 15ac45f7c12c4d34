"""Nothing is left of an account that was taken down."""

import pytest

from bizassist.settings.ssm_parameters import read_parameters
from tests.terraform.account import Account
from tests.terraform.test_applied import PREFIX

pytestmark = pytest.mark.timeout(400)


async def test_nothing_is_left(destroyed: Account) -> None:
    assert await destroyed.terraform(destroyed.folder, "state", "list") == ""
    assert destroyed.client("dynamodb").list_tables()["TableNames"] == []
    assert not destroyed.client("sqs").list_queues().get("QueueUrls")
    assert destroyed.client("cognito-idp").list_user_pools(MaxResults=5)["UserPools"] == []
    assert read_parameters(destroyed.client("ssm"), PREFIX) == {}
    assert destroyed.client("s3").list_buckets()["Buckets"] == []
    assert destroyed.client("ecs").list_clusters()["clusterArns"] == []
