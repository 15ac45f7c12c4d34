"""A file that a person shares: as Slack describes it, and as it gives it to the app."""

import base64
import secrets
import time
from pathlib import PurePath
from typing import Any

from aiohttp import web

from bizassist.local.slack.errors import SlackError, missing
from bizassist.local.slack.web_api.arguments import Arguments
from bizassist.local.slack.web_api.authorization import Authorization
from bizassist.local.slack.workspace import Workspace


def shared_file(
    workspace: Workspace, given: dict[str, Any], user: str, own_url: str
) -> dict[str, Any]:
    """Keep a file and return Slack's description of it.

    :param given: its ``name``, its ``content`` in base64 if it has any, and what shall differ from
        the description of a text file.
    :raises SlackError: ``invalid_arguments`` for a file without a name.
    """
    name = given.get("name")
    if not isinstance(name, str) or not name:
        raise missing("name")
    content = base64.b64decode(given.get("content", ""))
    given = {field: value for field, value in given.items() if field != "content"}
    key, now = f"F{secrets.token_hex(5).upper()}", int(time.time())
    kind = PurePath(name).suffix.removeprefix(".") or "text"
    workspace.files[key] = content
    address = f"{own_url}/files-pri/{workspace.team.id}-{key}"
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
        "user_team": workspace.team.id,
        "editable": False,
        "size": len(content),
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
        "permalink_public": f"{own_url}/files-pub/{workspace.team.id}-{key}",
        "is_starred": False,
        "has_rich_preview": False,
        "file_access": "visible",
    } | given


class FileDownloads:
    """``url_private_download``: the file for the app's token with ``files:read``.

    Whoever else asks gets a page to sign in, with status 200 (vercel/eve#1531).
    """

    def __init__(self, workspace: Workspace, authorization: Authorization) -> None:
        self._workspace = workspace
        self._authorization = authorization

    def routes(self) -> list[web.RouteDef]:
        """The route, for ``Application.add_routes``."""
        return [web.get("/files-pri/{file}/download/{name}", self._download)]

    async def _download(self, request: web.Request) -> web.Response:
        key = request.match_info["file"].partition("-")[2]
        content = self._workspace.files.get(key)
        if content is None:
            raise web.HTTPNotFound(text="file_not_found")
        try:
            self._authorization.check(request, Arguments({}))
        except SlackError:
            return _sign_in_page()
        if not self._workspace.files_read:
            return _sign_in_page()
        headers = {"Content-Disposition": "attachment"}
        return web.Response(body=content, content_type="application/octet-stream", headers=headers)


def _sign_in_page() -> web.Response:
    return web.Response(text="<!DOCTYPE html><title>Sign in</title>", content_type="text/html")
