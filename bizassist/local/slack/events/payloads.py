"""Commands, events and clicks in the words in which Slack sends them."""

import re
import secrets
import time
import uuid
from typing import Any

from bizassist.local.slack.web_api.chat import payload
from bizassist.local.slack.workspace import (
    APP,
    BOT_NAME,
    BOT_USER,
    GENERAL,
    PEOPLE,
    TEAM,
    TEAM_DOMAIN,
    Message,
)

VERIFICATION_TOKEN = "deprecated-and-never-checked"  # noqa: S105 - Slack still sends one

_URL = re.compile(r"https?://[^\s<>|]+")
_MENTION = re.compile(r"@(\w+)")


def typed(text: str) -> str:
    """What a person typed, as Slack stores it: escaped, with mentions and addresses marked up."""
    ids = {one.name: one.id for one in PEOPLE.values()} | {BOT_NAME.lower(): BOT_USER}

    def mention(found: re.Match[str]) -> str:
        known = ids.get(found[1].lower())
        return f"<@{known}>" if known else found[0]

    return _MENTION.sub(mention, _URL.sub(r"<\g<0>>", escaped(text)))


def escaped(text: str) -> str:
    """``text`` with Slack's three entities."""
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")


def command(user: str, channel: str, name: str, text: str, response_url: str) -> dict[str, str]:
    """The form of a slash command."""
    return {
        "token": VERIFICATION_TOKEN,
        "team_id": TEAM,
        "team_domain": TEAM_DOMAIN,
        "channel_id": channel,
        "channel_name": "general" if channel == GENERAL else "directmessage",
        "user_id": user,
        "user_name": PEOPLE[user].name,
        "command": name,
        "text": escaped(text),
        "api_app_id": APP,
        "is_enterprise_install": "false",
        "response_url": response_url,
        "trigger_id": f"{_number()}.{_number()}.{secrets.token_hex(16)}",
    }


def message_event(message: Message) -> dict[str, Any]:
    """The ``message`` event of a post."""
    kind = "channel" if message.channel == GENERAL else "im"
    return _envelope({**_post(message), "type": "message", "channel_type": kind})


def mention_event(message: Message) -> dict[str, Any]:
    """The ``app_mention`` event that the same post causes besides."""
    return _envelope({**_post(message), "type": "app_mention"})


def click(
    user: str, message: Message, element: dict[str, Any], response_url: str
) -> dict[str, Any]:
    """The ``block_actions`` payload of a pressed button; one with a link causes it too."""
    ephemeral = message.only_for is not None
    container = {
        "type": "message",
        "message_ts": message.ts,
        "channel_id": message.channel,
        "is_ephemeral": ephemeral,
    }
    action = {**element, "block_id": "b1", "action_ts": f"{time.time():.6f}"}
    return {
        "type": "block_actions",
        "user": {"id": user, "username": PEOPLE[user].name, "team_id": TEAM},
        "api_app_id": APP,
        "token": VERIFICATION_TOKEN,
        "container": container,
        "trigger_id": f"{_number()}.{_number()}.{secrets.token_hex(16)}",
        "team": {"id": TEAM, "domain": TEAM_DOMAIN},
        "enterprise": None,
        "is_enterprise_install": False,
        "channel": {"id": message.channel},
        "message": None if ephemeral else payload(message),
        "response_url": response_url,
        "actions": [action],
    }


def _post(message: Message) -> dict[str, Any]:
    post = {
        "user": message.author,
        "ts": message.ts,
        "client_msg_id": str(uuid.uuid4()),
        "text": message.text,
        "team": TEAM,
        "blocks": [{"type": "rich_text", "block_id": secrets.token_hex(3), "elements": []}],
        "channel": message.channel,
        "event_ts": message.ts,
    }
    return {**post, "thread_ts": message.thread_ts} if message.thread_ts else post


def _envelope(event: dict[str, Any]) -> dict[str, Any]:
    return {
        "token": VERIFICATION_TOKEN,
        "team_id": TEAM,
        "context_team_id": TEAM,
        "context_enterprise_id": None,
        "api_app_id": APP,
        "event": event,
        "type": "event_callback",
        "event_id": f"Ev{secrets.token_hex(5).upper()}",
        "event_time": int(time.time()),
        "authorizations": [
            {
                "enterprise_id": None,
                "team_id": TEAM,
                "user_id": BOT_USER,
                "is_bot": True,
                "is_enterprise_install": False,
            }
        ],
        "is_ext_shared_channel": False,
        "event_context": secrets.token_urlsafe(24),
    }


def _number() -> int:
    return secrets.randbelow(10**12)
