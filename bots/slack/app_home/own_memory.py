"""What the Home tab shows and changes of a person's own memory, and which groups they are in."""

from dataclasses import dataclass
from typing import Self

from identity.links import Link
from identity.memory.memory_pause import MemoryPause
from identity.memory.recently_forgotten import RecentlyForgotten
from identity.memory.records import MemoryRecords, RecordsOfKind
from identity.memory.shown_records import ShownRecords
from identity.oidc.token_verification import TokenVerifier
from identity.service import Identity
from identity.tokens.broker import TokenBroker


@dataclass(frozen=True, slots=True)
class OwnMemory:
    """The memory of whoever a link is of; a link is of one chat user.

    Every call may raise :class:`~identity.errors.IdentityError`.
    """

    shown: ShownRecords
    records: MemoryRecords
    recently: RecentlyForgotten
    pause: MemoryPause
    tokens: TokenBroker
    verifier: TokenVerifier

    @classmethod
    def of(cls, identity: Identity) -> Self:
        """Over the stores of who is speaking."""
        return cls(
            shown=identity.shown_memories,
            records=identity.memories,
            recently=identity.recently_forgotten,
            pause=identity.memory_pause,
            tokens=identity.tokens,
            verifier=identity.token_verifier,
        )

    async def remembered(self, link: Link) -> list[RecordsOfKind]:
        """What is remembered, by kind."""
        return await self.shown.of(link.subject)

    async def forget(self, link: Link, record: str, namespace: str) -> None:
        """Forget one record."""
        await self.records.forget(link.subject, record, namespace)
        await self.recently.add(link.subject, record)

    async def is_paused(self, link: Link) -> bool:
        """Whether nothing is learned and nothing used."""
        return await self.pause.is_paused(link.subject)

    async def set_paused(self, link: Link, *, paused: bool) -> None:
        """Pause or resume."""
        await self.pause.write(link.subject, paused=paused)

    async def groups(self, link: Link) -> tuple[str, ...]:
        """The groups of the person, by their verified sign-in."""
        token = await self.tokens.access_token(link)
        return (await self.verifier.verify_access_token(token)).groups
