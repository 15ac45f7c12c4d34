"""Which calls of Slack are repeated when it, or the way there, fails.

What may be done twice is repeated. What may not, a post, is left to whoever knows how to look
whether it has happened; the SDK's default would repeat it blindly. How long is waited when Slack is
busy is said in :mod:`bots.slack.outgoing.web_api`.
"""

from slack_sdk.http_retry.async_handler import AsyncRetryHandler
from slack_sdk.http_retry.builtin_async_handlers import (
    AsyncConnectionErrorRetryHandler,
    AsyncServerErrorRetryHandler,
)

MOST = 2


def when_broken() -> list[AsyncRetryHandler]:
    """For what may happen twice."""
    return [
        AsyncConnectionErrorRetryHandler(max_retry_count=MOST),
        AsyncServerErrorRetryHandler(max_retry_count=MOST),
    ]
