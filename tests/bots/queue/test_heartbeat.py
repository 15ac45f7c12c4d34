"""The lease of a delivery: renewed while the queue holds it for us, over by the clock when not."""

from collections.abc import Callable
from typing import Any, cast

import pytest
from botocore.exceptions import ClientError

from bots.errors import Superseded
from bots.queue import heartbeat
from bots.queue.heartbeat import VISIBLE_AFTER, DeliveryLease, Visibility

MESSAGE = {"ReceiptHandle": "first"}


class Queue:
    """Answers as it is told, and tells the time; each of its calls takes six seconds."""

    def __init__(self) -> None:
        self.now = 0.0
        self.renewals = 0
        self.failed: list[dict[str, str]] = []
        self.away = False

    def time(self) -> float:
        return self.now

    def change_message_visibility_batch(self, **_: Any) -> dict[str, Any]:
        self.now += 6
        self.renewals += 1
        if self.away:
            raise ClientError({"Error": {"Code": "ServiceUnavailable"}}, "Visibility")
        return {"Failed": self.failed}


@pytest.fixture
def queue(monkeypatch: pytest.MonkeyPatch) -> Queue:
    queue = Queue()
    monkeypatch.setattr(heartbeat, "time", queue)
    monkeypatch.setattr(heartbeat, "AFTER_FAILURE", 0)
    return queue


@pytest.fixture
def lease(queue: Queue) -> DeliveryLease:
    async def call(function: Callable[..., Any], **kwargs: Any) -> Any:
        return function(**kwargs)

    return DeliveryLease(Visibility(cast("Any", queue), cast("Any", call), "url"), MESSAGE, 0.0)


async def test_a_fresh_lease_asks_nobody(queue: Queue, lease: DeliveryLease) -> None:
    await lease.hold()
    assert queue.renewals == 0


async def test_one_that_is_nearly_over_is_renewed(queue: Queue, lease: DeliveryLease) -> None:
    queue.now = VISIBLE_AFTER - 9
    await lease.hold()
    await lease.hold()
    assert queue.renewals == 1


async def test_who_stood_still_for_longer_holds_nothing(queue: Queue, lease: DeliveryLease) -> None:
    queue.now = VISIBLE_AFTER
    with pytest.raises(Superseded):
        await lease.hold()
    assert queue.renewals == 0


async def test_what_the_queue_has_given_away_is_lost(queue: Queue, lease: DeliveryLease) -> None:
    queue.now, queue.failed = VISIBLE_AFTER - 9, [{"Id": "0", "Code": "ReceiptHandleIsInvalid"}]
    with pytest.raises(Superseded):
        await lease.hold()


async def test_a_beat_renews_what_is_held_and_finds_what_is_lost(
    queue: Queue, lease: DeliveryLease
) -> None:
    visibility = lease._visibility
    leases = [DeliveryLease(visibility, {"ReceiptHandle": str(one)}, 0.0) for one in range(3)]
    queue.now, queue.failed = 10.0, [{"Id": "1", "Code": "ReceiptHandleIsInvalid"}]
    await visibility.renew(leases)
    assert [one.until for one in leases] == [10.0 + VISIBLE_AFTER] * 3
    assert [one.lost for one in leases] == [False, True, False]
    with pytest.raises(Superseded):
        await leases[1].hold()


async def test_a_queue_that_is_away_is_asked_until_the_time_is_over(
    queue: Queue, lease: DeliveryLease
) -> None:
    queue.now, queue.away = VISIBLE_AFTER - 9, True
    with pytest.raises(Superseded):
        await lease.hold()
    assert queue.renewals == 2
