"""What each of the Bot Connector's answers means for us, decided in this one table.

Statuses as in "Error handling" and "Rate limiting for bots" (Teams platform documentation).
"""

from collections.abc import Mapping
from http import HTTPStatus

import aiohttp

from bots.errors import (
    DeliveryRefused,
    FormRefused,
    InstallationRefused,
    MessageGone,
    PlatformError,
    PlatformRefused,
    PlatformUnavailable,
)

BUSY = frozenset({HTTPStatus.PRECONDITION_FAILED, HTTPStatus.TOO_MANY_REQUESTS})
"""Teams asks to try again after these."""
MEANINGS: Mapping[int, type[PlatformRefused]] = {
    HTTPStatus.BAD_REQUEST: FormRefused,
    HTTPStatus.UNAUTHORIZED: InstallationRefused,
    HTTPStatus.REQUEST_ENTITY_TOO_LARGE: FormRefused,
}
"""Of client errors; any other is a place that takes nothing of ours (moderated, blocked, left)."""
EDIT = "PUT"


def platform_error(method: str, answered: aiohttp.ClientResponse) -> PlatformError:
    """What a call's answer, which isn't a success, has to be taken for."""
    status = answered.status
    reason = f"the Bot Connector answered {status}"
    if status in BUSY:
        pause = answered.headers.get("Retry-After", "")
        return PlatformUnavailable(reason, after=float(pause) if pause.isdecimal() else None)
    if status >= HTTPStatus.INTERNAL_SERVER_ERROR:
        return PlatformUnavailable(reason, taken=True)
    kind = MEANINGS.get(status, DeliveryRefused)
    if method == EDIT and kind is not InstallationRefused:
        kind = MessageGone  # a new message may be taken where an edit is not
    return kind(reason)
