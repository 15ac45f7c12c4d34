"""What each of Slack's errors means for us, decided in this one table.

The words are those of the Web API's methods (https://docs.slack.dev/reference/methods). A word that
the table doesn't name is taken for passing: the turn is tried again, and in the end apologised for.
"""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from http import HTTPStatus
from typing import Any

import aiohttp
from slack_sdk.errors import SlackApiError

from bots.errors import (
    DeliveryRefused,
    FormRefused,
    InstallationRefused,
    MessageGone,
    PlatformError,
    PlatformRefused,
    PlatformUnavailable,
)

MEANINGS: Mapping[type[PlatformRefused], frozenset[str]] = {
    MessageGone: frozenset({"message_not_found", "cant_update_message", "edit_window_closed"}),
    FormRefused: frozenset(
        {
            "invalid_blocks",
            "invalid_blocks_format",
            "invalid_metadata_format",
            "invalid_metadata_schema",
            "cannot_provide_both_markdown_text_and_chunks",
            "channel_type_not_supported",
            "invalid_chunks",
            "markdown_text_conflict",
            "message_not_in_streaming_state",
            "message_not_owned_by_app",
            "metadata_too_large",
            "method_not_supported_for_channel_type",
            "missing_recipient_team_id",
            "missing_recipient_user_id",
            "msg_blocks_too_long",
            "msg_too_long",
            "no_text",
            "streaming_mode_mismatch",
            "streaming_state_conflict",
            "too_many_attachments",
        }
    ),
    DeliveryRefused: frozenset(
        {
            "cannot_dm_bot",
            "cannot_reply_to_message",
            "cant_delete_message",
            "channel_not_found",
            "is_archived",
            "is_inactive",
            "messages_tab_disabled",
            "missing_scope",  # one call lacks a right; others of the installation go on
            "no_permission",
            "not_in_channel",
            "restricted_action",
            "thread_not_found",
            "user_disabled",
            "user_not_found",
            "user_not_in_channel",
            "user_not_visible",
        }
    ),
    InstallationRefused: frozenset(
        {
            "access_denied",
            "account_inactive",
            "bad_client_secret",
            "enterprise_is_restricted",
            "invalid_auth",
            "invalid_client_id",
            "invalid_refresh_token",
            "not_allowed_token_type",
            "not_authed",
            "org_login_required",
            "team_access_not_granted",
            "token_expired",
            "token_revoked",
        }
    ),
}
FAMILIES: Mapping[str, type[PlatformRefused]] = {"restricted_action_": DeliveryRefused}
"""What the words that begin so mean: ``restricted_action_thread_locked`` and its like."""

MAYBE_DONE = frozenset(
    {"fatal_error", "internal_error", "request_timeout", "service_unavailable", "team_added_to_org"}
)
"""With these words something may have been done all the same, as the methods' pages say of
``fatal_error`` and ``internal_error``; with any other, known or not, nothing was."""


@contextmanager
def platform_errors() -> Iterator[None]:
    """Calls of Slack inside end in one of :mod:`bots.errors`, never in an error of the SDK.

    :raises PlatformError: for what Slack, or the way there, has answered.
    """
    try:
        yield
    except SlackApiError as error:
        raise _meant(error) from error
    except aiohttp.ClientConnectorError as error:
        raise PlatformUnavailable("Slack can't be reached") from error
    except (aiohttp.ClientError, TimeoutError) as error:
        raise PlatformUnavailable(type(error).__name__, taken=True) from error


def refusal(word: str) -> type[PlatformRefused] | None:
    """What an error's word means; None for one that passes."""
    for kind, words in MEANINGS.items():
        if word in words:
            return kind
    return next((kind for begin, kind in FAMILIES.items() if word.startswith(begin)), None)


def unavailable(status: int, retry_after: str | None, word: str = "") -> PlatformUnavailable:
    """Slack is busy, or in trouble itself.

    :param retry_after: the header of that name.
    """
    busy = status == HTTPStatus.TOO_MANY_REQUESTS
    after = float(retry_after) if retry_after and retry_after.isdecimal() else None
    unsure = not busy and (not word or word in MAYBE_DONE)
    return PlatformUnavailable(f"Slack answered {word or status}", after=after, taken=unsure)


def _meant(error: SlackApiError) -> PlatformError:
    response: Any = error.response  # the SDK's own response, or aiohttp's when it held no JSON
    data = getattr(response, "data", None)
    word = str(data.get("error", "")) if isinstance(data, dict) else ""
    kind = refusal(word)
    if kind is InstallationRefused:
        return InstallationRefused(f"Slack answered {word}", word=word)
    if kind:
        return kind(f"Slack answered {word}")
    status = int(getattr(response, "status_code", 0) or getattr(response, "status", 0))
    return unavailable(status, response.headers.get("Retry-After"), word)
