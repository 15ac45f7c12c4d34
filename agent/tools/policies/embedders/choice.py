"""Which embedder a setting means."""

import boto3

from agent.tools.policies.embedders.bedrock import BedrockModel
from agent.tools.policies.embedders.embedder import Embedder
from agent.tools.policies.embedders.local_model import LocalModel

WORDS, LOCAL, BEDROCK = "words", "local", "bedrock:"


def embedder(setting: str, session: boto3.Session) -> Embedder | None:
    """The one of a setting ``policy_embedder``; None for ``words``, which needs none."""
    if setting.startswith(BEDROCK):
        return BedrockModel(setting.removeprefix(BEDROCK), session)
    return LocalModel() if setting == LOCAL else None
