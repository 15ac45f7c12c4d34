"""When an event whose handling failed is delivered again, and when it has been tried for enough.

The queue's count of deliveries is none of attempts: a message that waited behind another, or whose
process died, was delivered and never tried. So the inbox counts by the clock, and tries every event
at least once.
"""

import math
import time
from collections import Counter
from http import HTTPStatus
from typing import Any, Protocol

from botocore.exceptions import BotoCoreError, ClientError

from bots.errors import After, BotError, GivenUp, Never, Superseded

LONGEST_PAUSE = 60
# What SQS hides a message for at most (ChangeMessageVisibility).
LONGEST_HIDDEN = 12 * 60 * 60

PATIENCE = 15 * 60
"""Seconds from when a question was asked, within which somebody who can be helped still is."""

THROTTLED = frozenset(
    {"ProvisionedThroughputExceededException", "RequestLimitExceeded", "ThrottlingException"}
)
"""What AWS answers with 400 when it has too much to do (DynamoDB and KMS, "Errors")."""

MOST_FAULTS = 5
"""Tries of an event that fails by a fault of ours, which seldom goes away by itself."""

MOST_APOLOGIES = 3
"""Deliveries of a dead letter; who can't even be told by then is left to the alarm."""


class Retries(Protocol):
    """Decides about the messages of one queue."""

    def pause(self, message: Any, error: Exception) -> int | None:
        """Seconds until a message that has just failed comes back; None when it is given up."""

    def ended(self, message: Any) -> None:
        """A message is done with."""


class InboxRetries:
    """A quarter of an hour for what passes, five tries for a fault of ours."""

    def __init__(self) -> None:
        self._failures: Counter[str] = Counter()

    def pause(self, message: Any, error: Exception) -> int | None:
        """Seconds until the next try; None when the last was the last."""
        if isinstance(error, GivenUp):
            return None
        self._failures[message["MessageId"]] += 1
        failures = self._failures[message["MessageId"]]
        asked_at = int(message["Attributes"]["SentTimestamp"]) / 1000
        if time.time() - asked_at >= PATIENCE or (not passing(error) and failures >= MOST_FAULTS):
            return None
        return retry_delay(error, failures)

    def ended(self, message: Any) -> None:
        """Forget its failures."""
        self._failures.pop(message["MessageId"], None)


class DeadLetterRetries:
    """Three deliveries."""

    def pause(self, message: Any, error: Exception) -> int | None:
        """Seconds until the next try; None when the last was the last."""
        deliveries = int(message["Attributes"]["ApproximateReceiveCount"])
        return retry_delay(error, deliveries) if deliveries < MOST_APOLOGIES else None

    def ended(self, message: Any) -> None:
        """Nothing is remembered."""


def passing(error: Exception) -> bool:
    """Whether ``error`` is somebody's outage, AWS's too, and no fault of ours."""
    match error:
        case Superseded():
            return True
        case BotError():
            return not isinstance(error.again, Never)
        case ClientError(response={"Error": {"Code": code}}) if code in THROTTLED:
            return True
        case ClientError(response={"ResponseMetadata": {"HTTPStatusCode": int(status)}}):
            return status >= HTTPStatus.INTERNAL_SERVER_ERROR
    return isinstance(error, BotoCoreError)


def retry_delay(error: Exception, failures: int) -> int:
    """Seconds: longer each time, and at least what the failing part asks for."""
    again = error.again if isinstance(error, BotError) else None
    asked = math.ceil(again.seconds) if isinstance(again, After) else 0
    grown: int = min(2 ** min(failures, LONGEST_PAUSE), LONGEST_PAUSE)
    return min(max(asked, grown), LONGEST_HIDDEN)
