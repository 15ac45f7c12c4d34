"""Who did something where, in the words of Slack's interaction payloads."""

from collections.abc import Mapping
from typing import Any

from bots.errors import MalformedRequest
from identity.people import ChatUser

Payload = Mapping[str, Any]


def person(payload: Payload) -> ChatUser:
    """Who did it (``enterprise``, ``team`` and ``user`` of an interaction payload).

    :raises MalformedRequest: when a field is missing that Slack always sends.
    """
    try:
        enterprise = payload.get("enterprise") or {}
        tenant = enterprise.get("id") or payload["team"]["id"]
        return ChatUser("slack", str(tenant), str(payload["user"]["id"]))
    except (LookupError, AttributeError, TypeError):
        raise MalformedRequest(sentence="A field is missing that Slack always sends.") from None


def pressed(payload: Payload, *actions: str) -> Payload | None:
    """The element that was pressed, if it is one of these."""
    if payload.get("type") != "block_actions":
        return None
    listed = payload.get("actions")
    action = listed[0] if isinstance(listed, list) and listed else None
    known = isinstance(action, Mapping) and action.get("action_id") in actions
    return action if known else None
