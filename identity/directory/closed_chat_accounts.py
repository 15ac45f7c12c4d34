"""Chat accounts that their platform has closed: what hangs on them ends, as if unlinked."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass

from identity.audit_log import AuditLog
from identity.links import Links
from identity.people import ChatUser
from identity.tokens.broker import TokenBroker

OnLeft = Callable[[str], Awaitable[None]]
"""Is told the subject of somebody who has left, or is back, or whose chat account is closed."""


async def nothing_more(subject: str) -> None:
    """For who serves no questions: nothing of theirs waits for anybody."""
    del subject


@dataclass(frozen=True, slots=True)
class ClosedChatAccounts:
    """Ends the links of closed accounts.

    :param on_left: ends what waits for the person's decision.
    """

    links: Links
    tokens: TokenBroker
    audit: AuditLog
    on_left: OnLeft

    async def close(self, chat_user: ChatUser) -> bool:
        """End the link of a chat user whose account is closed; False where there is none.

        With the link end its refresh token and the person's runtime session; an answer that is
        being written ends when it is looked for next. What is said twice is done once.

        :raises LinkInUse: when the link is refreshed again and again.
        """
        link = await self.links.active(chat_user)
        if link is None:
            return False
        await self.audit.write(
            "revoked",
            by=f"{chat_user.platform}: the account is closed",
            about=link.account,
            detail=chat_user.key,
        )
        await self.on_left(link.subject)
        return await self.tokens.revoke(link)
