"""Every way to configure the agent wrongly, and the sentence that its operator reads.

A file of ``tests/data/config/agent`` is an environment over good parameters; the expectation stands
in it, under *reads*.
"""

import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from agent import __main__ as agent
from agent.settings import Settings
from tests.configurations import CONFIG, PREFIX, clear_environment, set_environment, ssm_stand_in

ENVIRONMENTS = sorted((CONFIG / "agent").glob("bad-*.env"))
GOOD: dict[str, str] = json.loads((CONFIG / "good.json").read_text())
WITHOUT_HARM = {"policy_embedder"}
"""What is missing where Terraform hasn't been applied since; policies are found by words then."""
PARAMETERS = sorted(GOOD.keys() & Settings.model_fields.keys() - WITHOUT_HARM)


@pytest.fixture
def ssm(monkeypatch: pytest.MonkeyPatch) -> Iterator[dict[str, str]]:
    """The parameters, with all that the agent needs."""
    clear_environment(monkeypatch)
    monkeypatch.setattr(
        "agent.telemetry.log.set_up", lambda: None
    )  # this process's log is pytest's
    with ssm_stand_in(monkeypatch) as parameters:
        parameters.update(GOOD)
        yield parameters


def ended() -> str:
    """What the agent says before it ends, which it must do by itself."""
    with pytest.raises(SystemExit) as end:
        agent.main()
    return str(end.value.code)


def test_there_are_configurations_to_try() -> None:
    assert len(ENVIRONMENTS) >= 10
    assert len(PARAMETERS) >= 10


@pytest.mark.parametrize("path", ENVIRONMENTS, ids=lambda path: path.name)
def test_a_bad_environment_is_told_in_its_sentence(
    path: Path, monkeypatch: pytest.MonkeyPatch, ssm: dict[str, str]
) -> None:
    expected = set_environment(path, monkeypatch)

    assert ended().splitlines() == expected


@pytest.mark.parametrize("name", PARAMETERS)
def test_a_missing_parameter_is_told_in_one_sentence(name: str, ssm: dict[str, str]) -> None:
    del ssm[name]

    where = f"set the SSM parameter {PREFIX}/{name} or BIZASSIST_{name.upper()}"
    assert ended() == f"The setting {name} is missing: {where}."
