"""The model setting names a provider; what is missing for it is one clear sentence."""

import importlib.util
from typing import Any

import httpx
import pytest
from strands.models.anthropic import AnthropicModel
from strands.models.bedrock import BedrockModel
from strands.models.ollama import OllamaModel
from strands.models.openai import OpenAIModel

from agent.errors import SettingsError
from agent.models.offline.model import OfflineModel
from agent.models.providers import ATTEMPTS, CONNECT_SECONDS, READ_SECONDS, check, model
from agent.settings import ModelChoice

KEYS = ("ANTHROPIC_API_KEY", "OPENAI_API_KEY")


@pytest.fixture(autouse=True)
def _no_keys(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AWS_DEFAULT_REGION", "us-east-1")
    for name in KEYS:
        monkeypatch.delenv(name, raising=False)


def made(setting: str, **more: Any) -> Any:
    return model(ModelChoice(setting, **more))


def test_offline_needs_nothing() -> None:
    assert isinstance(made("offline"), OfflineModel)


def test_bedrock_is_there_with_prompt_caching_and_bounds() -> None:
    bedrock = made("bedrock:anthropic.claude-sonnet-4-20250514-v1:0")

    assert isinstance(bedrock, BedrockModel)
    assert bedrock.get_config()["model_id"] == "anthropic.claude-sonnet-4-20250514-v1:0"
    assert bedrock.get_config()["cache_config"] is not None
    config = bedrock.client.meta.config
    assert (config.connect_timeout, config.read_timeout) == (CONNECT_SECONDS, READ_SECONDS)
    assert config.retries["total_max_attempts"] == ATTEMPTS


def test_every_other_client_has_bounds_too() -> None:
    bounds = httpx.Timeout(READ_SECONDS, connect=CONNECT_SECONDS)
    anthropic = made("anthropic:claude-sonnet-4-5", api_key="key")
    openai = made("openai:gpt-5", api_key="key")
    ollama = made("ollama:llama3.2", base_url="http://127.0.0.1:9")

    assert isinstance(anthropic, AnthropicModel)
    assert anthropic.client.timeout == bounds
    assert anthropic.client.max_retries == ATTEMPTS - 1
    assert isinstance(openai, OpenAIModel)
    assert openai.client_args["timeout"] == bounds
    assert openai.client_args["max_retries"] == ATTEMPTS - 1
    assert isinstance(ollama, OllamaModel)
    assert ollama.client_args["timeout"] == bounds
    assert ollama.host == "http://127.0.0.1:9"


@pytest.mark.parametrize("provider", ["anthropic", "openai", "ollama"])
def test_a_missing_package_is_named(provider: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(importlib.util, "find_spec", lambda _: None)
    with pytest.raises(SettingsError) as refused:
        check(ModelChoice(f"{provider}:some-model"))

    assert str(refused.value) == (
        f"BIZASSIST_MODEL needs the Python package '{provider}', which is missing: "
        f"install strands-agents[{provider}]."
    )


@pytest.mark.parametrize("provider", ["anthropic", "openai"])
def test_a_missing_key_is_named(provider: str, monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(SettingsError) as refused:
        check(ModelChoice(f"{provider}:some-model"))

    assert str(refused.value) == (
        f"{provider} needs an API key: set the SSM parameter /app/bizassist/model_api_key, "
        f"BIZASSIST_MODEL_API_KEY or {provider.upper()}_API_KEY."
    )
    monkeypatch.setenv(f"{provider.upper()}_API_KEY", "key")
    check(ModelChoice(f"{provider}:some-model"))


def test_a_server_of_ones_own_that_speaks_as_openai_does_needs_no_key() -> None:
    own = made("openai:local", base_url="http://127.0.0.1:9/v1")

    assert own.client_args["base_url"] == "http://127.0.0.1:9/v1"
    assert own.client_args["api_key"]


@pytest.mark.parametrize("setting", ["gpt", "OFFLINE", "offline:x", "bedrock", "bedrock:", ":x"])
def test_a_setting_that_names_no_model_is_refused(setting: str) -> None:
    with pytest.raises(SettingsError, match="BIZASSIST_MODEL"):
        check(ModelChoice(setting))
