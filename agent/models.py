"""Turns the model setting into a Strands model; each provider's package is imported when used."""

import importlib.util
import os
from collections.abc import Callable
from typing import TYPE_CHECKING

from agent.settings import SettingsError

if TYPE_CHECKING:
    from strands.models import Model

MAX_TOKENS = 4096


def check(setting: str) -> None:
    """Whether a model setting can work, without importing what it needs.

    :raises SettingsError: when the provider is unknown, incomplete or not installed.
    """
    provider, _, name = setting.partition(":")
    if setting == "offline":
        return
    if provider not in PROVIDERS:
        known = ", ".join(["offline", *(f"{known}:MODEL" for known in PROVIDERS)])
        raise SettingsError([f"BIZASSIST_MODEL is {setting!r}; it must be one of {known}."])
    if not name:
        raise SettingsError([f"BIZASSIST_MODEL must name a model: {provider}:MODEL."])
    package, _ = PROVIDERS[provider]
    if importlib.util.find_spec(package) is None:
        missing = f"BIZASSIST_MODEL needs the Python package {package!r}, which is missing"
        raise SettingsError([f"{missing}: install strands-agents[{provider}]."])


def model(setting: str) -> "Model":
    """The model that a setting such as ``bedrock:MODEL`` or ``offline`` names.

    :raises SettingsError: see :func:`check`.
    """
    check(setting)
    provider, _, name = setting.partition(":")
    if provider == "offline":
        from agent.offline import OfflineModel  # noqa: PLC0415 - only what is used is imported

        return OfflineModel()
    _, make = PROVIDERS[provider]
    return make(name)


def _bedrock(name: str) -> "Model":
    from strands.models.bedrock import BedrockModel  # noqa: PLC0415 - only where it is used
    from strands.models.model import CacheConfig  # noqa: PLC0415

    return BedrockModel(
        model_id=name,
        max_tokens=MAX_TOKENS,
        cache_config=CacheConfig(tools_ttl=True),
        guardrail_id=os.environ.get("BIZASSIST_GUARDRAIL_ID"),
        guardrail_version=os.environ.get("BIZASSIST_GUARDRAIL_VERSION", "DRAFT"),
    )


def _anthropic(name: str) -> "Model":
    from strands.models.anthropic import AnthropicModel  # noqa: PLC0415

    return AnthropicModel(model_id=name, max_tokens=MAX_TOKENS)


def _openai(name: str) -> "Model":
    from strands.models.openai import OpenAIModel  # noqa: PLC0415

    return OpenAIModel(model_id=name)


def _ollama(name: str) -> "Model":
    from strands.models.ollama import OllamaModel  # noqa: PLC0415

    host = os.environ.get("OLLAMA_HOST", "http://127.0.0.1:11434")
    return OllamaModel(host, model_id=name)


PROVIDERS: dict[str, tuple[str, Callable[[str], "Model"]]] = {
    # provider: the package it needs, how its model is made
    "bedrock": ("boto3", _bedrock),
    "anthropic": ("anthropic", _anthropic),
    "openai": ("openai", _openai),
    "ollama": ("ollama", _ollama),
}
