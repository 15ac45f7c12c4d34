"""What the models of Slack's own SDK say of blocks and views: a second opinion beside the rules."""

import copy
from collections.abc import Iterator
from typing import Any

from slack_sdk.errors import SlackObjectFormationError
from slack_sdk.models.blocks import Block
from slack_sdk.models.views import View

BREACHES = (SlackObjectFormationError, TypeError, ValueError, LookupError, AttributeError)


def in_blocks(blocks: list[dict[str, Any]]) -> Iterator[str]:
    """The SDK's objections; it says nothing of kinds of blocks that it doesn't know yet."""
    for index, block in enumerate(blocks):
        try:
            parsed = Block.parse(copy.deepcopy(block))
            if parsed is not None:
                parsed.validate_json()
        except BREACHES as error:
            yield f"{error} [json-pointer:/blocks/{index}]"


def in_view(view: dict[str, Any]) -> Iterator[str]:
    """The SDK's objections to a modal or a Home tab."""
    try:
        View(**copy.deepcopy(view)).validate_json()
    except BREACHES as error:
        yield f"{error} [json-pointer:/view]"
