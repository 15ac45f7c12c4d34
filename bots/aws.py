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

# Long polls sit in a thread each; everything else is short.
THREADS = 32
BOUNDED = Config(
    connect_timeout=2,
    read_timeout=10,
    retries={"mode": "standard", "total_max_attempts": 3},
    max_pool_connections=THREADS,
)


@dataclass(frozen=True, slots=True)
class Clients:
    """What this package calls in AWS."""

    dynamodb: "DynamoDBClient"
    kms: "KMSClient"
    s3: "S3Client"
    sqs: "SQSClient"

    @classmethod
    def of(cls, session: "boto3.Session") -> Self:
        """Clients of one session; making them takes time, so make them once."""
        return cls(
            dynamodb=session.client("dynamodb", config=BOUNDED),
            kms=session.client("kms", config=BOUNDED),
            s3=session.client("s3", config=BOUNDED),
            sqs=session.client("sqs", config=BOUNDED),
        )
