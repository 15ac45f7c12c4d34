"""Every way to configure the chat service wrongly, and the sentence that its operator reads.

A file of ``tests/data/config`` is one configuration: ``bad-*.env`` an environment, ``bad-*.json``
what differs from the parameters of ``good.json`` (null: it is missing). Each has the expectation in
itself, under *reads*.
"""

import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from bizassist.__main__ import main
from bizassist.settings.environment import Process
from bizassist.settings.ssm_parameters import Parameters, checked
from tests.configurations import CONFIG, PREFIX, clear_environment, set_environment, ssm_stand_in
from tests.some import some

ENVIRONMENTS = sorted(CONFIG.glob("bad-*.env"))
PARAMETERS = sorted(CONFIG.glob("bad-*.json"))
GOOD: dict[str, str] = json.loads((CONFIG / "good.json").read_text())


@pytest.fixture(autouse=True)
def own_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    clear_environment(monkeypatch)


@pytest.fixture
def ssm(own_environment: None, monkeypatch: pytest.MonkeyPatch) -> Iterator[dict[str, str]]:
    with ssm_stand_in(monkeypatch) as parameters:
        yield parameters


def ended(capsys: pytest.CaptureFixture[str]) -> list[str]:
    """What ``bizassist serve`` says before it ends, which it must do by itself."""
    assert main(["serve"]) == 1
    first, *lines = capsys.readouterr().err.splitlines()
    assert first == "bizassist: settings are missing or wrong"
    return lines


def test_there_are_configurations_to_try() -> None:
    assert len(ENVIRONMENTS) > 20
    assert len(PARAMETERS) > 30
    read = "".join(path.read_text() for path in ENVIRONMENTS)
    for name, field in some(Process.model_fields.items()):
        assert str(field.validation_alias or name.upper()) in read
    for name in some(Parameters.model_fields):
        assert (CONFIG / f"bad-{name.replace('_', '-')}-missing.json").exists()


@pytest.mark.parametrize("path", ENVIRONMENTS, ids=lambda path: path.name)
def test_a_bad_environment_is_told_in_its_sentences(
    path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    expected = set_environment(path, monkeypatch)

    said = ended(capsys)

    assert said == expected
    assert "hush" not in "".join(said)


@pytest.mark.parametrize("path", PARAMETERS, ids=lambda path: path.name)
def test_bad_parameters_are_told_in_their_sentences(
    path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    ssm: dict[str, str],
) -> None:
    case = json.loads(path.read_text())
    monkeypatch.setenv("BIZASSIST_PUBLIC_URL", "https://assistant.example.com")
    parameters = {**GOOD, **case["parameters"]}
    ssm |= {name: value for name, value in parameters.items() if value is not None}

    assert ended(capsys) == case["reads"]


def test_the_good_parameters_are_good() -> None:
    assert checked(GOOD, PREFIX).runtime_url == GOOD["runtime_url"]
