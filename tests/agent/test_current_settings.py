"""Settings that can't be right leave a living process with the last good ones."""

from types import SimpleNamespace
from typing import Any

import pytest

from agent import __main__ as program
from agent.current_settings import CurrentSettings
from agent.errors import SettingsError


async def test_a_model_that_nobody_has_changes_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    good: Any = SimpleNamespace(model_choice="good")

    def check(choice: str) -> None:
        if choice != "good":
            raise SettingsError(["There is no such model."])

    loaded = [SimpleNamespace(model_choice="misspelt"), SimpleNamespace(model_choice="good")]
    monkeypatch.setattr("agent.models.providers.check", check)
    monkeypatch.setattr(program, "Settings", SimpleNamespace(load=lambda: loaded.pop(0)))
    monkeypatch.setattr("agent.current_settings.KEEP_SECONDS", 0)
    settings = CurrentSettings(good, program.read_settings)

    assert await settings.current() is good
    assert str((await settings.current()).model_choice) == "good"
    assert loaded == []
