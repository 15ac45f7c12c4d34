"""``views.open``: a modal for who has just done something."""

import secrets
from typing import Any

from bizassist.local.slack.errors import SlackError
from bizassist.local.slack.web_api.arguments import Arguments
from bizassist.local.slack.workspace import Block, Workspace

TRIGGER_SECONDS = 3.0
MAX_TITLE, MAX_METADATA, MAX_INPUT = 24, 3_000, 3_000
"""Characters (https://docs.slack.dev/reference/views/modal-views)."""


def open_view(workspace: Workspace, given: Arguments) -> dict[str, Any]:
    """``views.open``: a trigger is good once, for three seconds."""
    user, since = workspace.triggers.pop(given.required("trigger_id"), ("", 0.0))
    if not user:
        raise SlackError("invalid_trigger_id")
    if workspace.clock.now() - since > TRIGGER_SECONDS:
        raise SlackError("expired_trigger_id")
    view = given.json_object("view", "invalid_arguments")
    _check(view)
    workspace.views[user] = {**view, "id": f"V{secrets.token_hex(5).upper()}"}
    return {"view": workspace.views[user]}


def _check(view: Block) -> None:
    """Refuse what is no modal."""
    title = view.get("title", {}).get("text", "")
    inputs = [block for block in view.get("blocks", []) if block.get("type") == "input"]
    if (
        view.get("type") != "modal"
        or not 1 <= len(title) <= MAX_TITLE
        or not view.get("blocks")
        or len(view.get("private_metadata", "")) > MAX_METADATA
        or (inputs and "submit" not in view)
        or not all(map(_is_input, inputs))
    ):
        raise SlackError("invalid_arguments", ("invalid view [json-pointer:/view]",))


def _is_input(block: Block) -> bool:
    element = block.get("element", {})
    most = element.get("max_length", MAX_INPUT)
    named = bool(block.get("label")) and bool(block.get("block_id")) and bool(element["action_id"])
    return element.get("type") == "plain_text_input" and most <= MAX_INPUT and named
