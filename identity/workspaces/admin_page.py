"""``/admin/workspaces``: where people ask from, and what is allowed there."""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from aiohttp import web

from identity.admin.administrators import Administrators
from identity.audit_log import AuditLog
from identity.directory.linked_people import LinkedPeople
from identity.errors import InvalidSettings, NotYours, SettingsChanged
from identity.oidc.token_verification import Account
from identity.sessions.csrf import check_csrf
from identity.web.chat_user_details import PLATFORM_NAMES
from identity.web.flash_message import flash, take_flash
from identity.web.html import Html
from identity.web.untrusted_text import single_line
from identity.workspaces.pauses import Pause, Pauses
from identity.workspaces.settings import (
    LARGEST_DAY,
    LARGEST_QUOTA,
    Settings,
    Workspace,
    Workspaces,
    out_of_bounds,
)

WORKSPACES = "/admin/workspaces"
LONGEST_DETAIL = 300

MEND = {
    "slack": "Install the app in the workspace again, and give this service its new token.",
    "teams": (
        "Look at the bot's id, secret and tenant in Azure, "
        "and whether the app is allowed in the Teams admin center."
    ),
}
"""What an administrator does about a paused workspace."""


@dataclass(frozen=True, slots=True)
class WorkspaceRow:
    """A workspace that somebody is linked from, or that was settled.

    :param links: how many active links it has.
    :param pause: why nothing is answered there; None where all is well.
    """

    workspace: Workspace
    name: str
    links: int
    settings: Settings
    pause: Pause | None = None

    @property
    def platform(self) -> str:
        """What people call its platform."""
        return PLATFORM_NAMES[self.workspace.platform]


class WorkspacePages:
    """Handlers for administrators."""

    def __init__(
        self,
        *,
        html: Html,
        administrators: Administrators,
        linked_people: LinkedPeople,
        workspaces: Workspaces,
        pauses: Pauses,
        audit: AuditLog,
    ) -> None:
        self._html = html
        self._administrators = administrators
        self._linked_people = linked_people
        self._workspaces = workspaces
        self._pauses = pauses
        self._audit = audit

    def routes(self) -> list[web.AbstractRouteDef]:
        """What to add to the application's router."""
        return [
            web.get(WORKSPACES, self.overview, allow_head=False),
            web.get(f"{WORKSPACES}/settings", self.settings, allow_head=False),
            web.post(f"{WORKSPACES}/settings", self.save),
        ]

    async def overview(self, request: web.Request) -> web.Response:
        """``GET /admin/workspaces``: all of them."""
        await self._administrators.for_page(request)
        return await self._html.page(
            request,
            "admin/workspaces.html",
            workspaces=await self._rows(),
            mend=MEND,
            flash=await take_flash(request),
        )

    async def settings(self, request: web.Request) -> web.Response:
        """``GET /admin/workspaces/settings``: the form of one of them."""
        await self._administrators.for_page(request)
        one = await self._row(request.query.get("workspace", ""))
        return await self._form(request, one, _typed(one.settings))

    async def save(self, request: web.Request) -> web.Response:
        """``POST /admin/workspaces/settings``: what holds from now on."""
        administrator = await self._administrators.for_form(request)
        await check_csrf(request)
        form = await request.post()
        one = await self._row(str(form.get("workspace", "")))
        try:
            settings = _read(form)
        except InvalidSettings as wrong:
            typed = {name: str(form.get(name, "")) for name in _typed(one.settings)}
            problem = f"{wrong.sentence} Nothing was saved."
            return await self._form(
                request, one, typed, problem=problem, over=_version(form), status=wrong.status
            )
        try:
            await self._settle(administrator, one.workspace, settings, _version(form))
        except SettingsChanged as changed:
            now = await self._row(one.workspace.key)
            problem = f"{changed.sentence} Nothing of yours was saved."
            return await self._form(
                request, now, _typed(now.settings), problem=problem, status=changed.status
            )
        await flash(request, f"The settings of {single_line(one.name)} are saved.")
        raise web.HTTPSeeOther(WORKSPACES)

    async def _settle(
        self, administrator: Account, workspace: Workspace, settings: Settings, over: int
    ) -> None:
        """Save settings over those of a version; what gives or takes rights is written down first.

        :raises SettingsChanged: when others hold by now; the log says that too.
        """
        by, about = administrator.label, workspace.key
        detail = settings_summary(settings)[:LONGEST_DETAIL]
        await self._audit.write("settled", by=by, about=about, detail=detail)
        try:
            await self._workspaces.put(workspace, settings, over=over)
        except SettingsChanged:
            await self._audit.write("refused", by=by, about=about, detail="others were saved first")
            raise

    async def _form(
        self,
        request: web.Request,
        one: WorkspaceRow,
        typed: dict[str, str],
        *,
        problem: str = "",
        over: int | None = None,
        status: int = 200,
    ) -> web.Response:
        """The form, filled in.

        :param over: the version that was on the page before; None for the one that holds.
        """
        return await self._html.page(
            request,
            "admin/workspace.html",
            status=status,
            one=one,
            over=one.settings.version if over is None else over,
            typed=typed,
            problem=problem,
            largest_quota=LARGEST_QUOTA,
            largest_day=LARGEST_DAY,
        )

    async def _row(self, key: str) -> WorkspaceRow:
        for one in await self._rows():
            if one.workspace.key == key:
                return one
        raise NotYours("no workspace of that key")

    async def _rows(self) -> list[WorkspaceRow]:
        settled, pauses = await self._workspaces.all_settings(), await self._pauses.all()
        names: dict[Workspace, str] = dict.fromkeys(settled, "")
        links: Counter[Workspace] = Counter()
        for link in await self._linked_people.everybody():
            workspace = Workspace.of(link.chat_user)
            names[workspace] = link.names.workspace or names.get(workspace, "")
            links[workspace] += link.state == "active"
        rows = [
            WorkspaceRow(
                one, name or one.tenant, links[one], settled.get(one, Settings()), pauses.get(one)
            )
            for one, name in names.items()
        ]
        return sorted(rows, key=lambda one: (one.platform, one.name.casefold(), one.workspace.key))


