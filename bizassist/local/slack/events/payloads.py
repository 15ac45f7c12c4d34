"""Commands and pressed buttons in the words in which Slack sends them."""

import time
from typing import Any

from bizassist.local.slack.channels import Channel
from bizassist.local.slack.events.typed_text import escaped
from bizassist.local.slack.people import PEOPLE
from bizassist.local.slack.team import Team
from bizassist.local.slack.web_api.chat import payload
from bizassist.local.slack.workspace import APP, Block, Message

VERIFICATION_TOKEN = "deprecated-and-never-checked"  # noqa: S105 - Slack still sends one


def command(
    user: str, channel: Channel, name: str, text: str, *, response_url: str, trigger: str
) -> dict[str, str]:
    """The form of a slash command."""
    return {
        "token": VERIFICATION_TOKEN,
        "team_id": channel.team.id,
        "team_domain": channel.team.domain,
        "channel_id": channel.id,
        "channel_name": channel.name,
        "user_id": user,
        "user_name": PEOPLE[user].name,
        "command": name,
        "text": escaped(text),
        "api_app_id": APP,
        **_organisation_fields(channel.team),
        "response_url": response_url,
        "trigger_id": trigger,
    }


def click(
    user: str,
    channel: Channel,
    message: Message,
    element: Block,
    *,
    response_url: str,
    trigger: str,
    choice: str = "",
) -> dict[str, Any]:
    """The ``block_actions`` payload of a pressed button; one with a link causes it too.

    :param choice: of feedback buttons: ``positive`` or ``negative``; of a menu: an item's value.
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
        **_sender(user, channel.team),
        "container": container,
        "trigger_id": trigger,
        "channel": {"id": channel.id, "name": channel.name},
        "state": {"values": {}},
        "response_url": response_url,
        "actions": [_action(message, element, choice)],
    }
    # An ephemeral message has no address, and its payload no message.
    return sent if ephemeral else {**sent, "message": payload(message)}


def home_click(
    user: str, team: Team, view: dict[str, Any], element: Block, trigger: str
) -> dict[str, Any]:
    """The ``block_actions`` payload of a button on the Home tab: it has no message to answer."""
    action = {**element, "block_id": "b0", "action_ts": f"{time.time():.6f}"}
    return {
        "type": "block_actions",
        **_sender(user, team),
        "container": {"type": "view", "view_id": view["id"]},
        "trigger_id": trigger,
        "view": view,
        "actions": [action],
    }


def message_shortcut(
    user: str, message: Message, callback: str, *, response_url: str, trigger: str, channel: Channel
) -> dict[str, Any]:
    """The ``message_action`` payload (…/interaction-payloads/shortcuts-interaction-payload)."""
    return {
        "type": "message_action",
        **_sender(user, channel.team),
        "callback_id": callback,
        "action_ts": f"{time.time():.6f}",
        "trigger_id": trigger,
        "response_url": response_url,
        "message_ts": message.ts,
        "channel": {"id": channel.id, "name": channel.name},
        "message": payload(message),
    }


def submission(
    user: str, team: Team, view: dict[str, Any], typed: dict[str, str]
) -> dict[str, Any]:
    """The ``view_submission`` payload of a modal.

    :param typed: by the ``block_id`` of each input.
    """
    inputs = [block for block in view["blocks"] if block["type"] == "input"]
    values = {
        block["block_id"]: {
            block["element"]["action_id"]: {
                "type": "plain_text_input",
                "value": typed.get(block["block_id"]) or None,
            }
        }
        for block in inputs
    }
    return {
        "type": "view_submission",
        **_sender(user, team),
        "trigger_id": "",
        "view": {**view, "state": {"values": values}},
        "response_urls": [],
    }


def _organisation_fields(team: Team) -> dict[str, str]:
    if not team.enterprise:
        return {"is_enterprise_install": "false"}
    return {"is_enterprise_install": "true", "enterprise_id": team.enterprise}


def _sender(user: str, team: Team) -> dict[str, Any]:
    name = PEOPLE[user].name
    return {
        "user": {"id": user, "username": name, "name": name, "team_id": team.id},
        "api_app_id": APP,
        "token": VERIFICATION_TOKEN,
        "team": {"id": team.id, "domain": team.domain},
        "enterprise": {"id": team.enterprise, "name": team.name} if team.enterprise else None,
        "is_enterprise_install": bool(team.enterprise),
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
    if element["type"] == "overflow":
        return _chosen(message, element, choice)
    holder = next(b for b in message.blocks if element in b.get("elements", []))
    return _pressed(message, element, holder)


def _chosen(message: Message, element: Block, choice: str) -> dict[str, Any]:
    """An item of a menu; without a choice the first one."""
    holder = next(b for b in message.blocks if element in b.get("elements", []))
    option = next(o for o in element["options"] if choice in {"", o["value"]})
    chosen = {"type": "overflow", "action_id": element["action_id"], "selected_option": option}
    return _pressed(message, chosen, holder)


def _pressed(message: Message, element: Block, holder: Block) -> dict[str, Any]:
    return {
        **element,
        "block_id": holder.get("block_id") or f"b{message.blocks.index(holder)}",
        "action_ts": f"{time.time():.6f}",
    }
