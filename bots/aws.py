"""The AWS clients of the chat service, each with time-outs and a bounded number of retries."""

from dataclasses import dataclass
from typing import TYPE_CHECKING, Self

from botocore.config import Config

if TYPE_CHECKING:
    import boto3
    from mypy_boto3_dynamodb import DynamoDBClient
    from mypy_boto3_kms import KMSClient
    from mypy_boto3_s3 import S3Client
    from mypy_boto3_sqs import SQSClient

BOUNDED = Config(
    connect_timeout=2,
    read_timeout=10,
    retries={"mode": "standard", "total_max_attempts": 3},
)


@dataclass(frozen=True, slots=True)
class Clients:
    """What this package calls in AWS."""

    dynamodb: "DynamoDBClient"
    kms: "KMSClient"
    s3: "S3Client"
    sqs: "SQSClient"

    @classmethod
    def of(cls, session: "boto3.Session", connections: int) -> Self:
        """Clients of one session; making them takes time, so make them once.

        :param connections: that each client keeps: as many as threads call it.
        """
        config = BOUNDED.merge(Config(max_pool_connections=connections))
        return cls(
            dynamodb=session.client("dynamodb", config=config),
            kms=session.client("kms", config=config),
            s3=session.client("s3", config=config),
            sqs=session.client("sqs", config=config),
        )
