"""Commands and pressed buttons in the words in which Slack sends them."""

import secrets
import time
from typing import Any

from bizassist.local.slack.channels import Channel
from bizassist.local.slack.events.typed_text import escaped
from bizassist.local.slack.people import PEOPLE
from bizassist.local.slack.web_api.chat import payload
from bizassist.local.slack.workspace import APP, TEAM, TEAM_DOMAIN, Block, Message

VERIFICATION_TOKEN = "deprecated-and-never-checked"  # noqa: S105 - Slack still sends one


def command(user: str, channel: Channel, name: str, text: str, response_url: str) -> dict[str, str]:
    """The form of a slash command."""
    return {
        "token": VERIFICATION_TOKEN,
        "team_id": TEAM,
        "team_domain": TEAM_DOMAIN,
        "channel_id": channel.id,
        "channel_name": channel.name,
        "user_id": user,
        "user_name": PEOPLE[user].name,
        "command": name,
        "text": escaped(text),
        "api_app_id": APP,
        "is_enterprise_install": "false",
        "response_url": response_url,
        "trigger_id": _trigger(),
    }


def click(
    user: str,
    channel: Channel,
    message: Message,
    element: Block,
    response_url: str,
    *,
    choice: str = "",
) -> dict[str, Any]:
    """The ``block_actions`` payload of a pressed button; one with a link causes it too.

    :param choice: of feedback buttons: ``positive`` or ``negative``.
    """
    ephemeral = message.only_for is not None
    container = {
        "type": "message",
        "message_ts": message.ts,
        "channel_id": message.channel,
        "is_ephemeral": ephemeral,
    }
    if message.thread_ts:
        container["thread_ts"] = message.thread_ts
    sent: dict[str, Any] = {
        "type": "block_actions",
        "user": {
            "id": user,
            "username": PEOPLE[user].name,
            "name": PEOPLE[user].name,
            "team_id": TEAM,
        },
        "api_app_id": APP,
        "token": VERIFICATION_TOKEN,
        "container": container,
        "trigger_id": _trigger(),
        "team": {"id": TEAM, "domain": TEAM_DOMAIN},
        "enterprise": None,
        "is_enterprise_install": False,
        "channel": {"id": channel.id, "name": channel.name},
        "state": {"values": {}},
        "response_url": response_url,
        "actions": [_action(message, element, choice)],
    }
    # An ephemeral message has no address, and its payload no message.
    return sent if ephemeral else {**sent, "message": payload(message)}


def submission(user: str, view: dict[str, Any], values: dict[str, str]) -> dict[str, Any]:
    """The ``view_submission`` payload of a modal that was filled in.

    https://docs.slack.dev/reference/interaction-payloads/view-interactions-payload
    """
    inputs = [block for block in view["blocks"] if block["type"] == "input"]
    state = {
        block["block_id"]: {
            block["element"]["action_id"]: {
                "type": block["element"]["type"],
                "value": values.get(block["element"]["action_id"]),
            }
        }
        for block in inputs
    }
    return {
        "type": "view_submission",
        "team": {"id": TEAM, "domain": TEAM_DOMAIN},
        "user": {"id": user, "username": PEOPLE[user].name, "team_id": TEAM},
        "api_app_id": APP,
        "token": VERIFICATION_TOKEN,
        "trigger_id": _trigger(),
        "view": {**view, "state": {"values": state}},
        "response_urls": [],
        "is_enterprise_install": False,
        "enterprise": None,
    }


def _action(message: Message, element: Block, choice: str) -> dict[str, Any]:
    if element["type"] == "feedback_buttons":
        chosen = element[f"{choice}_button"]
        element = {
            "type": "feedback_buttons",
            "action_id": element["action_id"],
            "value": chosen["value"],
            "text": chosen["text"],
        }
        holder = next(b for b in message.blocks if b["type"] == "context_actions")
        return _pressed(message, element, holder)
    holder = next(b for b in message.blocks if element in b.get("elements", []))
    return _pressed(message, element, holder)


def _pressed(message: Message, element: Block, holder: Block) -> dict[str, Any]:
    return {
        **element,
        "block_id": holder.get("block_id") or f"b{message.blocks.index(holder)}",
        "action_ts": f"{time.time():.6f}",
    }


def _trigger() -> str:
    return f"{_number()}.{_number()}.{secrets.token_hex(16)}"


def _number() -> int:
    return secrets.randbelow(10**12)
