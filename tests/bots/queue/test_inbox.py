"""The inbox on a real FIFO queue: nothing lost, nothing twice, each conversation in order."""

import asyncio
import json
import secrets
import threading
import time
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager, suppress
from dataclasses import asdict, dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any, cast

import boto3
import pytest

from bots.errors import InboxUnavailable, TryAgain
from bots.platform import Accepted, Lease
from bots.queue.consumer import Consumer, Handle
from bots.queue.dead_letter_queue import DeadLetters
from bots.queue.inbox import Inbox
from bots.queue.retry_policy import DeadLetterRetries, InboxRetries
from bots.slack.incoming.payloads import read_message
from bots.teams.incoming.activity import read_activity
from identity.executor import Executor
from tests.some import some

if TYPE_CHECKING:
    from mypy_boto3_sqs import SQSClient


@dataclass
class Queues:
    """An inbox of this test's own, with a dead-letter queue."""

    sqs: "SQSClient"
    call: Executor
    inbox: str
    dead: str
    given_up: list[str] = field(default_factory=list)

    async def _given_up(self, accepted: Accepted) -> None:
        self.given_up.append(accepted.event_id)

    def consumer(self, handle: Handle, url: str, most: int = 32) -> Consumer:
        if url == self.dead:
            return Consumer(
                self.sqs,
                self.call,
                url,
                handle,
                poll=self.call,
                beat=self.call,
                retries=DeadLetterRetries(),
                most=most,
            )
        dead = DeadLetters(self.sqs, self.call, self.dead, self._given_up)
        retries = InboxRetries()
        return Consumer(
            self.sqs,
            self.call,
            url,
            handle,
            most=most,
            poll=self.call,
            beat=self.call,
            retries=retries,
            dead_letters=dead,
        )

    @asynccontextmanager
    async def consuming(
        self, handle: Callable[[Accepted], object], url: str, most: int = 32
    ) -> AsyncIterator[None]:
        async def handled(accepted: Accepted, _: Lease) -> None:
            result = handle(accepted)
            if asyncio.iscoroutine(result):
                await result

        consumer = self.consumer(handled, url, most)
        task = asyncio.create_task(consumer.run())
        try:
            yield
        finally:
            task.cancel()
            with suppress(asyncio.CancelledError):
                await task


@pytest.fixture
async def queues(aws: boto3.Session) -> AsyncIterator[Queues]:
    sqs, call = aws.client("sqs"), Executor()
    name = secrets.token_hex(6)
    dead = sqs.create_queue(QueueName=f"{name}-dead.fifo", Attributes={"FifoQueue": "true"})
    arn = f"arn:aws:sqs:us-east-1:000000000000:{name}-dead.fifo"
    inbox = sqs.create_queue(
        QueueName=f"{name}.fifo",
        Attributes={
            "FifoQueue": "true",
            "RedrivePolicy": json.dumps({"deadLetterTargetArn": arn, "maxReceiveCount": "100"}),
        },
    )
    yield Queues(sqs, call, inbox["QueueUrl"], dead["QueueUrl"])
    call.close()


def event(number: int, conversation: str = "one") -> Accepted:
    return Accepted("slack", f"event-{number}", conversation, {"number": number})


async def until(done: Callable[[], bool], seconds: float = 20) -> None:
    async with asyncio.timeout(seconds):
        while not done():  # noqa: ASYNC110 - what is awaited is elsewhere
            await asyncio.sleep(0.02)


async def test_what_is_put_arrives_once_and_in_order(queues: Queues) -> None:
    arrived: list[Accepted] = []
    sent = [event(number) for number in range(25)]
    async with Inbox(queues.sqs, queues.call, queues.inbox) as inbox:
        await asyncio.gather(*(inbox.put(one) for one in sent))
        await inbox.put(sent[3])  # the platform sends one again
    async with queues.consuming(arrived.append, queues.inbox):
        await until(lambda: len(arrived) >= 25)
        await asyncio.sleep(0.3)

    assert arrived == sent
    assert time.time() - 60 < min(one.sent_at for one in arrived)
    assert max(one.sent_at for one in arrived) < time.time() + 60


