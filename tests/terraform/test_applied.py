"""The modules, applied: what is there is what the local stack makes."""

import json
from typing import Any

import boto3
import pytest

from bizassist.local.provision.storage import BUCKETS, DELIVERIES, TABLES, make_tables
from bizassist.settings.environment import Process
from bizassist.settings.ssm_parameters import Parameters, read_parameters
from tests.some import some
from tests.terraform.account import Account

pytestmark = pytest.mark.timeout(400)  # the first of these waits until all is applied

PREFIX = "/app/bizassist"
FARGATE_STOPS_AFTER = 120
"""Seconds: the most that a container may ask for (ContainerDefinition, ``stopTimeout``)."""

# What a second plan would change, and why that is the emulator's doing.
DRIFT = {
    # It keeps all of these (see the test of alarms), but its XML answer leaves them out.
    "aws_cloudwatch_metric_alarm": {
        "actions_enabled",
        "alarm_description",
        "dimensions",
        "extended_statistic",
        "period",
        "statistic",
        "treat_missing_data",
    },
    # It doesn't rotate refresh tokens, so that this was applied without.
    "aws_cognito_user_pool_client": {"explicit_auth_flows", "refresh_token_rotation"},
    # It doesn't know the attribute, and leaves it out.
    "aws_ecs_service": {"availability_zone_rebalancing"},
}
# It has no Application Auto Scaling, so that these were not applied.
NOT_APPLIED = {"aws_appautoscaling_target", "aws_appautoscaling_policy"}


def test_a_second_plan_changes_nothing(plan: dict[str, Any]) -> None:
    for change in some(plan["resource_changes"]):
        actions, kind = change["change"]["actions"], change["type"]
        if actions == ["create"]:
            assert kind in NOT_APPLIED, change["address"]
        elif actions == ["update"]:
            assert _changed(change["change"]) <= DRIFT.get(kind, set()), change["address"]
        else:
            assert actions in (["no-op"], ["read"]), change["address"]


def _changed(change: dict[str, Any]) -> set[str]:
    before, after = change["before"], change["after"]
    return {name for name in before | after if before.get(name) != after.get(name)}


def test_the_parameters_are_those_of_the_local_stack(account: Account) -> None:
    found = read_parameters(account.client("ssm"), PREFIX)
    assert set(found) == set(Parameters.model_fields)


def test_a_secret_is_a_secure_string(account: Account) -> None:
    answer = account.client("ssm").get_parameter(Name=f"{PREFIX}/m2m_client_secret")
    assert answer["Parameter"]["Type"] == "SecureString"


@pytest.mark.parametrize("table", TABLES)
def test_a_table_is_that_of_the_local_stack(
    table: str, account: Account, local_tables: Any
) -> None:
    name = f"bizassist-{table.replace('_', '-')}"
    assert _shape(account.client("dynamodb"), name) == _shape(local_tables, name)


@pytest.fixture(scope="module")
def local_tables(account: Account) -> Any:
    """The tables as the local stack makes them, in another region of the account."""
    elsewhere = boto3.Session("local", "local", region_name="eu-central-1")
    dynamodb = elsewhere.client("dynamodb", endpoint_url=account.aws)
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("AWS_ENDPOINT_URL", account.aws)
        make_tables(elsewhere)
    yield dynamodb
    for name in dynamodb.list_tables()["TableNames"]:
        dynamodb.delete_table(TableName=name)


def _shape(dynamodb: Any, name: str) -> dict[str, Any]:
    """Keys, indexes and time to live of a table."""
    found = dynamodb.describe_table(TableName=name)["Table"]
    expires = dynamodb.describe_time_to_live(TableName=name)["TimeToLiveDescription"]
    return {
        "keys": _keys(found),
        "indexes": {
            index["IndexName"]: (_keys(index), _projected(index["Projection"]))
            for index in found.get("GlobalSecondaryIndexes", [])
        },
        "expires": expires.get("AttributeName"),
    }


def _keys(described: dict[str, Any]) -> list[str]:
    parts = sorted(described["KeySchema"], key=lambda part: part["KeyType"])
    return [part["AttributeName"] for part in parts]


def _projected(projection: dict[str, Any]) -> tuple[str, list[str]]:
    return projection["ProjectionType"], sorted(projection.get("NonKeyAttributes", []))


