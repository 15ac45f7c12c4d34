"""``views.*`` and suggested prompts: what the app shows beside messages, by Slack's rules.

https://docs.slack.dev/reference/views
"""

import secrets
from collections.abc import Iterator
from typing import Any

from bizassist.local.slack.block_kit import blocks as block_kit
from bizassist.local.slack.block_kit import sdk_models
from bizassist.local.slack.errors import SlackError
from bizassist.local.slack.people import person
from bizassist.local.slack.web_api.arguments import Arguments
from bizassist.local.slack.workspace import APP, BOT, Workspace

# Blocks and characters: https://docs.slack.dev/reference/views/modal-views
MAX_BLOCKS = 100
MAX_TITLE = 24
MAX_PRIVATE_METADATA = 3_000
# Characters: https://docs.slack.dev/reference/block-kit/blocks/input-block
MAX_LABEL = 2_000
# https://docs.slack.dev/reference/block-kit/block-elements/plain-text-input-element
MAX_INPUT = 3_000
# https://docs.slack.dev/reference/methods/assistant.threads.setSuggestedPrompts
MAX_PROMPTS = 4


def open_(workspace: Workspace, given: Arguments) -> dict[str, Any]:
    """``views.open``: a modal for whoever the trigger is of."""
    view = _checked(given, "modal")
    user = workspace.surfaces.exchange(given.required("trigger_id"))
    shown = _shown(workspace, view)
    workspace.surfaces.modals[user] = shown
    return {"view": shown}


def publish(workspace: Workspace, given: Arguments) -> dict[str, Any]:
    """``views.publish``: a person's Home tab."""
    user = person(given.required("user_id")).id
    shown = _shown(workspace, _checked(given, "home"))
    workspace.surfaces.homes[user] = shown
    return {"view": shown}


def set_suggested_prompts(workspace: Workspace, given: Arguments) -> dict[str, Any]:
    """``assistant.threads.setSuggestedPrompts`` of an agent.

    With a ``thread_ts`` it fails silently for an agent, as its page says.
    """
    channel, prompts = given.required("channel_id"), given.json("prompts", "invalid_arguments")
    if not workspace.channel(channel).owner:
        raise SlackError("channel_type_not_supported")
    if not isinstance(prompts, list) or not 1 <= len(prompts) <= MAX_PROMPTS:
        raise SlackError("invalid_arguments", (f"must have 1 to {MAX_PROMPTS} items",))
    for prompt in prompts:
        if not isinstance(prompt, dict) or not prompt.get("title") or not prompt.get("message"):
            raise SlackError("invalid_arguments", ("missing required field: title",))
    if not given.optional("thread_ts"):
        workspace.surfaces.prompts[channel] = prompts
    return {}


def _checked(given: Arguments, kind: str) -> dict[str, Any]:
    view = given.json("view", "invalid_arguments")
    if not isinstance(view, dict):
        raise SlackError("invalid_arguments", ("missing required field: view",))
    problems = tuple(_problems(view, kind)) or tuple(sdk_models.in_view(view))
    if problems:
        raise SlackError("invalid_arguments", problems)
    return view


def _problems(view: dict[str, Any], kind: str) -> Iterator[str]:
    if view.get("type") != kind:
        yield "must be a valid enum value [json-pointer:/view/type]"
    blocks = view.get("blocks")
    if not isinstance(blocks, list) or not all(isinstance(block, dict) for block in blocks):
        yield "missing required field: blocks [json-pointer:/view]"
        return
    if not 1 <= len(blocks) <= MAX_BLOCKS:
        yield f"must have 1 to {MAX_BLOCKS} items [json-pointer:/view/blocks]"
    if len(str(view.get("private_metadata", ""))) > MAX_PRIVATE_METADATA:
        yield f"must be less than {MAX_PRIVATE_METADATA + 1} [json-pointer:/view/private_metadata]"
    inputs = [block for block in blocks if block.get("type") == "input"]
    yield from _titles(view, kind, inputs)
    for index, block in enumerate(blocks):
        place = f"/view/blocks/{index}"
        yield from _input(block, place) if block in inputs else block_kit.check(block, place)


def _titles(view: dict[str, Any], kind: str, inputs: list[dict[str, Any]]) -> Iterator[str]:
    needed = {"title", *({"submit"} if inputs else ())} if kind == "modal" else set()
    for name in ("title", "submit", "close"):
        text = view.get(name)
        if text is None and name not in needed:
            continue
        yield from block_kit.text_object(text, f"/view/{name}", MAX_TITLE, plain=True)


def _input(block: dict[str, Any], place: str) -> Iterator[str]:
    yield from block_kit.text_object(block.get("label"), f"{place}/label", MAX_LABEL, plain=True)
    element = block.get("element")
    if not isinstance(element, dict) or element.get("type") != "plain_text_input":
        yield f"unsupported type [json-pointer:{place}/element/type]"
    elif not 1 <= element.get("max_length", 1) <= MAX_INPUT:
        yield f"must be 1 to {MAX_INPUT} [json-pointer:{place}/element/max_length]"
    if not block.get("block_id") or not isinstance(element, dict) or not element.get("action_id"):
        yield f"missing required field: block_id [json-pointer:{place}]"


def _shown(workspace: Workspace, view: dict[str, Any]) -> dict[str, Any]:
    """The view as Slack answers and sends it from now on."""
    added = {
        "id": f"V{secrets.token_hex(5).upper()}",
        "team_id": workspace.team.id,
        "app_id": APP,
        "bot_id": BOT,
        "hash": f"{secrets.randbelow(10**10)}.{secrets.token_hex(4)}",
        "state": {"values": {}},
        "private_metadata": view.get("private_metadata", ""),
        "callback_id": view.get("callback_id", ""),
    }
    return {**view, **added}
