"""What may go wrong at each call to the outside, as a seed decides it."""

import random
from dataclasses import dataclass
from typing import Literal

Fault = Literal["none", "fail", "lose", "kill", "kill after", "freeze"]
"""It passes; it fails; it is done and its answer is lost (a 502 after the message was taken); the
process dies before, or after it; or it stands still from then on, for a while."""

ServiceName = Literal["sqs", "dynamodb", "kms", "identity", "runtime", "platform"]
SERVICES: tuple[ServiceName, ...] = ("sqs", "dynamodb", "kms", "identity", "runtime", "platform")


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
    :ivar away: the service that is down altogether, and from when to when.
    """

    def __init__(self, chance: random.Random) -> None:
        self._chance = chance
        kinds: list[Fault] = ["fail", "lose", "kill", "kill after", "freeze"]
        self._kinds = [kind for kind in kinds if chance.random() < 0.6]
        self._rate = chance.choice((0.0, 0.01, 0.03, 0.08, 0.2))
        self._slow = chance.choice((0.0, 0.02, 0.2))
        self._silent = chance.choice((0.0, 0.0, 0.02))
        self.until = chance.uniform(5, 250)
        self.away: dict[ServiceName, tuple[float, float]] = {}
        if chance.random() < 0.3:
            down = sorted(chance.uniform(0, self.until) for _ in range(2))
            self.away[chance.choice(SERVICES)] = (down[0], down[1])

    def frozen_seconds(self) -> float:
        """How long a process stands still."""
        return self._chance.uniform(20, 120)

    def retry_after(self) -> float | None:
        """Seconds that a service asks to wait for, when it says so."""
        return self._chance.choice((None, None, 1.0, 30.0, 120.0))

    def some(self, often: float) -> bool:
        """Whether a part of what is asked for is refused."""
        return self._rate > 0 and self._chance.random() < self._rate * often

    def fate(self, now: float, service: ServiceName) -> Fate:
        """What becomes of a call that is made now."""
        chance = self._chance
        fault: Fault = "none"
        if now >= self.until:
            return Fate("none", chance.random() * 0.05, 0.0, sent=True)
        there, back = chance.random() * 0.1, max(0.0, chance.random() - 0.5) * 0.2
        if self._slow and chance.random() < self._slow:
            there += chance.random() * 8
        if service == "runtime" and self._silent and chance.random() < self._silent:
            there += self.frozen_seconds()  # the agent stands still, and its stream is silent
        since, until = self.away.get(service, (0.0, 0.0))
        if since <= now < until:
            return Fate("fail", there, back, sent=True)
        if self._kinds and chance.random() < self._rate:
            fault = chance.choice(self._kinds)
        return Fate(fault, there, back, chance.random() < 0.5)
