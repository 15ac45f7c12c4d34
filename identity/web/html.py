"""Pages: templates, and names from outside made harmless."""

from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from typing import Any

from aiohttp import web
from aiohttp_session import get_session
from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup, escape

from identity.sessions.csrf import csrf_token
from identity.sessions.signed_in import signed_in

HERE = Path(__file__).parent
STATIC = HERE / "static"
STATIC_URL = "/static/identity"

LONGEST_NAME = 80
"""Characters; a name of any length could push what matters off the screen."""

BIDI = dict.fromkeys([0x061C, 0x200E, 0x200F, *range(0x202A, 0x202F), *range(0x2066, 0x206A)], None)
"""Directional controls (Unicode UAX #9); in a name they make a reader see another one."""


class Html:
    """Renders pages from our templates and those of whoever extends them.

    :param folders: more templates; each may extend ``base.html``.
    """

    def __init__(self, *folders: Path) -> None:
        self._templates = Environment(
            loader=FileSystemLoader([*folders, HERE / "templates"]),
            autoescape=True,
            undefined=StrictUndefined,
            trim_blocks=True,
            lstrip_blocks=True,
        )
        self._templates.filters.update(name=name, moment=moment, prose=prose)
        self._templates.globals.update(person=None, static_url=STATIC_URL)

    async def page(
        self, request: web.Request, template: str, *, status: int = 200, **values: Any
    ) -> web.Response:
        """A page of this browser session.

        A template also sees ``person`` (who is signed in, or None) and ``csrf_token()``.
        """
        session = await get_session(request)
        return self.render(
            template,
            status=status,
            person=await signed_in(request),
            csrf_token=partial(csrf_token, session),
            **values,
        )

    def render(self, template: str, *, status: int = 200, **values: Any) -> web.Response:
        """A page of no session in particular."""
        text = self._templates.get_template(template).render(values)
        return web.Response(text=text, status=status, content_type="text/html")


def plain(text: str) -> str:
    """Text from outside on one line, without control characters, at most a line long."""
    kept = "".join(c if c.isprintable() or c == "\u200d" else " " for c in text.translate(BIDI))
    line = " ".join(kept.split())
    return line if len(line) <= LONGEST_NAME else line[: LONGEST_NAME - 1] + "…"


def prose(text: str) -> str:
    """Text from outside of any length, its lines kept, without other control characters."""
    lines = text.translate(BIDI).splitlines()
    kept = ("".join(c if c.isprintable() or c == "\u200d" else " " for c in line) for line in lines)
    return "\n".join(kept)


def name(text: str) -> Markup:
    """A name from outside: harmless, and isolated from the direction of what surrounds it."""
    return Markup("<bdi>{}</bdi>").format(escape(plain(text)))


def moment(when: datetime) -> Markup:
    """A point in time, for people and for machines; in UTC, for a page knows no other zone."""
    when = when.astimezone(UTC)
    text = f"{when.day} {when:%b %Y, %H:%M} UTC"
    return Markup('<time datetime="{}">{}</time>').format(when.isoformat(timespec="minutes"), text)
