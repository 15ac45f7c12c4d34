"""What a person reads of a call that waits for their approval."""

from typing import Any

from ag_ui.core import Interrupt

from bots.answer.proposed_call import LONGEST_ARGUMENT, LONGEST_LIST, ProposedCall
from tests.some import some


def proposed(arguments: Any) -> dict[str, str]:
    metadata = {"tool_name": "forget", "tool_input": arguments}
    return ProposedCall.of(Interrupt(id="1", reason="tool_call", metadata=metadata)).arguments


def test_a_value_is_one_line_and_a_long_one_says_so() -> None:
    shown = proposed({"customer_email": "a@example.com", "note": "x" * 600})

    assert shown["customer email"] == "a@example.com"
    assert shown["note"] == "x" * LONGEST_ARGUMENT + "…"


def test_no_entry_of_a_list_is_left_out() -> None:
    entries = [f"memory number {number} of a person" for number in range(200)]
    shown = proposed({"memories": entries, "conversations": ["today\nand more"], "none": []})

    assert shown["conversations"] == "• today and more"
    assert "none" not in shown
    lines = "\n".join(text for name, text in shown.items() if "memories" in name).split("\n")
    assert lines == [f"• {entry}" for entry in entries]
    assert list(shown)[:2] == ["memories", "memories (2)"]
    assert all(len(text) <= LONGEST_LIST for text in some(shown.values()))


def test_what_is_no_mapping_shows_nothing() -> None:
    assert proposed("everything") == {}
