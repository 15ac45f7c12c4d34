"""Marks the messages of a conversation with the run that they belong to."""

from collections.abc import Iterable

from strands.types.content import Message

KEY = "run"
"""Within a message's ``metadata.custom``, which is saved with it and shown to no model."""


def mark(message: Message, run: str) -> None:
    """Say which run a message belongs to."""
    metadata = message.setdefault("metadata", {})
    metadata["custom"] = {**metadata.get("custom", {}), KEY: run}


def messages_of(messages: Iterable[Message], run: str) -> list[Message]:
    """The messages of one run, in order; conversations from before there were marks have none."""
    return [message for message in messages if _mark_of(message) == run]


def _mark_of(message: Message) -> object:
    return message.get("metadata", {}).get("custom", {}).get(KEY)
