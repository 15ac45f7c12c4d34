"""The AWS clients of this package, each with time-outs and a bounded number of retries."""

from dataclasses import dataclass
from typing import TYPE_CHECKING, Self

from botocore.config import Config

if TYPE_CHECKING:
    import boto3
    from mypy_boto3_cognito_idp import CognitoIdentityProviderClient
    from mypy_boto3_dynamodb import DynamoDBClient
    from mypy_boto3_kms import KMSClient
    from mypy_boto3_sts import STSClient

BOUNDED = Config(
    connect_timeout=2,
    read_timeout=5,
    # Standard mode backs off, and retries throttling, time-outs and 5xx only.
    retries={"mode": "standard", "total_max_attempts": 3},
    max_pool_connections=32,
)
"""A person is waiting: three attempts of a few seconds, then a plain sentence."""


@dataclass(frozen=True, slots=True)
class Clients:
    """What this package calls in AWS."""

    dynamodb: "DynamoDBClient"
    kms: "KMSClient"
    cognito: "CognitoIdentityProviderClient"
    sts: "STSClient"

    @classmethod
    def of(cls, session: "boto3.Session") -> Self:
        """Clients of one session; making them takes time, so make them once."""
        return cls(
            dynamodb=session.client("dynamodb", config=BOUNDED),
            kms=session.client("kms", config=BOUNDED),
            cognito=session.client("cognito-idp", config=BOUNDED),
            sts=session.client("sts", config=BOUNDED),
        )
