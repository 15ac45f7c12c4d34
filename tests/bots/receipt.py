"""A receipt in memory: what the ledger's row is in production."""

from dataclasses import dataclass, field


@dataclass
class MemoryReceipt:
    """Keeps the id of the visible message, and each that it had before."""

    message: str | None = None
    history: list[str] = field(default_factory=list)

    async def keep(self, message: str) -> None:
        self.message = message
        self.history.append(message)
