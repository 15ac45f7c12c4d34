"""What a model's replies cost, by list prices."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from bizassist.evaluation.scoring import ScoredReply

PRICES = Path(__file__).with_name("prices.json")
MILLION = 1_000_000


@dataclass(frozen=True, slots=True)
class Price:
    """What a million tokens cost, in US dollars."""

    read: float
    written: float

    def of(self, scored: Sequence[ScoredReply]) -> float:
        """What the replies cost; cached tokens are counted as any other."""
        read = sum(one.reply.input_tokens for one in scored)
        written = sum(one.reply.output_tokens for one in scored)
        return (read * self.read + written * self.written) / MILLION


def price_of(setting: str) -> Price | None:
    """The list price of a model; None when it isn't known here."""
    provider, _, model = setting.partition(":")
    if provider in {"offline", "ollama"}:
        return Price(0, 0)
    known: Mapping[str, Any] = json.loads(PRICES.read_text("utf-8"))["models"]
    fitting = [name for name in known if name in model]
    return Price(*known[max(fitting, key=len)]) if fitting else None
