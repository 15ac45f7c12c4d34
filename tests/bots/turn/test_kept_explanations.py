"""Why an answer is as it is stands in its turn's row, as long as that and no larger than it may."""

import secrets
from dataclasses import replace
from typing import Any

import pytest

from bots.answer.explanation.run_explanation import Explanation, Memory, ToolUse
from bots.answer.sources import LONGEST_PASSAGE, Source
from bots.turn.explanations.kept_explanations import KeptExplanations
from identity.people import ChatUser
from tests.bots.slack.service_parts import Unencrypted, at_once
from tests.simulation.aws_models import DynamoDBModel
from tests.simulation.table_model import TableModel

ALICE = ChatUser("slack", "T1", "U1")
TURN = "slack:one"


def noise(length: int) -> str:
    """Text that can't be packed into much less."""
    return "".join(chr(0x4E00 + secrets.randbelow(0x5000)) for _ in range(length))


PLAIN = Explanation(
    tools=[ToolUse(name="search", arguments="{}")],
    memories=[Memory(kind="facts", text="Has a laptop")],
    sources=[Source("Travel", passage="By train.")],
)


@pytest.fixture
def table() -> TableModel:
    """Alice's turn is being answered."""
    row = {"turn": {"S": TURN}, "chat_user": {"S": ALICE.key}}
    return TableModel("turn", {TURN: row})


async def kept(table: TableModel, explanation: Explanation) -> Explanation | None:
    model, call, encryption = DynamoDBModel({"ledger": table}), at_once, Unencrypted()
    parts: Any = (model, call, "ledger", encryption)
    explanations = KeptExplanations(*parts)
    await explanations.keep(TURN, ALICE, explanation)
    return await explanations.read(TURN, ALICE)


async def test_an_explanation_stands_in_its_turns_row(table: TableModel) -> None:
    assert await kept(table, PLAIN) == PLAIN


async def test_a_late_explanation_makes_no_row_that_was_erased(table: TableModel) -> None:
    table.items.clear()
    assert await kept(table, PLAIN) is None
    assert table.items == {}


async def test_much_is_kept_without_what_sources_say_then_without_what_was_remembered(
    table: TableModel,
) -> None:
    sources = [Source(f"Page {n}", passage=noise(LONGEST_PASSAGE)) for n in range(50)]
    unquoted = [replace(source, passage="") for source in sources]
    much = PLAIN.model_copy(update={"sources": sources})
    least = await kept(table, much)
    assert least is not None
    assert (least.sources, least.memories) == (unquoted, PLAIN.memories)

    memories = [Memory(kind="facts", text=noise(2_000)) for _ in range(50)]
    least = await kept(table, much.model_copy(update={"memories": memories}))
    assert least is not None
    assert (least.sources, least.memories) == (unquoted, [])


async def test_what_is_too_much_even_so_is_not_kept(table: TableModel) -> None:
    tools = [ToolUse(name=noise(2_000)) for _ in range(50)]
    assert await kept(table, PLAIN.model_copy(update={"tools": tools})) is None
