"""A shell that leads nowhere yet, and parameters that may be spoilt."""

from collections.abc import Iterator
from typing import Any

import boto3
import pytest

from bizassist.settings.ssm_parameters import read_parameters
from tests.conftest import Stack


@pytest.fixture
def described(stack: Stack) -> str:
    return str(stack.state / "stack.json")


@pytest.fixture(autouse=True)
def environment(aws: boto3.Session, monkeypatch: pytest.MonkeyPatch) -> None:
    """What the command sets for its process ends with the test."""
    for name in (
        "BIZASSIST_SSM_PREFIX",
        "BIZASSIST_PUBLIC_URL",
        "BIZASSIST_TOKEN",
        "BIZASSIST_TEAMS_ANONYMOUS",
        *("SLACK_API_URL", "SLACK_SIGNING_SECRET", "SLACK_BOT_TOKEN"),
        *("MICROSOFT_APP_ID", "MICROSOFT_APP_PASSWORD", "MICROSOFT_APP_TENANT_ID"),
    ):
        monkeypatch.setenv(name, "")
        monkeypatch.delenv(name)


@pytest.fixture
def elsewhere(aws: boto3.Session, stack: Stack, monkeypatch: pytest.MonkeyPatch) -> Iterator[Any]:
    """A second set of parameters, which a test may spoil without harm to the running product."""
    ssm = aws.client("ssm")
    prefix = "/app/spoilt"

    def spoilt(**values: str) -> None:
        known = read_parameters(ssm, stack.ssm_prefix) | values
        for name, value in known.items():
            ssm.put_parameter(Name=f"{prefix}/{name}", Value=value, Type="String", Overwrite=True)
        monkeypatch.setenv("BIZASSIST_SSM_PREFIX", prefix)
        monkeypatch.setenv("BIZASSIST_PUBLIC_URL", stack.chat)

    yield spoilt
    names = [f"{prefix}/{name}" for name in read_parameters(ssm, prefix)]
    for start in range(0, len(names), 10):
        ssm.delete_parameters(Names=names[start : start + 10])
