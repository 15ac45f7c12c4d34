"""Which calls of Slack are repeated, and when: after its Retry-After, or soon after a failure.

What may be done twice is repeated when the connection breaks or Slack has an error of its own. What
may not, a post, is left to whoever knows how to look whether it has happened; the SDK's default
would repeat it blindly. Either way the client waits when Slack says that it is busy.
"""

from slack_sdk.http_retry.async_handler import AsyncRetryHandler
from slack_sdk.http_retry.builtin_async_handlers import (
    AsyncConnectionErrorRetryHandler,
    AsyncRateLimitErrorRetryHandler,
    AsyncServerErrorRetryHandler,
)

MOST = 2


def when_busy() -> list[AsyncRetryHandler]:
    """For what must not happen twice."""
    return [AsyncRateLimitErrorRetryHandler(max_retry_count=MOST)]


def when_busy_or_broken() -> list[AsyncRetryHandler]:
    """For what may happen twice."""
    return [
        *when_busy(),
        AsyncConnectionErrorRetryHandler(max_retry_count=MOST),
        AsyncServerErrorRetryHandler(max_retry_count=MOST),
    ]