def test_the_inbox_is_that_of_the_local_stack(account: Account) -> None:
    sqs = account.client("sqs")
    url = read_parameters(account.client("ssm"), PREFIX)["inbox_url"]
    found = sqs.get_queue_attributes(QueueUrl=url, AttributeNames=["All"])["Attributes"]
    redrive = json.loads(found["RedrivePolicy"])

    assert found["FifoQueue"] == "true"
    assert found["DeduplicationScope"] == "messageGroup"
    assert found["FifoThroughputLimit"] == "perMessageGroupId"
    assert int(redrive["maxReceiveCount"]) == DELIVERIES
    assert redrive["deadLetterTargetArn"].endswith(":bizassist-dead-letter.fifo")


@pytest.mark.parametrize("bucket", BUCKETS)
def test_a_bucket_is_private_encrypted_and_versioned(bucket: str, account: Account) -> None:
    s3 = account.client("s3")
    name = read_parameters(account.client("ssm"), PREFIX)[f"{bucket}_bucket"]
    encrypted = s3.get_bucket_encryption(Bucket=name)["ServerSideEncryptionConfiguration"]
    (default,) = (rule["ApplyServerSideEncryptionByDefault"] for rule in encrypted["Rules"])
    (policy,) = json.loads(s3.get_bucket_policy(Bucket=name)["Policy"])["Statement"]

    assert set(
        s3.get_public_access_block(Bucket=name)["PublicAccessBlockConfiguration"].values()
    ) == {True}
    assert default["SSEAlgorithm"] == "aws:kms"
    assert default["KMSMasterKeyID"].startswith("arn:aws:kms:")
    assert s3.get_bucket_versioning(Bucket=name)["Status"] == "Enabled"
    assert policy["Effect"] == "Deny"
    assert policy["Condition"] == {"Bool": {"aws:SecureTransport": "false"}}


def test_what_people_attach_is_deleted_and_policies_are_not(account: Account) -> None:
    s3, known = account.client("s3"), read_parameters(account.client("ssm"), PREFIX)
    days = {
        bucket: rule.get("Expiration", {}).get("Days")
        for bucket in BUCKETS
        for rule in s3.get_bucket_lifecycle_configuration(Bucket=known[f"{bucket}_bucket"])["Rules"]
    }
    assert days == {"policies": None, "uploads": 30}


@pytest.fixture
def container(plan: dict[str, Any]) -> dict[str, Any]:
    """The chat service's container, as it is planned."""
    (task,) = (
        change["change"]["after"]
        for change in plan["resource_changes"]
        if change["type"] == "aws_ecs_task_definition"
    )
    (found,) = json.loads(task["container_definitions"])
    environment = {one["name"]: one["value"] for one in found["environment"]}
    return {**found, "environment": environment}


def test_the_service_believes_its_load_balancer_and_nobody_before_it(
    container: dict[str, Any],
) -> None:
    assert container["environment"]["BIZASSIST_TRUSTED_PROXIES"] == "1"


def test_a_task_that_ends_has_the_most_time_that_fargate_gives(container: dict[str, Any]) -> None:
    assert container["stopTimeout"] == FARGATE_STOPS_AFTER
    drain = int(container["environment"]["BIZASSIST_DRAIN_SECONDS"])
    assert drain == Process.model_fields["drain_seconds"].default
    assert drain < container["stopTimeout"]


def test_an_alarm_is_kept_as_it_was_planned(account: Account, plan: dict[str, Any]) -> None:
    pages = account.client("cloudwatch").get_paginator("describe_alarms").paginate()
    kept = {alarm["AlarmName"]: alarm for page in pages for alarm in page["MetricAlarms"]}
    planned = [
        change["change"]["after"]
        for change in plan["resource_changes"]
        if change["type"] == "aws_cloudwatch_metric_alarm"
    ]

    assert set(kept) == {alarm["alarm_name"] for alarm in planned}
    for alarm in some(planned):
        found = kept[alarm["alarm_name"]]
        assert found["AlarmDescription"] == alarm["alarm_description"]
        assert found["TreatMissingData"] == alarm["treat_missing_data"]
        if alarm["metric_query"]:  # the emulator keeps no queries
            continue
        assert found["Period"] == alarm["period"]
        assert {one["Name"]: one["Value"] for one in found["Dimensions"]} == alarm["dimensions"]
        if alarm["statistic"]:  # the emulator knows no percentiles
            assert found["Statistic"] == alarm["statistic"]