def _version(form: Mapping[str, object]) -> int:
    """The version that the page had shown; a form without one is over none that was saved."""
    text = str(form.get("version", ""))
    return int(text) if text.isascii() and text.isdigit() and len(text) < 9 else 0  # noqa: PLR2004


def settings_summary(settings: Settings) -> str:
    """The settings in a line, for the audit log."""
    return ", ".join(
        (
            f"channels: {' '.join(settings.channels) or 'all'}",
            f"answers: {'to the asker alone' if settings.private else 'in the thread'}",
            f"memory in channels: {'used' if settings.recall_in_channels else 'not used'}",
            f"questions a day: {settings.quota or 'any number'}",
            *(
                f"{name.replace('_', ' ')} a day: {most}"
                for name in LARGEST_DAY
                if (most := getattr(settings, name))
            ),
        )
    )


def _typed(settings: Settings) -> dict[str, str]:
    return {
        "channels": "\n".join(settings.channels),
        "private": "yes" if settings.private else "",
        "recall_in_channels": "yes" if settings.recall_in_channels else "",
        "quota": str(settings.quota or ""),
        **{name: str(getattr(settings, name) or "") for name in LARGEST_DAY},
    }


def _read(form: Mapping[str, object]) -> Settings:
    """What was typed.

    :raises InvalidSettings: when it can't be meant.
    """
    quota = f"A quota is a number from 1 to {LARGEST_QUOTA:,}, or left empty."
    channels = str(form.get("channels", "")).replace(",", " ").split()
    day: Any = {name: _number(form, name, out_of_bounds(name)) for name in LARGEST_DAY}
    return Settings(
        channels=tuple(sorted(set(channels))),
        private=form.get("private") == "yes",
        recall_in_channels=form.get("recall_in_channels") == "yes",
        quota=_number(form, "quota", quota),
        **day,
    )


def _number(form: Mapping[str, object], name: str, wrong: str) -> int | None:
    typed = str(form.get(name, "")).strip()
    if typed and not (typed.isascii() and typed.isdigit()):
        raise InvalidSettings(wrong)
    return int(typed[:10]) if typed else None
