"""Reads what a running local stack says about itself, for a command that asks it something."""

import json
import os
import socket
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

from bizassist.errors import CommandError

USUAL = Path(".bizassist/stack.json")
SLACK = ("SLACK_SIGNING_SECRET", "SLACK_BOT_TOKEN", "SLACK_API_URL")


@dataclass(frozen=True, slots=True)
class LocalStack:
    """A stack that `bizassist dev` runs.

    :param environment: leads this process to it, and to no AWS account.
    :param person: a sample sign-in: username and password.
    :param logs: the folder with a log of each part.
    """

    environment: Mapping[str, str]
    person: tuple[str, str]
    logs: Path


def read_stack(path: Path) -> LocalStack:
    """The stack that this file describes.

    :raises CommandError: when there is none, or it doesn't run any more.
    """
    try:
        stack = json.loads(path.read_text("utf-8"))
    except (OSError, ValueError):
        raise CommandError(f"{path} does not describe a stack: is `make dev` up?") from None
    if not _listens(stack["aws"]):
        raise CommandError(f"the stack that {path} describes is gone: start `make dev` again")
    name, person = next(iter(stack["people"].items()))
    return LocalStack(
        environment={
            "AWS_ENDPOINT_URL": stack["aws"],
            "AWS_DEFAULT_REGION": stack["region"],
            "AWS_ACCESS_KEY_ID": "local",
            "AWS_SECRET_ACCESS_KEY": "local",
            "AWS_CONFIG_FILE": os.devnull,
            "AWS_SHARED_CREDENTIALS_FILE": os.devnull,
            "BIZASSIST_SSM_PREFIX": stack["ssm_prefix"],
            "BIZASSIST_PUBLIC_URL": stack["chat"],
            "BIZASSIST_TEAMS_ANONYMOUS": "true",
            **_slack(stack),
        },
        person=(name, person["password"]),
        logs=path.parent / "logs",
    )


def use_environment(environment: Mapping[str, str]) -> None:
    """Lead this process there; whatever AWS account is configured here, it isn't asked."""
    for name in [name for name in os.environ if name.startswith("AWS_")]:
        del os.environ[name]
    os.environ.update(environment)


def _listens(url: str) -> bool:
    address = urlsplit(url)
    try:
        socket.create_connection((address.hostname, address.port), timeout=2).close()
    except OSError:
        return False
    return True


def _slack(stack: Mapping[str, str]) -> dict[str, str]:
    """Slack itself where this shell names all of it, as `bizassist dev` does; else the double."""
    if all(os.environ.get(name) for name in SLACK):
        return {}
    return {
        "SLACK_API_URL": f"{stack['slack']}/api/",
        "SLACK_SIGNING_SECRET": stack["slack_signing_secret"],
        "SLACK_BOT_TOKEN": stack["slack_bot_token"],
    }
