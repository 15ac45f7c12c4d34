"""Turns the model setting into a Strands model; each provider's package is imported when used."""

import importlib
import importlib.util
import os
from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from agent.errors import SettingsError
from agent.settings import ModelChoice, parameter_prefix

if TYPE_CHECKING:
    from strands.models import Model

MAX_TOKENS = 4096
CONNECT_SECONDS = 5
READ_SECONDS = 60
"""The longest silence between two parts of an answer."""
ATTEMPTS = 3
"""How often one request is sent in all, when the provider fails or can't be reached."""
NO_KEY = "not-needed"
"""What a server of one's own is sent in place of a key: OpenAI's client insists on one."""


def check(choice: ModelChoice) -> None:
    """Whether a model setting can work, without importing what it needs.

    :raises SettingsError: when the provider is unknown, incomplete, not installed or has no key.
    """
    setting = choice.setting
    name, _, model_id = setting.partition(":")
    if setting == "offline":
        return
    if name not in PROVIDERS:
        known = ", ".join(["offline", *(f"{known}:MODEL" for known in PROVIDERS)])
        raise SettingsError([f"BIZASSIST_MODEL is {setting!r}; it must be one of {known}."])
    if not model_id:
        raise SettingsError([f"BIZASSIST_MODEL must name a model: {name}:MODEL."])
    provider = PROVIDERS[name]
    if importlib.util.find_spec(provider.package) is None:
        missing = f"BIZASSIST_MODEL needs the Python package {provider.package!r}, which is missing"
        raise SettingsError([f"{missing}: install strands-agents[{name}]."])
    if provider.key and not (choice.api_key or choice.base_url or os.environ.get(provider.key)):
        where = f"the SSM parameter {parameter_prefix()}/model_api_key"
        raise SettingsError(
            [f"{name} needs an API key: set {where}, BIZASSIST_MODEL_API_KEY or {provider.key}."]
        )


def import_provider(choice: ModelChoice) -> None:
    """Import what :func:`model` will need, without making anything that expires."""
    name = choice.setting.partition(":")[0]
    for module in OFFLINE if name == "offline" else PROVIDERS[name].modules:
        importlib.import_module(module)


def model(choice: ModelChoice) -> "Model":
    """The model that a setting such as ``bedrock:MODEL`` or ``offline`` names.

    :raises SettingsError: see :func:`check`.
    """
    check(choice)
    name, _, model_id = choice.setting.partition(":")
    if name == "offline":
        from agent.models.offline.model import OfflineModel  # noqa: PLC0415 - only what is used is imported

        return OfflineModel()
    return PROVIDERS[name].make(model_id, choice)


def _bedrock(name: str, choice: ModelChoice) -> "Model":
    from botocore.config import Config  # noqa: PLC0415 - only where it is used
    from strands.models.bedrock import BedrockModel  # noqa: PLC0415
    from strands.models.model import CacheConfig  # noqa: PLC0415

    guardrail: dict[str, Any] = {}
    if choice.guardrail_id:
        guardrail = {
            "guardrail_id": choice.guardrail_id,
            "guardrail_version": choice.guardrail_version,
            "guardrail_latest_message": True,
        }
    return BedrockModel(
        boto_client_config=Config(
            connect_timeout=CONNECT_SECONDS,
            read_timeout=READ_SECONDS,
            retries={"mode": "standard", "total_max_attempts": ATTEMPTS},
        ),
        endpoint_url=choice.base_url or None,
        api_key=choice.api_key or None,
        model_id=name,
        max_tokens=MAX_TOKENS,
        cache_config=CacheConfig(tools_ttl=True),
        **guardrail,
    )


def _anthropic(name: str, choice: ModelChoice) -> "Model":
    from strands.models.anthropic import AnthropicModel  # noqa: PLC0415
    from strands.models.model import CacheConfig  # noqa: PLC0415

    return AnthropicModel(
        client_args=_client(choice),
        model_id=name,
        max_tokens=MAX_TOKENS,
        cache_config=CacheConfig(tools_ttl=True),
    )


def _openai(name: str, choice: ModelChoice) -> "Model":
    from strands.models.openai import OpenAIModel  # noqa: PLC0415

    given = _client(choice)
    if "api_key" not in given and not os.environ.get("OPENAI_API_KEY"):
        given["api_key"] = NO_KEY
    return OpenAIModel(client_args=given, model_id=name)


def _ollama(name: str, choice: ModelChoice) -> "Model":
    from strands.models.ollama import OllamaModel  # noqa: PLC0415

    host = choice.base_url or os.environ.get("OLLAMA_HOST", "http://127.0.0.1:11434")
    return OllamaModel(
        host,
        ollama_client_args={"timeout": _timeout()},
        model_id=name,
        max_tokens=MAX_TOKENS,
    )


def _client(choice: ModelChoice) -> dict[str, Any]:
    """What the clients of Anthropic and OpenAI are both told."""
    given: dict[str, Any] = {"timeout": _timeout(), "max_retries": ATTEMPTS - 1}
    if choice.api_key:
        given["api_key"] = choice.api_key
    if choice.base_url:
        given["base_url"] = choice.base_url
    return given


def _timeout() -> Any:
    import httpx  # noqa: PLC0415 - botocore has its own

    return httpx.Timeout(READ_SECONDS, connect=CONNECT_SECONDS)


@dataclass(frozen=True, slots=True)
class _Provider:
    """A provider: its package, what is imported for it, how its model is made, where its key is."""

    package: str
    modules: tuple[str, ...]
    make: Callable[[str, ModelChoice], "Model"]
    key: str = ""


OFFLINE = ("agent.models.offline.model",)
PROVIDERS = {
    "bedrock": _Provider(
        "boto3", ("botocore.config", "strands.models.bedrock", "strands.models.model"), _bedrock
    ),
    "anthropic": _Provider(
        "anthropic",
        ("anthropic", "httpx", "strands.models.anthropic", "strands.models.model"),
        _anthropic,
        "ANTHROPIC_API_KEY",
    ),
    "openai": _Provider(
        "openai", ("httpx", "openai", "strands.models.openai"), _openai, "OPENAI_API_KEY"
    ),
    "ollama": _Provider("ollama", ("httpx", "ollama", "strands.models.ollama"), _ollama),
}
