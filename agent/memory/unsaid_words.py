"""Keeps the words of a wish to forget out of the conversation in which it was said."""

import json
from dataclasses import dataclass
from typing import Any

from bedrock_agentcore.memory.integrations.strands.session_manager import BufferedMessage

from agent.memory.pause import MARK, PAUSED
from agent.memory.text_matching import Matches

ASKED = "(I asked to have something forgotten.)"
DONE = "(I said what came of it.)"


@dataclass(frozen=True, slots=True)
class UnsaidWords:
    """What is to be forgotten would be learned again from the words that ask for it.

    :param matches: whether a text says what is to be forgotten.
    """

    matches: Matches

    def and_also(self, other: "UnsaidWords") -> "UnsaidWords":
        """The words of both."""
        return UnsaidWords(lambda text: self.matches(text) or other.matches(text))

    def without(self, buffered: BufferedMessage) -> BufferedMessage:
        """A message as it may be saved: without these words, and nothing is learned from it."""
        metadata: Any = {**(buffered.metadata or {}), MARK: {"stringValue": PAUSED}}
        messages = [(self._cleared(text), role) for text, role in buffered.messages]
        return buffered._replace(messages=messages, metadata=metadata)

    def _cleared(self, saved: str) -> str:
        """A message as the session manager saves it, in JSON."""
        entry = json.loads(saved)
        message = entry["message"]
        neutral = ASKED if message["role"] == "user" else DONE
        message["content"] = [self._clear(block, neutral) for block in message["content"]]
        return json.dumps(entry)

    def _clear(self, block: dict[str, Any], neutral: str) -> dict[str, Any]:
        """A block without the words; a call and its result stay a pair."""
        if not self.matches(json.dumps(block, ensure_ascii=False)):
            return block
        if "toolUse" in block:
            return {"toolUse": {**block["toolUse"], "input": {}}}
        if "toolResult" in block:
            return {"toolResult": {**block["toolResult"], "content": [{"text": neutral}]}}
        return {"text": neutral}
