"""The role that may read whole tables and take rows away: assumed for one piece of work at a time.

The chat service itself can do neither, so that no mistake elsewhere in it can.
"""

from dataclasses import dataclass
from typing import TYPE_CHECKING

import boto3

from bots.aws import BOUNDED
from identity.executor import Executor

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient
    from mypy_boto3_s3 import S3Client

SESSION_SECONDS = 3600
"""The most that a role gives whose own session is a role's (STS, role chaining)."""


@dataclass(frozen=True, slots=True)
class RoleClients:
    """What signs as the role for the next hour."""

    dynamodb: "DynamoDBClient"
    s3: "S3Client"


@dataclass(frozen=True, slots=True)
class PersonalDataRole:
    """Assumes the role anew for each piece of work: that is rare."""

    arn: str
    session: "boto3.Session"
    call: Executor

    async def clients(self) -> RoleClients:
        """Clients that sign as the role.

        :raises botocore.exceptions.ClientError: when it can't be assumed.
        """
        return await self.call(self._assumed)

    def _assumed(self) -> RoleClients:
        granted = self.session.client("sts", config=BOUNDED).assume_role(
            RoleArn=self.arn,
            RoleSessionName="personal-data",
            DurationSeconds=SESSION_SECONDS,
        )["Credentials"]
        role = boto3.Session(
            granted["AccessKeyId"],
            granted["SecretAccessKey"],
            granted["SessionToken"],
            self.session.region_name,
        )
        return RoleClients(
            dynamodb=role.client("dynamodb", config=BOUNDED),
            s3=role.client("s3", config=BOUNDED),
        )
