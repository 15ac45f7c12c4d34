"""What a process asks something of, and how each of them fails."""

from dataclasses import dataclass
from typing import Any, Protocol

from botocore.exceptions import ClientError

from bots.errors import PlatformUnavailable, RuntimeUnavailable
from identity.errors import SignInUnavailable
from tests.simulation.aws_models import DynamoDBModel, KMSModel, SQSModel
from tests.simulation.faults import ServiceName


class Failed(Protocol):
    """Makes the error of a call that failed, or whose answer was lost."""

    def __call__(self, *, taken: bool, after: float | None) -> Exception: ...


@dataclass(frozen=True, slots=True)
class Service:
    """What a process asks something of.

    :param failed: makes the error that its client raises.
    """

    name: ServiceName
    failed: Failed


def aws_error(*, taken: bool, after: float | None) -> ClientError:
    """What boto3 raises when AWS is in trouble, throttles, or its answer doesn't come."""
    throttled = after is not None
    response: Any = {
        "Error": {"Code": "ThrottlingException" if throttled else "InternalServerError"},
        "ResponseMetadata": {"HTTPStatusCode": 400 if throttled else 500},
    }
    return ClientError(response, "Simulated")


def sign_in_error(*, taken: bool, after: float | None) -> SignInUnavailable:
    """What the token broker raises when the user pool doesn't answer."""
    return SignInUnavailable()


def away(*, taken: bool, after: float | None) -> RuntimeUnavailable:
    """What a call of the runtime ends in when its answer doesn't come."""
    return RuntimeUnavailable("the runtime is away", after=after)


def unavailable(*, taken: bool, after: float | None) -> PlatformUnavailable:
    """What a platform's adapter raises when a call fails, or its answer doesn't come."""
    return PlatformUnavailable("the platform is away", taken=taken, after=after)


SQS, DYNAMODB = Service("sqs", aws_error), Service("dynamodb", aws_error)
KMS, IDENTITY = Service("kms", aws_error), Service("identity", sign_in_error)
RUNTIME, PLATFORM = Service("runtime", away), Service("platform", unavailable)
AWS = {SQSModel: SQS, DynamoDBModel: DYNAMODB, KMSModel: KMS}
