"""Lets long-term memory be extracted from what the person wrote, and from nothing else."""

import json

from bedrock_agentcore.memory.integrations.strands.bedrock_converter import AgentCoreMemoryConverter


class UserTextConverter(AgentCoreMemoryConverter):
    """Saves the person's own words as conversation, everything else as blobs.

    Only conversational payload is extracted into long-term memory (CreateEvent, AgentCore
    developer guide). A tool's result has the role of a user, and an answer may repeat it: as
    conversation, a web page that says "remember that…" would be remembered.
    """

    @staticmethod
    def exceeds_conversational_limit(message: tuple[str, str]) -> bool:
        """Whether a message, as JSON and role, is saved as a blob."""
        text, role = message
        blocks = json.loads(text)["message"]["content"]
        by_the_person = role == "user" and all(block.keys() == {"text"} for block in blocks)
        return not by_the_person or AgentCoreMemoryConverter.exceeds_conversational_limit(message)
