"""The role that exports and erases: it may read whole tables and take rows away."""

import json
from collections.abc import Mapping

import boto3

ACTIONS = ["dynamodb:Scan", "dynamodb:DeleteItem", "s3:GetObject", "s3:ListBucket"]
VERSIONS = ["s3:ListBucketVersions", "s3:DeleteObject", "s3:DeleteObjectVersion"]


def make_personal_data_role(aws: boto3.Session) -> dict[str, str]:
    """The role, which the chat service and operators assume."""
    iam, account = aws.client("iam"), aws.client("sts").get_caller_identity()["Account"]
    trusted = {
        "Effect": "Allow",
        "Principal": {"AWS": f"arn:aws:iam::{account}:root"},
        "Action": "sts:AssumeRole",
    }
    name = "bizassist-personal-data"
    role = iam.create_role(RoleName=name, AssumeRolePolicyDocument=_policy(trusted))["Role"]
    iam.put_role_policy(
        RoleName=name,
        PolicyName="export-and-erase",
        PolicyDocument=_policy(
            {"Effect": "Allow", "Action": [*ACTIONS, *VERSIONS], "Resource": "*"}
        ),
    )
    return {"personal_data_role_arn": role["Arn"]}


def _policy(statement: Mapping[str, object]) -> str:
    return json.dumps({"Version": "2012-10-17", "Statement": [statement]})
