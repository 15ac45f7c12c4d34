"""Keeps what was answered to the asker alone out of answers that others read along."""

from strands.types.content import ContentBlock, Message

KEY = "audience"
PRIVATE = "alone"
WITHHELD = "I answered this privately."
"""What stands in a shared conversation in place of a private answer or result."""


def mark_private(message: Message) -> None:
    """Say that a message is for the asker alone."""
    metadata = message.setdefault("metadata", {})
    metadata["custom"] = {**metadata.get("custom", {}), KEY: PRIVATE}


def is_private(message: Message) -> bool:
    """Whether a message is for the asker alone."""
    return message.get("metadata", {}).get("custom", {}).get(KEY) == PRIVATE


def withhold_private(messages: list[Message]) -> None:
    """Take the words of private messages out of a conversation; calls keep their results' places.

    A model takes no call without a result (Converse, Bedrock API reference), so those stay, empty.
    """
    for message in messages:
        if is_private(message):
            message["content"] = [_withheld(block) for block in message["content"]]


def _withheld(block: ContentBlock) -> ContentBlock:
    if "toolUse" in block:
        return {"toolUse": {**block["toolUse"], "input": {}}}
    if "toolResult" in block:
        return {"toolResult": {**block["toolResult"], "content": [{"text": WITHHELD}]}}
    return {"text": WITHHELD}
