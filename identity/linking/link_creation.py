"""Storing a new link: what it replaces ends, the audit log has it, and who waits is told."""

import logging
from collections.abc import Awaitable, Callable

from identity.audit_log import AuditLog
from identity.links import Link, Links
from identity.tokens.broker import TokenBroker

log = logging.getLogger(__name__)

OnLinked = Callable[[Link], Awaitable[None]]
"""Called with each stored link: the receipt, the questions that waited; safe to be called again."""


class LinkCreation:
    """The only way by which a link comes into the table."""

    def __init__(
        self, *, links: Links, tokens: TokenBroker, audit: AuditLog, on_linked: OnLinked
    ) -> None:
        self._links = links
        self._tokens = tokens
        self._audit = audit
        self._on_linked = on_linked

    async def create(self, link: Link) -> None:
        """Store a link, end the one that it replaces, and tell who waits for it."""
        await self._stored(link, await self._links.put(link))

    async def create_once(self, link: Link) -> bool:
        """The same; whoever sends the same confirmation again, or comes late, changes nothing.

        :returns: whether the link stands, made now or by the other click. If not, a later one has
            taken its place, or it has ended.
        """
        stored, other = await self._links.put_newer(link)
        if stored:
            await self._stored(link, other)
            return True
        if other and (other.subject, other.linked_at) == (link.subject, link.linked_at):
            return other.state == "active"
        # Neither this click nor another one of its page has made a link that still stands.
        await self._tokens.discard(link.encrypted_token, link.chat_user)
        return False

    async def _stored(self, link: Link, replaced: Link | None) -> None:
        await self._note(link, replaced)
        if replaced:
            await self._tokens.discard(replaced.encrypted_token, replaced.chat_user)
        try:
            await self._on_linked(link)
        except Exception as error:  # noqa: BLE001 - see below
            # The link is stored, and stays in the outbox; the person must not be told otherwise.
            log.error("what waited for a link failed: %s", type(error).__name__)  # noqa: TRY400

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