async def test_large_events_go_in_batches_that_the_queue_takes(queues: Queues) -> None:
    arrived: list[Accepted] = []
    large = [
        Accepted("slack", f"large-{number}", str(number), {"text": "x" * 400_000})
        for number in range(5)
    ]
    async with Inbox(queues.sqs, queues.call, queues.inbox) as inbox:
        await asyncio.gather(*(inbox.put(one) for one in large))
        with pytest.raises(InboxUnavailable):
            await inbox.put(Accepted("slack", "too-large", "1", {"text": "x" * 1_100_000}))
        await inbox.put(event(6))
    async with queues.consuming(arrived.append, queues.inbox):
        await until(lambda: len(arrived) == 6)

    assert sorted(one.event_id for one in arrived[:6]) == [
        "event-6",
        *(one.event_id for one in large),
    ]


async def test_a_message_nobody_can_read_stops_nobody_else(queues: Queues) -> None:
    arrived: list[Accepted] = []
    queues.sqs.send_message(
        QueueUrl=queues.inbox, MessageBody="{}", MessageGroupId="g", MessageDeduplicationId="d"
    )
    async with Inbox(queues.sqs, queues.call, queues.inbox) as inbox:
        await inbox.put(event(1))
        async with queues.consuming(arrived.append, queues.inbox):
            await until(lambda: arrived == [event(1)])
            await inbox.put(event(2))
            await until(lambda: arrived == [event(1), event(2)])


OLDER = sorted((Path(__file__).parents[2] / "data" / "inbox").glob("before_asker_*.json"))


async def test_tasks_of_two_versions_share_the_inbox(queues: Queues) -> None:
    """What the version before has written, and what one after may write."""
    arrived: list[Accepted] = []
    older = [path.read_text() for path in some(OLDER)]
    newer = json.dumps({**asdict(event(1)), "asker": "somebody", "added_later": {"a": 1}})
    for number, body in enumerate([*older, newer]):
        queues.sqs.send_message(
            QueueUrl=queues.inbox,
            MessageBody=body,
            MessageGroupId="g",
            MessageDeduplicationId=str(number),
        )
    async with queues.consuming(arrived.append, queues.inbox):
        await until(lambda: len(arrived) == 4)
    slack, teams, web, new = arrived

    message = read_message(slack.body)
    assert message is not None
    assert (message.text, slack.asker) == ("hello", "")
    assert read_activity(cast("Any", teams.body)["activity"]).activity.id == "1766459970384"
    assert web.body["text"] == "Hello"
    assert new == replace(event(1), asker="somebody")
    assert [Accepted.from_json(one.as_json()) for one in arrived] == arrived


def test_a_decision_of_another_version_is_read() -> None:
    asking = {"event": "E1", "tenant": "T1", "user": "U1", "conversation": "c", "what": "it"}
    body = {
        "asking": {**asking, "added_later": "x"},
        "channel": {"id": "D1"},
        "message": {"ts": "1.0", "thread_ts": None},
        "decision": None,
        "interrupts": [],
    }

    message = read_message(body)

    assert message is not None
    assert message.conversation == "c"


async def test_conversations_do_not_wait_for_one_another(queues: Queues) -> None:
    released = asyncio.Event()
    arrived: list[str] = []

    async def handle(accepted: Accepted) -> None:
        if accepted.conversation == "slow":
            await released.wait()
        arrived.append(accepted.conversation)

    async with Inbox(queues.sqs, queues.call, queues.inbox) as inbox:
        await inbox.put(event(1, "slow"))
        await inbox.put(event(2, "quick"))
        async with queues.consuming(handle, queues.inbox):
            await until(lambda: arrived == ["quick"])
            released.set()
            await until(lambda: arrived == ["quick", "slow"])


async def test_what_fails_comes_back_before_what_follows_it(queues: Queues) -> None:
    tries: list[object] = []

    def handle(accepted: Accepted) -> None:
        tries.append(accepted.body["number"])
        if tries == [1]:
            raise TryAgain("the runtime is away")

    async with Inbox(queues.sqs, queues.call, queues.inbox) as inbox:
        await inbox.put(event(1))
        await inbox.put(event(2))
        async with queues.consuming(handle, queues.inbox):
            await until(lambda: len(tries) == 3)

    assert tries == [1, 1, 2]


