"""The real queue, turn and ledger with a crowd of askers, on virtual time against models."""

import asyncio
import random
from collections.abc import AsyncIterator, Callable, Sequence
from typing import Any, Protocol

import pytest
from ag_ui.core import BaseEvent, RunFinishedEvent, RunStartedEvent, TextMessageContentEvent

from bots.platform import Accepted
from bots.runtime import RunAddress
from identity.people import ChatUser
from tests.simulation import clock, process, world
from tests.simulation.clock import VirtualLoop, simulate
from tests.simulation.faults import Fate, ServiceName
from tests.simulation.seeds import simulating
from tests.some import some


class Crowd(world.World):
    """A world where nothing fails and everybody is linked.

    :ivar most_runs: how many runs there were at the same time, at the most.
    :ivar answered_at: when each turn's run came to its end.
    """

    def __init__(self) -> None:
        super().__init__(0)
        self.runs = self.most_runs = 0
        self.answered_at: dict[str, float] = {}

    def _refuses(self) -> bool:
        return False

    def fate(self, service: ServiceName) -> Fate:
        return Fate("none", 0.01, 0.0, sent=True)

    def begins(self, process: process.Process, turn: str) -> None:
        """The order in the queue is another test's."""

    def ask(self, number: int, person: str, seconds: float) -> Accepted:
        """A question in a conversation of its own, whose answer takes so long."""
        asker = ChatUser("slack", "T", person)
        self.links[asker.key] = world.linked(asker, 0.0)
        body: dict[str, object] = {"asker": asker.key, "text": f"{seconds}"}
        return Accepted("slack", f"E{number}", f"C{number}#{person}", body, asker.key)

    def first_shown(self, turn: str) -> str | None:
        seen = self.board.visible(turn)
        return (seen[0].text or seen[0].step) if seen else None


class SlowRuntime:
    """Each run takes the seconds that its question says."""

    def __init__(self, process: process.Process, _: Any) -> None:
        self._process = process

    async def invoke(
        self, address: RunAddress, text: str, *_: Any, **__: Any
    ) -> AsyncIterator[BaseEvent]:
        run = address.run
        crowd = self._process.world
        assert isinstance(crowd, Crowd)
        crowd.runtime.runs[run] += 1
        crowd.runs += 1
        crowd.most_runs = max(crowd.most_runs, crowd.runs)
        try:
            yield RunStartedEvent(thread_id="t", run_id=run)
            await asyncio.sleep(float(text))
            yield TextMessageContentEvent(message_id="m", delta=f"The answer to {run}.")
        finally:
            crowd.runs -= 1
        crowd.answered_at[run] = crowd.now()
        yield RunFinishedEvent(thread_id="t", run_id=run)


class Story(Protocol):
    """What happens in a crowd while a process runs."""

    async def __call__(self, crowd: Crowd, put: Callable[[Accepted], Any]) -> None: ...


def happens(story: Story, *, runs: int = 32, turns: int = 1_000) -> Crowd:
    """The crowd after the story, once everything is over.

    :param runs, turns: the bounds of its one process.
    """
    crowd = Crowd()
    with (
        pytest.MonkeyPatch.context() as patch,
        simulating(),
    ):
        patch.setattr(process, "RuntimeClient", SlowRuntime)
        patch.setattr(process, "RUNS_AT_ONCE", runs)
        patch.setattr(process, "TURNS_AT_ONCE", turns)
        patch.setattr(clock, "MOST_STEPS", 2_000_000)
        simulate(_live(crowd, story), random.Random(1))  # noqa: S311 - it only shuffles
    return crowd


async def _live(crowd: Crowd, story: Story) -> None:
    loop = asyncio.get_running_loop()
    assert isinstance(loop, VirtualLoop)
    loop.on_task = world._into_process
    one = process.Process(crowd, "P")
    await one.ready.wait()
    await asyncio.sleep(0.5)  # so that it waits for the queue
    await story(crowd, one.put)
    while any(queue.messages for queue in crowd.queues.values()):  # noqa: ASYNC110
        await asyncio.sleep(1)
    one.stop()
    await one.ended


def assert_each_answered_once(crowd: Crowd, questions: Sequence[Accepted]) -> None:
    assert len(questions) == len(crowd.runtime.runs)
    assert set(crowd.runtime.runs.values()) == {1}
    for question in some(questions):
        turn = f"slack:{question.event_id}"
        (message,) = crowd.board.visible(turn)
        assert message.text.partition("\n\n_This took ")[0] == f"The answer to {turn}."
        assert crowd.row(turn)["state"]["S"] == "answered"
