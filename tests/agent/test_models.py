"""The model setting names a provider; what is missing for it is one clear sentence."""

import importlib.util

import pytest
from strands.models.bedrock import BedrockModel

from agent.models import check, model
from agent.offline import OfflineModel
from agent.settings import SettingsError


def test_offline_needs_nothing() -> None:
    assert isinstance(model("offline"), OfflineModel)


def test_bedrock_is_there_with_prompt_caching(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AWS_DEFAULT_REGION", "us-east-1")
    made = model("bedrock:anthropic.claude-sonnet-4-20250514-v1:0")

    assert isinstance(made, BedrockModel)
    assert made.get_config()["model_id"] == "anthropic.claude-sonnet-4-20250514-v1:0"
    assert made.get_config()["cache_config"] is not None


@pytest.mark.parametrize("provider", ["anthropic", "openai", "ollama"])
def test_a_missing_package_is_named(provider: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(importlib.util, "find_spec", lambda _: None)
    with pytest.raises(SettingsError) as refused:
        check(f"{provider}:some-model")

    assert str(refused.value) == (
        f"BIZASSIST_MODEL needs the Python package '{provider}', which is missing: "
        f"install strands-agents[{provider}]."
    )


@pytest.mark.parametrize("setting", ["gpt", "OFFLINE", "offline:x", "bedrock", "bedrock:", ":x"])
def test_a_setting_that_names_no_model_is_refused(setting: str) -> None:
    with pytest.raises(SettingsError, match="BIZASSIST_MODEL"):
        check(setting)
