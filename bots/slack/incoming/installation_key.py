"""Which installation a payload of Slack's is for.

https://docs.slack.dev/apis/events-api#authorizations
https://docs.slack.dev/enterprise#org-wide
"""

from collections.abc import Mapping
from typing import Any, cast

INSTALLATION = "installation"
"""Where what is put into the inbox names it."""


def installation_key(payload: Mapping[str, object]) -> str:
    """The organisation that installed us for all of its workspaces, or else the workspace.

    An event says so in its ``authorizations``: in a channel shared with another company the rest
    of the envelope may be theirs.

    :returns: Slack's id, ``E…`` or ``T…``; empty where the payload names none.
    """
    listed = payload.get("authorizations")
    first = listed[0] if isinstance(listed, list) and listed else payload
    fields = cast("Mapping[str, Any]", first if isinstance(first, Mapping) else payload)
    organisation, workspace = _id(fields, "enterprise"), _id(fields, "team")
    if organisation and fields.get("is_enterprise_install") in {True, "true"}:
        return organisation
    return workspace or organisation


def stored_installation(body: Mapping[str, object]) -> str:
    """The installation of what is in the inbox."""
    return str(body.get(INSTALLATION) or installation_key(body))


def _id(fields: Mapping[str, Any], what: str) -> str:
    named = fields.get(what)
    inside = named.get("id") if isinstance(named, Mapping) else None
    return str(fields.get(f"{what}_id") or inside or "")
