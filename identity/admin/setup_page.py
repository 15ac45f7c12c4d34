"""``/admin/setup``: whether each part answers at this moment, and what to do where one doesn't."""

import asyncio
import logging
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from typing import Literal

from aiohttp import web

from identity.admin.administrators import Administrators
from identity.executor import within
from identity.web.html import Html

log = logging.getLogger(__name__)

SETUP = "/admin/setup"
CHECK_TIMEOUT = 6.0
"""Seconds that a part has to answer; all of them are asked at the same time."""

State = Literal["working", "broken", "absent"]


@dataclass(frozen=True, slots=True)
class Finding:
    """What a check found out.

    :param sentence: one sentence about it; for a broken part, what to do.
    """

    state: State
    sentence: str


@dataclass(frozen=True, slots=True)
class Check:
    """One line of the checklist.

    :param ask: asks the part itself; whatever it raises means that the part is broken.
    :param remedy: what to do then, in one sentence.
    """

    name: str
    ask: Callable[[], Awaitable[Finding]]
    remedy: str


@dataclass(frozen=True, slots=True)
class Download:
    """A file made for this deployment.

    :param make: the file, from what the request's query says.
    :raises DownloadRefused: from ``make``, when the query doesn't say enough.
    """

    name: str
    content_type: str
    make: Callable[[Mapping[str, str]], bytes]


@dataclass(frozen=True, slots=True)
class Guide:
    """What stands below the checklist, for whoever sets the platforms up.

    :param manifest: Slack's app manifest, to copy.
    :param app_id: the Microsoft app id, where one is set.
    :param endpoint: where Teams sends messages to.
    :param secure: our address is one that Slack and Microsoft would call.
    """

    manifest: str
    app_id: str
    endpoint: str
    secure: bool


class SetupPages:
    """The checklist and the files that the platforms are set up with."""

    def __init__(
        self,
        *,
        html: Html,
        administrators: Administrators,
        checks: tuple[Check, ...],
        downloads: tuple[Download, ...],
        guide: Guide,
    ) -> None:
        self._html = html
        self._administrators = administrators
        self._checks = checks
        self._downloads = {one.name: one for one in downloads}
        self._guide = guide

    def routes(self) -> list[web.AbstractRouteDef]:
        """What to add to the application's router."""
        return [
            web.get(SETUP, self.checklist, allow_head=False),
            web.get(f"{SETUP}/{{file}}", self.download, allow_head=False),
        ]

    async def checklist(self, request: web.Request) -> web.Response:
        """``GET /admin/setup``: every part, asked now."""
        await self._administrators.for_page(request)
        found = await asyncio.gather(*(finding(check) for check in self._checks))
        return await self._html.page(
            request,
            "admin/setup.html",
            rows=list(zip(self._checks, found, strict=True)),
            broken=sum(one.state == "broken" for one in found),
            guide=self._guide,
        )

    async def download(self, request: web.Request) -> web.Response:
        """``GET /admin/setup/{file}``: one of the files."""
        await self._administrators.for_page(request)
        file = self._downloads.get(request.match_info["file"])
        if file is None:
            raise web.HTTPNotFound
        return web.Response(
            body=file.make(request.query),
            content_type=file.content_type,
            headers={
                "Content-Disposition": f'attachment; filename="{file.name}"',
                "Cache-Control": "no-store",
            },
        )


async def finding(check: Check) -> Finding:
    """What a check says, within :data:`CHECK_TIMEOUT`; silence and errors are answers too."""
    try:
        return await within(CHECK_TIMEOUT, check.ask())
    except TimeoutError:
        return Finding("broken", f"No answer within {CHECK_TIMEOUT:.0f} seconds. {check.remedy}")
    except Exception as error:  # noqa: BLE001 - whatever it is, the part doesn't work
        # Only the kind of error: its text may carry a secret.
        log.warning("the check of %s failed: %s", check.name, type(error).__name__)
        return Finding("broken", check.remedy)
