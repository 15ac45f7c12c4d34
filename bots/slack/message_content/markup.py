"""Slack's markup as a person reads it: mentions by name, addresses and entities resolved.

https://docs.slack.dev/messaging/formatting-message-text
"""

import re
from collections.abc import Mapping

_CONTROL = re.compile(r"<([@#!]?)([^<>|\s]+)(?:\|([^<>]*))?>")
UNKNOWN = {"@": "someone", "#": "a-channel"}
"""What stands for an id that Slack tells no name of."""


def plain(text: str, names: Mapping[str, str] | None = None) -> str:
    """``text`` without Slack's ``<…>`` sequences and entities.

    :param names: of people and channels by their ids; without it, ids stay as they are.
    """
    resolved = _CONTROL.sub(lambda found: _spoken(found, names), text)
    return resolved.replace("&lt;", "<").replace("&gt;", ">").replace("&amp;", "&")


def mentioned(text: str) -> tuple[set[str], set[str]]:
    """The ids of people and those of channels whose names ``text`` doesn't tell itself."""
    found = [match for match in _CONTROL.finditer(text) if not match[3]]
    people = {match[2] for match in found if match[1] == "@"}
    return people, {match[2] for match in found if match[1] == "#"}


def _spoken(control: re.Match[str], names: Mapping[str, str] | None) -> str:
    sign, target, label = control.group(1), control.group(2), control.group(3) or ""
    if sign == "!":
        return label or f"@{target}"
    if sign:
        name = label.removeprefix(sign)
        return f"{sign}{name or _named(sign, target, names)}"
    if not label or target.removeprefix("mailto:").endswith(label):
        return label if target.startswith("mailto:") else target
    return f"{label} ({target})"


def _named(sign: str, target: str, names: Mapping[str, str] | None) -> str:
    return target if names is None else names.get(target) or UNKNOWN[sign]
