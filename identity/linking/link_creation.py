"""Storing a new link: the audit log has it first, what it replaces ends, and who waits is told."""

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
        """Store the link of somebody who signs in, and end the one that it replaces.

        Nothing is written down: the sign-in itself says so.
        """
        await self._stored(link, await self._links.put(link))

    async def create_once(self, link: Link) -> bool:
        """Store a confirmed link, end the one that it replaces, and tell who waits for it.

        Whoever sends the same confirmation again, or comes late, changes nothing.

        :returns: whether the link stands, made now or by the other click. If not, a later one has
            taken its place, or it has ended.
        """
        found = await self._links.get(link.chat_user)
        if found is None or found.linked_at < link.linked_at:
            await self._note(link, found)
            stored, found = await self._links.put_newer(link)
            if stored:
                await self._stored(link, found)
                return True
        if found and (found.subject, found.linked_at) == (link.subject, link.linked_at):
            return found.state == "active"
        # Neither this click nor another one of its page has made a link that still stands.
        await self._tokens.discard(link.encrypted_token, link.chat_user)
        return False

    async def _stored(self, link: Link, replaced: Link | None) -> None:
        if replaced:
            await self._tokens.discard(replaced.encrypted_token, replaced.chat_user)
        try:
            await self._on_linked(link)
        except Exception as error:  # noqa: BLE001 - see below
            # The link is stored, and stays in the outbox; the person must not be told otherwise.
            log.error("what waited for a link failed: %s", type(error).__name__)  # noqa: TRY400

    async def _note(self, link: Link, replaced: Link | None) -> None:
        """Write down who may now speak for whom, once, however often it is tried."""
        await self._audit.write(
            "replaced" if replaced else "linked",
            by=link.chat_user.key,
            about=link.account,
            detail=f"before: {replaced.account}" if replaced else "",
            once=(link.linked_at, link.chat_user.key),
        )
