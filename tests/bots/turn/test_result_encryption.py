"""One data key is fetched for all who wait for it, and one failure is told to all of them."""

import asyncio
from collections.abc import Callable
from typing import Any, cast

from botocore.exceptions import EndpointConnectionError

from bots.turn.result_encryption import KEY_RESULTS, ResultEncryption
from tests.simulation.aws_models import KMSModel


class SlowKMS:
    """Answers each call after some turns of the event loop.

    :ivar down: whether it makes no data keys then.
    """

    def __init__(self) -> None:
        self.model, self.asked, self.down = KMSModel(), 0, False

    async def call(self, function: Callable[..., Any], **named: Any) -> Any:
        self.asked += 1
        for _ in range(5):
            await asyncio.sleep(0)
        if self.down:
            raise EndpointConnectionError(endpoint_url="https://kms")
        return function(**named)


def encryption(kms: SlowKMS) -> ResultEncryption:
    return ResultEncryption(cast("Any", kms.model), "key", cast("Any", kms.call))


async def test_answers_that_wait_for_a_key_are_told_of_one_failure_at_once() -> None:
    kms = SlowKMS()
    results, kms.down = encryption(kms), True
    waiting = [results.encrypt(b"said", f"turn {number}") for number in range(20)]

    failed = await asyncio.gather(*waiting, return_exceptions=True)

    assert {type(error) for error in failed} == {EndpointConnectionError}
    assert kms.asked == 1

    kms.down = False
    assert await results.decrypt(await results.encrypt(b"said", "turn"), "turn") == b"said"


async def test_a_key_that_many_wait_for_is_used_no_more_often_than_another() -> None:
    kms = SlowKMS()
    results = encryption(kms)
    await asyncio.gather(*(results.encrypt(b"said", "turn") for _ in range(KEY_RESULTS + 1)))
    assert kms.asked == 2


async def test_who_gives_up_waiting_for_a_key_does_not_take_it_from_the_others() -> None:
    kms = SlowKMS()
    results = encryption(kms)
    first = asyncio.create_task(results.encrypt(b"said", "one"))
    second = asyncio.create_task(results.encrypt(b"said", "two"))
    await asyncio.sleep(0)
    first.cancel()
    assert await results.decrypt(await second, "two") == b"said"
    assert first.cancelled()
