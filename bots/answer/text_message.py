"""A sentence as agent events."""

import uuid
from collections.abc import Iterator

from ag_ui.core import (
    BaseEvent,
    TextMessageContentEvent,
    TextMessageEndEvent,
    TextMessageStartEvent,
)


def text_message(text: str) -> Iterator[BaseEvent]:
    """``text`` as a message of its own at the end of an answer."""
    message = uuid.uuid4().hex
    yield TextMessageStartEvent(message_id=message, role="assistant")
    yield TextMessageContentEvent(message_id=message, delta=text)
    yield TextMessageEndEvent(message_id=message)
