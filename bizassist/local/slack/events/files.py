"""A file that a person shares, as Slack describes it."""

import secrets
import time
from pathlib import PurePath
from typing import Any

from bizassist.local.slack.errors import missing
from bizassist.local.slack.workspace import TEAM


def described(given: dict[str, Any], user: str, own_url: str) -> dict[str, Any]:
    """Slack's description of one file.

    :param given: its ``name``, and what shall differ from a text file of no size.
    :raises SlackError: ``invalid_arguments`` for a file without a name.
    """
    name = given.get("name")
    if not isinstance(name, str) or not name:
        raise missing("name")
    key, now = f"F{secrets.token_hex(5).upper()}", int(time.time())
    kind = PurePath(name).suffix.removeprefix(".") or "text"
    address = f"{own_url}/files-pri/{TEAM}-{key}"
    return {
        "id": key,
        "created": now,
        "timestamp": now,
        "name": name,
        "title": name,
        "mimetype": "text/plain",
        "filetype": kind,
        "pretty_type": kind.upper(),
        "user": user,
        "user_team": TEAM,
        "editable": False,
        "size": 0,
        "mode": "hosted",
        "is_external": False,
        "external_type": "",
        "is_public": False,
        "public_url_shared": False,
        "display_as_bot": False,
        "username": "",
        "url_private": f"{address}/{name}",
        "url_private_download": f"{address}/download/{name}",
        "permalink": f"{own_url}/files/{user}/{key}/{name}",
        "permalink_public": f"{own_url}/files-pub/{TEAM}-{key}",
        "is_starred": False,
        "has_rich_preview": False,
        "file_access": "visible",
    } | given
