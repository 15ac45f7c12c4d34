"""Who can be helped within a quarter of an hour is, and is told meanwhile why it takes so long."""

import re
from dataclasses import dataclass

import pytest

from bots.errors import RuntimeUnavailable
from bots.platform import Accepted
from bots.runtime import RunAddress
from bots.turn.handler import APOLOGY
from identity.people import ChatUser
from tests.simulation.checks import violations
from tests.simulation.clock import simulate
from tests.simulation.runtime_model import RuntimeModel
from tests.simulation.seeds import simulating
from tests.simulation.virtual_time import EPOCH, now
from tests.simulation.world import Question, World, linked

SENTENCE = re.escape(RuntimeUnavailable.sentence)


@dataclass
class RuntimeAway(RuntimeModel):
    """A runtime that answers nobody for a while.

    :param until: seconds since the simulation began.
    """

    until: float = 0.0

    def begin(self, address: RunAddress, text: str) -> int:
        if now() - EPOCH < self.until:
            raise RuntimeUnavailable("the runtime answered 503")
        return super().begin(address, text)


def asked(away: float) -> World:
    """A question to a runtime that is away for so many seconds, and nothing else that fails."""
    world = World(seed=1)
    world.faults.until = 0.0
    asker = ChatUser("slack", "T", "U0")
    body: dict[str, object] = {"asker": asker.key, "text": "plain 1"}
    world.questions = [Question(Accepted("slack", "E0", "C0", body), asker)]
    world.links = {asker.key: linked(asker, 0.0)}
    world.runtime = RuntimeAway(until=away)
    with simulating():
        simulate(world.run(), world.chance)
    return world


def shown(world: World) -> list[str]:
    """What its message showed, one after the other."""
    return [what for _, _, what in world.trace if what.startswith("update slack:E0")]


@pytest.mark.parametrize(
    ("away", "took"), [(40, r"\d\d seconds"), (12 * 60, "12 minutes"), (14 * 60, "14 minutes")]
)
def test_an_outage_ends_in_the_answer_and_a_line_that_says_why_it_is_late(
    away: int, took: str
) -> None:
    world = asked(away)
    assert violations(world) == []
    (message,) = world.board.visible("slack:E0")
    because = f"_This took {took}, because the assistant was unavailable\\._"
    assert re.fullmatch(f"slack:E0 #1 line 0\n\n{because}", message.text)


def test_meanwhile_the_message_says_since_when_it_is_tried_and_until_when() -> None:
    tried = [text for text in shown(asked(12 * 60)) if re.search(SENTENCE, text)]
    first, then = dict.fromkeys(tried)  # it isn't another text each time
    assert "since" not in first
    assert re.search(r"trying since 08:00 UTC and go on until 08:15 UTC\.", then)


def test_an_outage_of_more_than_a_quarter_of_an_hour_ends_in_an_apology() -> None:
    world = asked(20 * 60)
    assert [message.text for message in world.board.visible("slack:E0")] == [APOLOGY]


def test_an_answer_in_time_says_nothing_of_time() -> None:
    (message,) = asked(0).board.visible("slack:E0")
    assert message.text == "slack:E0 #1 line 0"
