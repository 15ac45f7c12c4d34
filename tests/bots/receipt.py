"""A receipt in memory: what the ledger's row is in production."""

from dataclasses import dataclass, field

from bots.errors import Superseded


class Held:
    """A lease that lasts."""

    async def hold(self) -> None:
        return


class Over:
    """A lease that is over."""

    async def hold(self) -> None:
        raise Superseded


@dataclass
class MemoryReceipt(Held):
    """Keeps the id of the visible message, and each that it had before."""

    message: str | None = None
    history: list[str] = field(default_factory=list)
    attempts: int = 1

    @property
    def fresh(self) -> bool:
        return self.attempts == 1

    async def keep(self, message: str) -> None:
        self.message = message
        self.history.append(message)
