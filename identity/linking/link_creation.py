"""Storing a new link: what it replaces ends, the audit log has it, and who waits is told."""

import logging
from collections.abc import Awaitable, Callable
from dataclasses import replace

from identity.audit_log import AuditLog
from identity.links import Link, Links
from identity.tokens.broker import TokenBroker

log = logging.getLogger(__name__)

OnLinked = Callable[[Link], Awaitable[None]]
"""Called with each stored link: queues what waited for it; safe to be called again."""


class LinkCreation:
    """The only way by which a link comes into the table."""

    def __init__(
        self, *, links: Links, tokens: TokenBroker, audit: AuditLog, on_linked: OnLinked
    ) -> None:
        self._links = links
        self._tokens = tokens
        self._audit = audit
        self._on_linked = on_linked

    async def create(self, link: Link, *, asked_at: float | None = None) -> Link:
        """Store a link, end the one that it replaces, and tell who waits for it.

        :param asked_at: as :meth:`identity.links.Links.put` takes it.
        :returns: the link as it is stored.
        :raises LinkRequestInvalid: when the chat user was linked after ``asked_at``.
        """
        earlier = await self._links.get(link.chat_user)
        link = replace(link, replaces=earlier is not None)
        replaced = await self._links.put(link, asked_at=asked_at)
        await self._note(link, replaced)
        if replaced:
            await self._tokens.discard(replaced.encrypted_token, replaced.chat_user)
        try:
            await self._on_linked(link)
        except Exception as error:  # noqa: BLE001 - see below
            # The link is stored, and stays in the outbox; the person must not be told otherwise.
            log.error("what waited for a link failed: %s", type(error).__name__)  # noqa: TRY400
        return link

    async def _note(self, link: Link, replaced: Link | None) -> None:
        """Write down who may now speak for whom; in the web chat the sign-in itself says so."""
        if link.chat_user.platform == "web":
            return
        await self._audit.write(
            "replaced" if replaced else "linked",
            by=link.chat_user.key,
            about=link.account,
            detail=f"before: {replaced.account}" if replaced else "",
        )
