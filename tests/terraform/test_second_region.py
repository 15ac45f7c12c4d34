"""A second deployment of another name, in another region, meets nothing of the first."""

from typing import Any

from tests.some import some

GLOBAL = {
    "aws_cloudwatch_dashboard": "dashboard_name",
    "aws_iam_instance_profile": "name",
    "aws_iam_policy": "name",
    "aws_iam_role": "name",
    "aws_s3_bucket": "bucket",
}
"""What has one name in all regions of an account; buckets in all accounts."""


def test_what_is_named_once_an_account_carries_the_deployments_name(plan: dict[str, Any]) -> None:
    named = [
        change["change"]["after"][GLOBAL[change["type"]]]
        for change in plan["resource_changes"]
        if change["type"] in GLOBAL and change["change"]["after"]
    ]
    assert [name for name in some(named) if not name.startswith("bizassist")] == []
    assert len(set(named)) == len(named)


def test_buckets_carry_account_and_region_too(plan: dict[str, Any]) -> None:
    buckets = [
        change["change"]["after"]["bucket"]
        for change in plan["resource_changes"]
        if change["type"] == "aws_s3_bucket"
    ]
    for bucket in some(buckets):
        assert "000000000000" in bucket
        assert bucket.endswith("us-east-1")
