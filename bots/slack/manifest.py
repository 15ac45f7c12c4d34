"""The app manifest that sets BizAssist up in a Slack workspace, for one deployment's addresses."""

import json
from typing import Any

from bots.slack.incoming.message_shortcut import CALLBACK
from bots.slack.scopes import BOT_SCOPES

SCOPES = tuple(BOT_SCOPES)
EVENTS = (
    "agent_session_stopped",
    "app_home_opened",
    "app_mention",
    "app_uninstalled",
    "message.channels",
    "message.groups",
    "message.im",
    "message.mpim",
    "tokens_revoked",
    "user_change",
    "user_guest_status_changed",
)
DESCRIPTION = "Answers business questions, as you and with your rights"


def manifest(public_url: str, *, socket_mode: bool = False, several: bool = False) -> bytes:
    """The manifest as JSON (https://docs.slack.dev/reference/app-manifest).

    :param public_url: where Slack reaches the chat service.
    :param several: it is installed in several workspaces, or in an organisation: by OAuth, with
        tokens that are rotated.
    :param socket_mode: Slack sends over a connection that the service opens, and to no address.
    """
    content: Any = {
        "display_information": {
            "name": "BizAssist",
            "description": DESCRIPTION,
        },
        "features": {
            "app_home": {
                "home_tab_enabled": True,
                "messages_tab_enabled": True,
                "messages_tab_read_only_enabled": False,
            },
            "agent_view": {"agent_description": DESCRIPTION},
            "bot_user": {"display_name": "BizAssist", "always_online": True},
            "shortcuts": [
                {
                    "name": "Ask about this message",
                    "type": "message",
                    "callback_id": CALLBACK,
                    "description": "Ask BizAssist; only you see the answer",
                }
            ],
            "slash_commands": [
                {
                    "command": "/bizassist",
                    "url": f"{public_url}/slack/commands",
                    "description": "Ask a business question; only you see the answer",
                    "usage_hint": "Is serial LAPTOP-2024-001 still under warranty?",
                    "should_escape": True,
                }
            ],
        },
        "oauth_config": {
            "redirect_urls": [f"{public_url}/slack/oauth_redirect"],
            "scopes": {"bot": list(SCOPES)},
        },
        "settings": {
            "event_subscriptions": {
                "request_url": f"{public_url}/slack/events",
                "bot_events": list(EVENTS),
            },
            "interactivity": {
                "is_enabled": True,
                "request_url": f"{public_url}/slack/interactions",
            },
            "org_deploy_enabled": several,
            "socket_mode_enabled": socket_mode,
            "token_rotation_enabled": several,
        },
    }
    if socket_mode:
        content = _without_request_urls(content)
    return json.dumps(content, indent=2).encode()


def _without_request_urls(part: Any) -> Any:
    """What Slack wants of an app in Socket Mode: the same without the addresses that it calls."""
    if isinstance(part, list):
        return [_without_request_urls(one) for one in part]
    if not isinstance(part, dict):
        return part
    kept = {name: value for name, value in part.items() if name not in {"url", "request_url"}}
    return {name: _without_request_urls(value) for name, value in kept.items()}