@pytest.fixture
def impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("bots.queue.retry_policy.PATIENCE", 0)


@pytest.mark.usefixtures("impatient")
async def test_what_was_tried_for_long_enough_ends_in_the_dead_letter_queue(queues: Queues) -> None:
    given_up: list[Accepted] = []

    def fail(accepted: Accepted) -> None:
        raise TryAgain("never")

    async with Inbox(queues.sqs, queues.call, queues.inbox) as inbox:
        await inbox.put(event(1))
        async with (
            queues.consuming(fail, queues.inbox),
            queues.consuming(given_up.append, queues.dead),
        ):
            await until(lambda: given_up == [event(1)])


@pytest.mark.usefixtures("impatient")
async def test_who_waits_behind_a_failure_is_tried_all_the_same(queues: Queues) -> None:
    given_up, answered = list[Accepted](), list[Accepted]()

    def fail_the_first(accepted: Accepted) -> None:
        if accepted == event(1):
            raise TryAgain("never")
        answered.append(accepted)

    async with Inbox(queues.sqs, queues.call, queues.inbox) as inbox:
        for number in range(1, 6):
            await inbox.put(event(number))
        async with (
            queues.consuming(fail_the_first, queues.inbox),
            queues.consuming(given_up.append, queues.dead),
        ):
            await until(lambda: len(answered) == 4 and len(given_up) == 1)

    assert (answered, given_up) == ([event(number) for number in range(2, 6)], [event(1)])


async def test_deliveries_that_nobody_worked_on_are_no_attempts(queues: Queues) -> None:
    tries: list[Accepted] = []

    def fail_once(accepted: Accepted) -> None:
        tries.append(accepted)
        if len(tries) == 1:
            raise TryAgain("once")

    async with Inbox(queues.sqs, queues.call, queues.inbox) as inbox:
        await inbox.put(event(1))
        for _ in range(6):  # six processes take it and die
            (taken,) = queues.sqs.receive_message(QueueUrl=queues.inbox)["Messages"]
            queues.sqs.change_message_visibility(
                QueueUrl=queues.inbox, ReceiptHandle=taken["ReceiptHandle"], VisibilityTimeout=0
            )
        async with queues.consuming(fail_once, queues.inbox):
            await until(lambda: tries == [event(1)] * 2)


