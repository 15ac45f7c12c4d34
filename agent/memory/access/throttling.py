"""Which refusals of AgentCore Memory only say that an account asks too often."""

from typing import Any

from botocore.exceptions import ClientError

THROTTLED = frozenset({"ThrottledException", "ThrottlingException"})
"""The first is in the service's model; the second is what AWS's front door answers for any API."""


def is_throttling(error: ClientError) -> bool:
    """Whether the same call succeeds a little later."""
    return is_throttled(error.response)


def is_throttled(answer: Any) -> bool:
    """The same of an answer as botocore has parsed it."""
    return answer.get("Error", {}).get("Code") in THROTTLED
