"""Settings as they are when all is well; test_bad_configurations has what is wrong."""

import os
import re

import pytest

from bizassist.errors import SettingsError
from bizassist.settings.environment import read_process, slack_app
from bizassist.settings.ssm_parameters import Parameters, checked
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


def test_every_missing_parameter_is_named() -> None:
    with pytest.raises(SettingsError) as raised:
        checked({"user_pool_id": "p"}, "/app/bizassist")

    problems = raised.value.problems
    assert "/app/bizassist/inbox_url is missing." in problems
    assert len(problems) == len(Parameters.model_fields) - 1


def test_the_local_stack_writes_exactly_the_parameters_there_are(stack: Stack) -> None:
    assert set(stack.parameters) == set(Parameters.model_fields)


def test_a_process_says_in_its_log_what_bounds_it(stack: Stack) -> None:
    """Each bound that a setting has, each kind of threads, each kind of connections."""
    *_, said = re.findall(r"at most: (.+?)(?: \[|$)", stack.log("chat"), re.MULTILINE)
    bounds = dict(one.strip().rsplit(" ", 1) for one in said.split(", "))

    assert bounds == {
        "turns received": "1000",
        "runs": "100",
        "turns in line": "1000",
        "threads of turns": "32",
        "threads of identity": "32",
        "threads of the queue": "16",
        "threads of long polls": "2",
        "threads of heartbeats": "8",
        "threads of files": "8",
        "threads of rendering": "1",
        "threads of other work": "8",
        "connections to the runtime": "132",
        "connections to each platform": "200",
        "connections to each service of AWS": "58",
        "connections of people": "1000",
    }


def test_slack_is_connected_over_http_or_by_a_socket(monkeypatch: pytest.MonkeyPatch) -> None:
    given(monkeypatch, **GOOD)
    assert slack_app(read_process()) is None
    given(monkeypatch, SLACK_BOT_TOKEN="xoxb-1", SLACK_SIGNING_SECRET="hush")
    over_http = slack_app(read_process())
    assert over_http
    assert (over_http.signing_secret, over_http.app_token) == ("hush", "")
    monkeypatch.delenv("SLACK_SIGNING_SECRET")
    given(monkeypatch, SLACK_APP_TOKEN="xapp-1")
    by_socket = slack_app(read_process())
    assert by_socket
    assert by_socket.app_token == "xapp-1"
