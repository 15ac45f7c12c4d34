"""Pages: the templates, and what each of them sees."""

import asyncio
import re
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from typing import Any

from aiohttp import web
from aiohttp_session import get_session
from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup, escape

from identity.sessions.csrf import csrf_token
from identity.sessions.signed_in_person import signed_in
from identity.web.colour_scheme import chosen
from identity.web.untrusted_text import isolated_name, multi_line

HERE = Path(__file__).parent
STATIC = HERE / "static"
STATIC_URL = "/static/identity"
CODE = re.compile(r"`([^`]+)`")


def with_code(sentence: str) -> Markup:
    """A sentence of ours, what stands in it between backticks as code."""
    return Markup(CODE.sub(r"<code>\1</code>", str(escape(sentence))))  # noqa: S704 - escaped


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
        self._templates.filters.update(
            code=with_code, name=isolated_name, timestamp=timestamp, multi_line=multi_line
        )
        self._templates.globals.update(person=None, static_url=STATIC_URL, colours="", here="/chat")

    async def page(
        self, request: web.Request, template: str, *, status: int = 200, **values: Any
    ) -> web.Response:
        """A page of this browser session.

        A template also sees ``person`` (who is signed in, or None) and ``csrf_token()``.
        """
        session = await get_session(request)
        return await asyncio.to_thread(  # a conversation or a list may be long
            self.render,
            template,
            status=status,
            person=await signed_in(request),
            csrf_token=partial(csrf_token, session),
            colours=chosen(request),
            here=request.path_qs if request.method == "GET" else "/chat",
            **values,
        )

    def render(self, template: str, *, status: int = 200, **values: Any) -> web.Response:
        """A page of no session in particular."""
        text = self._templates.get_template(template).render(values)
        return web.Response(text=text, status=status, content_type="text/html")


def timestamp(when: datetime) -> Markup:
    """A point in time, for people and for machines; in UTC, for a page knows no other zone."""
    when = when.astimezone(UTC)
    text = f"{when.day} {when:%b %Y, %H:%M} UTC"
    return Markup('<time datetime="{}">{}</time>').format(when.isoformat(timespec="minutes"), text)
