"""What the Bot Connector's answers mean."""

from types import SimpleNamespace
from typing import Any

import pytest

from bots.errors import (
    After,
    DeliveryRefused,
    FormRefused,
    InstallationRefused,
    Later,
    MessageGone,
    MessageTooLong,
    PlatformError,
    PlatformUnavailable,
)
from bots.teams.outgoing.platform_errors import platform_error


def answered(method: str, status: int, **headers: str) -> PlatformError:
    response: Any = SimpleNamespace(status=status, headers=headers)
    return platform_error(method, response)


@pytest.mark.parametrize(
    ("method", "status", "kind"),
    [
        ("POST", 400, FormRefused),
        ("POST", 413, MessageTooLong),
        ("POST", 401, InstallationRefused),
        ("POST", 403, DeliveryRefused),
        ("POST", 404, DeliveryRefused),
        ("POST", 302, DeliveryRefused),
        ("PUT", 403, MessageGone),
        ("PUT", 404, MessageGone),
        ("PUT", 401, InstallationRefused),
        ("DELETE", 404, DeliveryRefused),
        ("POST", 429, PlatformUnavailable),
        ("PUT", 412, PlatformUnavailable),
        ("PUT", 502, PlatformUnavailable),
    ],
)
def test_an_answer_has_one_meaning(method: str, status: int, kind: type[PlatformError]) -> None:
    error = answered(method, status)
    assert type(error) is kind
    assert str(error) == f"the Bot Connector answered {status}"


def test_a_busy_teams_is_asked_again_when_it_says() -> None:
    assert answered("POST", 429, **{"Retry-After": "30"}).again == After(30)
    assert answered("POST", 429, **{"Retry-After": "soon"}).again == Later()


def test_only_a_failure_may_have_been_taken() -> None:
    taken = [answered("POST", status) for status in (412, 429, 500, 504)]
    assert [error.taken for error in taken if isinstance(error, PlatformUnavailable)] == [
        False,
        False,
        True,
        True,
    ]
