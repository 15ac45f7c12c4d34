"""Settings: from the environment and from SSM, each problem in a line of its own."""

import os

import pytest

from bizassist.settings.parameters import Parameters
from bizassist.settings.process import SettingsError, read_deployment, read_process
from tests.conftest import Stack

GOOD = {"BIZASSIST_PUBLIC_URL": "https://assistant.example.com/"}


@pytest.fixture(autouse=True)
def empty_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in list(os.environ):
        if name.startswith(("BIZASSIST_", "SLACK_", "MICROSOFT_")):
            monkeypatch.delenv(name)


def given(monkeypatch: pytest.MonkeyPatch, **variables: str) -> None:
    for name, value in variables.items():
        monkeypatch.setenv(name, value)


def test_the_environment_has_good_defaults(monkeypatch: pytest.MonkeyPatch) -> None:
    given(monkeypatch, **GOOD)

    process = read_process()

    assert (process.host, process.port) == ("127.0.0.1", 3978)
    assert process.public_url == "https://assistant.example.com"
    assert process.ssm_prefix == "/app/bizassist"
    assert process.slack_api_url == "https://slack.com/api/"


@pytest.mark.parametrize(
    ("variables", "line"),
    [
        ({"BIZASSIST_PUBLIC_URL": ""}, "BIZASSIST_PUBLIC_URL: is missing"),
        ({"BIZASSIST_PUBLIC_URL": "ftp://x"}, "BIZASSIST_PUBLIC_URL: "),
        ({"BIZASSIST_PORT": "many"}, "BIZASSIST_PORT: "),
        ({"SLACK_SIGNING_SECRET": "hush"}, "SLACK_BOT_TOKEN: is missing"),
        ({"MICROSOFT_APP_PASSWORD": "hush"}, "MICROSOFT_APP_ID: is missing"),
        (
            {"BIZASSIST_TEAMS_ANONYMOUS": "true", "BIZASSIST_HOST": "0.0.0.0"},  # noqa: S104
            "BIZASSIST_TEAMS_ANONYMOUS",
        ),
    ],
)
def test_each_problem_is_named_and_no_value_shown(
    monkeypatch: pytest.MonkeyPatch, variables: dict[str, str], line: str
) -> None:
    given(monkeypatch, **GOOD | variables)

    with pytest.raises(SettingsError) as raised:
        read_process()

    assert line in str(raised.value)
    assert "hush" not in str(raised.value)
    assert len(str(raised.value).splitlines()) == 1


def test_every_missing_parameter_is_named() -> None:
    with pytest.raises(SettingsError) as raised:
        read_deployment({"user_pool_id": "p"}, "/app/bizassist")

    lines = str(raised.value).splitlines()
    assert "/app/bizassist/inbox_url: is missing" in lines
    assert len(lines) == len(Parameters.model_fields) - 1


def test_the_local_stack_writes_exactly_the_parameters_there_are(stack: Stack) -> None:
    assert set(stack.parameters) == set(Parameters.model_fields)
