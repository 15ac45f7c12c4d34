"""The tree of errors is as it is drawn, and a person is told sentences of ours alone."""

import json
import re

import pytest

from agent import errors
from agent.error_rendering import error_response, error_result, run_error_event
from agent.errors import (
    AgentError,
    ForbiddenError,
    GatewayUnreachableError,
    InputError,
    ModelRefusedError,
    NothingFoundError,
    RequestError,
    RunError,
    SessionBusyError,
    SettingsError,
    SigningKeysUnavailableError,
    ToolError,
    run_error_class,
)

NOT_ALONE = {RequestError, RunError, ToolError}
"""Branches, of which only the twigs are raised."""


def below(kind: type[AgentError], depth: int = 0) -> list[tuple[int, str]]:
    found = [(depth, kind.__name__)]
    for child in kind.__subclasses__():
        found += below(child, depth + 1)
    return found


def kinds(kind: type[AgentError] = AgentError) -> list[type[AgentError]]:
    return [kind, *(each for child in kind.__subclasses__() for each in kinds(child))]


def drawn() -> list[tuple[int, str]]:
    """The names in the drawing, each with its distance from the root."""
    lines = (errors.__doc__ or "").split("::")[1].splitlines()
    found = [re.match(r"(?P<branches>[ │├└─]*)(?P<name>\w+Error)\b", line) for line in lines]
    return [(len(line["branches"]) // 4 - 1, line["name"]) for line in found if line]


def test_the_drawing_is_the_tree() -> None:
    assert drawn() == below(AgentError)


@pytest.mark.parametrize("kind", [each for each in kinds() if each not in NOT_ALONE])
def test_an_error_says_whether_trying_again_can_help(kind: type[AgentError]) -> None:
    if "in a minute" in f"{kind.sentence} {getattr(kind, 'next_step', '')}":
        assert kind.retry == errors.A_MINUTE
    if "ask again" in kind.sentence:
        assert kind.retry != "never"
    assert re.fullmatch(r"[A-Z_]+|[a-z_]+", kind.code)


def test_what_happened_is_for_the_log_alone(caplog: pytest.LogCaptureFixture) -> None:
    event = run_error_event(ValueError("hunter2"))
    response = error_response(SigningKeysUnavailableError(detail="hunter2"))
    result = error_result(GatewayUnreachableError(detail="hunter2"))

    assert "hunter2" not in f"{event}{bytes(response.body)!r}{result}"
    assert event.code == "INTERNAL_ERROR"
    (problem,) = re.findall(r"this id: ([0-9a-f]{12})\.", event.message)
    assert f"{problem}, INTERNAL_ERROR: ValueError: hunter2" in caplog.text


def test_an_event_has_the_code_and_the_sentence_of_its_error() -> None:
    event = run_error_event(SessionBusyError(detail="after 10 seconds"))

    assert (event.code, event.message) == ("BUSY", SessionBusyError.sentence)
    assert "{id}" not in run_error_event(ModelRefusedError()).message
    assert run_error_class("BUSY") is SessionBusyError
    assert run_error_class("SOMETHING_NEW") is run_error_class(None) is RunError


@pytest.mark.parametrize(
    ("error", "status", "sentence"),
    [
        (InputError("The question is empty."), 400, "The question is empty."),
        (ForbiddenError(), 403, ForbiddenError.sentence),
        (SigningKeysUnavailableError(), 503, SigningKeysUnavailableError.sentence),
    ],
)
def test_a_response_has_the_status_and_the_sentence_of_its_error(
    error: RequestError, status: int, sentence: str
) -> None:
    response = error_response(error)

    assert response.status_code == status
    assert json.loads(bytes(response.body)) == {"message": sentence}


def test_a_tools_result_has_a_next_step_where_there_is_one() -> None:
    nothing = error_result(NothingFoundError("No such policy."))
    other = error_result(NothingFoundError("No such policy.", next_step="Try other words."))

    error = {"code": "not_found", "message": "No such policy."}
    assert nothing == {"status": "error", "content": [{"json": {"error": error}}]}
    assert other["content"][0]["json"]["error"]["next_step"] == "Try other words."


def test_every_setting_that_is_wrong_is_one_line() -> None:
    assert str(SettingsError(["One is missing.", "Two is not valid."])).splitlines() == [
        "One is missing.",
        "Two is not valid.",
    ]
