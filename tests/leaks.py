"""What must never be in a log: tokens, secrets, one-time addresses and tracebacks."""

import re
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

SHAPES = {
    "a JSON web token": re.compile(r"eyJ[\w-]{10,}\.[\w-]{10,}"),
    "a traceback": re.compile(r"Traceback \(most recent call last\)"),
    "a Slack token": re.compile(r"xox[a-z]-[\w-]{10,}"),
    "a bearer": re.compile(r"\bBearer\s+[\w.~+/-]{16,}"),
    "a one-time link": re.compile(r"/(?:link|undo)/[\w-]{40,}"),
    "a sign-in's secret": re.compile(r"\b(?:code|state|nonce|code_verifier)=[\w-]{16,}"),
    "a session's cookie": re.compile(r"__Host-bizassist=[\w-]+"),
}


def leaks(text: str, secrets: Iterable[str] = ()) -> list[str]:
    """What leaked and in which line, without repeating it."""
    known = [secret for secret in secrets if secret]
    found = []
    for number, line in enumerate(text.splitlines(), 1):
        kinds = [kind for kind, shape in SHAPES.items() if shape.search(line)]
        if any(secret in line for secret in known):
            kinds.append("a secret of this stack")
        found += [f"line {number}: {kind}" for kind in kinds]
    return found


def leaks_of_stack(state: Path, described: Mapping[str, Any]) -> list[str]:
    """What leaked into the logs of a stack's parts, and into its own output."""
    secrets = [
        described["slack_signing_secret"],
        described["slack_bot_token"],
        described["parameters"]["m2m_client_secret"],
        *(person["password"] for person in described["people"].values()),
    ]
    logs = [*sorted((state / "logs").glob("*.log")), state.parent / f"{state.name}.out"]
    return [
        f"{log.name}, {leak}"
        for log in logs
        if log.exists()
        for leak in leaks(log.read_text(errors="replace"), _unspoken(log, secrets))
    ]


def _unspoken(log: Path, secrets: list[str]) -> list[str]:
    """Whoever starts the stack is told the sample passwords on the screen, and nowhere else."""
    return secrets if log.suffix == ".log" else secrets[:3]
