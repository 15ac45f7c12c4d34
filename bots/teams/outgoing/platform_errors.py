"""What each of the Bot Connector's answers means for us, decided in this one table.

Statuses and words as in "Status code responses" of "Messages in bot conversations" and in "Send
proactive messages" (Teams platform documentation).
"""

import json
import re
from collections.abc import Mapping
from http import HTTPStatus

import aiohttp

from bots.errors import (
    DeliveryRefused,
    FormRefused,
    InstallationRefused,
    MessageGone,
    MessageTooLong,
    PlatformError,
    PlatformRefused,
    PlatformUnavailable,
    StreamOver,
    StreamStopped,
)

BUSY = frozenset({HTTPStatus.PRECONDITION_FAILED, HTTPStatus.TOO_MANY_REQUESTS})
"""Teams asks to try again after these."""
WORDS: Mapping[str, type[PlatformRefused]] = {
    "ActivityNotFoundInConversation": MessageGone,
    "BotDisabledByAdmin": InstallationRefused,
    "BotNotRegistered": InstallationRefused,
    "MessageEditNotAllowed": MessageGone,
}
"""Of refusals; any other word means what its status means."""
STATUSES: Mapping[int, type[PlatformRefused]] = {
    HTTPStatus.BAD_REQUEST: FormRefused,
    HTTPStatus.UNAUTHORIZED: InstallationRefused,
    HTTPStatus.REQUEST_ENTITY_TOO_LARGE: MessageTooLong,
}
"""Of refusals; any other is a place that takes nothing of ours (moderated, blocked, left)."""
EDIT = "PUT"
NO_STREAM = "ContentStreamNotAllowed"
STREAM_REFUSALS: Mapping[str, type[PlatformRefused]] = {
    "size too large": MessageTooLong,
    "cancel": StreamStopped,
}
"""What the message of :data:`NO_STREAM` holds, which alone tells its cases apart ("Error codes" of
"Stream bot messages"; written with one l or two, teams.ts#101, #635)."""
# A word goes to the log and to administrators, so it is one: no sentence with a name in it.
_WORD = re.compile(r"[A-Za-z]{1,64}")


def platform_error(
    method: str, answered: aiohttp.ClientResponse, body: bytes = b""
) -> PlatformError:
    """What a call's answer, which isn't a success, has to be taken for."""
    said = _object(body)
    status, word = answered.status, _word(said)
    reason = f"the Bot Connector answered {status}" + (word and f": {word}")
    if status in BUSY:
        pause = answered.headers.get("Retry-After", "")
        return PlatformUnavailable(reason, after=float(pause) if pause.isdecimal() else None)
    if status >= HTTPStatus.INTERNAL_SERVER_ERROR:
        return PlatformUnavailable(reason, taken=True)
    if word == NO_STREAM:
        return _stream_refusal(said)(reason)
    kind = WORDS.get(word) or STATUSES.get(status, DeliveryRefused)
    if method == EDIT and kind is DeliveryRefused:
        kind = MessageGone  # a new message may be taken where an edit is not
    if kind is InstallationRefused:
        return InstallationRefused(reason, word=word or str(status))
    return kind(reason)


def _stream_refusal(said: dict[str, object]) -> type[PlatformRefused]:
    error = said.get("error")
    message = str(error.get("message")).lower() if isinstance(error, dict) else ""
    return next((kind for part, kind in STREAM_REFUSALS.items() if part in message), StreamOver)


def _word(said: dict[str, object]) -> str:
    """Teams' own word for what is wrong, empty where it says none.

    Some answers hold a second JSON object, in which the word is called ``subCode``.
    """
    error = said.get("error")
    word = error.get("code") if isinstance(error, dict) else None
    inner = word or _object(said.get("message")).get("subCode")
    return inner if isinstance(inner, str) and _WORD.fullmatch(inner) else ""


def _object(text: object) -> dict[str, object]:
    try:
        value = json.loads(text) if isinstance(text, bytes | str) else None
    except (ValueError, RecursionError):
        value = None
    return value if isinstance(value, dict) else {}