async def test_a_fault_of_ours_is_not_tried_for_a_quarter_of_an_hour(
    queues: Queues, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("bots.queue.retry_policy.LONGEST_PAUSE", 0)
    tries, given_up = list[Accepted](), list[Accepted]()

    def fail(accepted: Accepted) -> None:
        tries.append(accepted)
        raise ValueError("a fault")

    async with Inbox(queues.sqs, queues.call, queues.inbox) as inbox:
        await inbox.put(event(1))
        async with (
            queues.consuming(fail, queues.inbox),
            queues.consuming(given_up.append, queues.dead),
        ):
            await until(lambda: given_up == [event(1)])

    assert len(tries) == 5


async def test_a_dead_letter_ends_after_three_deliveries(
    queues: Queues, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr("bots.queue.retry_policy.LONGEST_PAUSE", 0)
    tries: list[Accepted] = []

    def fail(accepted: Accepted) -> None:
        tries.append(accepted)
        raise TryAgain("the channel is gone")

    async with Inbox(queues.sqs, queues.call, queues.dead) as dead:
        await dead.put(event(1))
        async with queues.consuming(fail, queues.dead):
            await until(lambda: "is given up" in caplog.text)
            await asyncio.sleep(0.2)

    assert len(tries) == 3


async def test_no_more_is_received_than_can_be_worked_on(queues: Queues) -> None:
    begun, released = list[Accepted](), asyncio.Event()

    async def hang(accepted: Accepted) -> None:
        begun.append(accepted)
        await released.wait()

    async with Inbox(queues.sqs, queues.call, queues.inbox) as inbox:
        for number in range(5):
            await inbox.put(event(number, f"conversation {number}"))
        async with queues.consuming(hang, queues.inbox, most=2):
            await until(lambda: len(begun) == 2)
            await asyncio.sleep(0.3)
            counts = queues.sqs.get_queue_attributes(
                QueueUrl=queues.inbox, AttributeNames=["ApproximateNumberOfMessagesNotVisible"]
            )["Attributes"]
            assert counts == {"ApproximateNumberOfMessagesNotVisible": "2"}
            released.set()
            await until(lambda: len(begun) == 5)


async def test_what_is_unfinished_at_the_end_is_there_for_the_next(queues: Queues) -> None:
    begun, arrived = asyncio.Event(), list[Accepted]()

    async def hang(accepted: Accepted) -> None:
        begun.set()
        await asyncio.Event().wait()

    async with Inbox(queues.sqs, queues.call, queues.inbox) as inbox:
        await inbox.put(event(1))
        async with queues.consuming(hang, queues.inbox):
            await asyncio.wait_for(begun.wait(), 10)
        async with queues.consuming(arrived.append, queues.inbox):
            await until(lambda: arrived == [event(1)])


class LateReceive:
    """An SQS whose second receipt happens just after deliveries were given back, if they are."""

    def __init__(self, sqs: "SQSClient") -> None:
        self._sqs = sqs
        self._given_back = threading.Event()
        self._received = 0

    def __getattr__(self, name: str) -> Any:
        return getattr(self._sqs, name)

    def receive_message(self, **request: Any) -> Any:
        self._received += 1
        if self._received == 2:
            self._given_back.wait(3)
        return self._sqs.receive_message(**{**request, "WaitTimeSeconds": 0})

    def change_message_visibility_batch(self, **request: Any) -> Any:
        answer = self._sqs.change_message_visibility_batch(**request)
        self._given_back.set()
        return answer


async def test_an_ending_consumer_takes_nothing_with_it(queues: Queues) -> None:
    begun, arrived = asyncio.Event(), list[Accepted]()

    async def hang(accepted: Accepted) -> None:
        begun.set()
        await asyncio.Event().wait()

    ending = replace(queues, sqs=cast("SQSClient", LateReceive(queues.sqs)))
    async with Inbox(queues.sqs, queues.call, queues.inbox) as inbox:
        await inbox.put(event(1))
        async with ending.consuming(hang, queues.inbox):
            await asyncio.wait_for(begun.wait(), 10)
            await asyncio.sleep(0.1)  # so that it is asking for more when it ends
        async with queues.consuming(arrived.append, queues.inbox):
            await until(lambda: arrived == [event(1)])


async def test_a_stopped_consumer_finishes_what_it_began(queues: Queues) -> None:
    finished = list[Accepted]()

    async def slowly(accepted: Accepted, _: Lease) -> None:
        consumer.stop()
        await asyncio.sleep(0.2)
        finished.append(accepted)

    consumer = queues.consumer(slowly, queues.inbox)
    async with Inbox(queues.sqs, queues.call, queues.inbox) as inbox:
        await inbox.put(event(1))
        await asyncio.wait_for(consumer.run(), 20)

    assert finished == [event(1)]


async def test_a_queue_that_is_away_says_so(queues: Queues) -> None:
    async with Inbox(queues.sqs, queues.call, queues.inbox + "-gone") as inbox:
        with pytest.raises(InboxUnavailable):
            await inbox.put(event(1))


async def test_the_reason_that_is_logged_quotes_nobody(
    queues: Queues, caplog: pytest.LogCaptureFixture
) -> None:
    failed = asyncio.Event()

    def fail(accepted: Accepted) -> None:
        failed.set()
        raise ValueError("what alice asked")

    async with Inbox(queues.sqs, queues.call, queues.inbox) as inbox:
        await inbox.put(event(1))
        async with queues.consuming(fail, queues.inbox):
            await asyncio.wait_for(failed.wait(), 10)
            await until(lambda: "comes back" in caplog.text)

    assert "slack event event-1 comes back: ValueError at" in caplog.text
    assert "alice" not in caplog.text
