"""What may go wrong at each call to the outside, as a seed decides it."""

import random
from dataclasses import dataclass
from typing import Literal

Fault = Literal["none", "fail", "lose", "kill", "kill after"]
"""It passes; it fails; it is done and its answer is lost; the process dies before, or after it."""


@dataclass(frozen=True, slots=True)
class Fate:
    """What becomes of one call.

    :param there, back: seconds until it is done, and until its answer comes.
    :param sent: it is done even if the process dies meanwhile.
    """

    fault: Fault
    there: float
    back: float
    sent: bool


class Faults:
    """The faults of one seed: some kinds of them, more or less often, for a while.

    Kinds are left out by chance ("swarm testing", Groce et al., 2012): what happens all the time
    hides what happens between.

    :ivar until: from then on everything is well.
    """

    def __init__(self, chance: random.Random) -> None:
        self._chance = chance
        kinds: list[Fault] = ["fail", "lose", "kill", "kill after"]
        self._kinds = [kind for kind in kinds if chance.random() < 0.6]
        self._rate = chance.choice((0.0, 0.01, 0.03, 0.08, 0.2))
        self._slow = chance.choice((0.0, 0.02, 0.2))
        self.until = chance.uniform(5, 250)

    def fate(self, now: float) -> Fate:
        """What becomes of a call that is made now."""
        chance = self._chance
        fault: Fault = "none"
        if now >= self.until:
            return Fate("none", chance.random() * 0.05, 0.0, sent=True)
        there, back = chance.random() * 0.1, chance.random() * 0.1
        if self._slow and chance.random() < self._slow:
            there += chance.random() * 8
        if self._kinds and chance.random() < self._rate:
            fault = chance.choice(self._kinds)
        return Fate(fault, there, back, chance.random() < 0.5)
