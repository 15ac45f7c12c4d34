"""What a question costs is counted: the calls of AWS that answering it makes."""

import math
from collections import Counter

from bizassist.evaluation.service_cost import counted_calls
from tests.aws_calls.turn_calls import noted_lines
from tests.conftest import Stack
from tests.person import answered, signed_in
from tests.some import some

KINDS = {
    "CreateEvent": "memory events",
    "RetrieveMemoryRecords": "memory recalls",
    **dict.fromkeys(("UpdateItem", "PutItem", "DeleteItem"), "table writes"),
    **dict.fromkeys(("GetItem", "BatchGetItem", "Query", "Scan"), "table reads"),
    **dict.fromkeys(
        ("SendMessageBatch", "SendMessage", "DeleteMessage", "ReceiveMessage"), "queue requests"
    ),
    **dict.fromkeys(("GenerateDataKey", "Decrypt", "Encrypt"), "key requests"),
}


async def test_a_question_makes_the_calls_that_its_costs_are_reckoned_with(stack: Stack) -> None:
    """Memory is exact; how often a growing answer is stored depends on how long it takes."""
    async with signed_in(stack, "alice") as alice:
        await answered(alice, "Is serial LAPTOP-2024-001 still under warranty?")
        before = counted(stack)
        await answered(alice, "Is serial PHONE-2021-007 still under warranty?")
        made = counted(stack) - before

    known = counted_calls()
    for kind in ("memory events", "memory recalls"):
        assert made[kind] == known[kind]
    assert set(some(made)) <= set(known)
    for kind, calls in some(known.items()):
        assert int(calls / 4) <= made[kind] <= math.ceil(calls) * 4


def counted(stack: Stack) -> Counter[str]:
    lines = noted_lines(stack.state.parent / f"{stack.state.name}.calls")
    names = (line["call"].rpartition(":")[2] for line in lines if "call" in line)
    return Counter(KINDS[name] for name in names if name in KINDS)
