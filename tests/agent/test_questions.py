"""The offline model over the questions that are shipped: the right tool, or an honest "I can't"."""

from collections import Counter
from typing import Any

import pytest
from strands.types.content import Messages
from strands.types.tools import ToolSpec

from agent.models.offline import memory_commands
from agent.models.offline.model import respond
from agent.models.offline.stand_in_sentences import i_am
from bizassist.errors import QuestionsError
from bizassist.evaluation.cases import (
    FILES,
    QUESTIONS,
    Case,
    read_cases,
    right_arguments,
    right_tool,
)
from tests.agent.all_tools import all_specs
from tests.some import some

CASES = read_cases(QUESTIONS)
ENOUGH = 0.95
ENOUGH_UNSEEN = 0.9
"""For the questions that the model was never adjusted to."""


def conversation(case: Case, specs: list[ToolSpec]) -> Messages:
    messages: Messages = []
    for place, text in enumerate(case.before):
        messages.append({"role": "user", "content": [{"text": text}]})
        reply = respond(messages, specs)
        if isinstance(reply, list):
            uses: list[Any] = [
                {
                    "toolUse": {
                        "name": call.tool,
                        "toolUseId": f"{place}-{at}",
                        "input": call.arguments,
                    }
                }
                for at, call in enumerate(reply)
            ]
            done: list[Any] = [
                {"toolResult": {"toolUseId": use["toolUse"]["toolUseId"], "content": []}}
                for use in uses
            ]
            messages += [{"role": "assistant", "content": uses}, {"role": "user", "content": done}]
        messages.append({"role": "assistant", "content": [{"text": "That is so."}]})
    return [*messages, {"role": "user", "content": [{"text": case.question}]}]


def answered_rightly(case: Case) -> bool:
    specs = all_specs(case.files)
    reply = respond(conversation(case, specs), specs)
    if isinstance(reply, str):
        return case.tool is None and (
            i_am(case.question) in reply or "I need one more thing from you" in reply
        )
    calls = [(call.tool, call.arguments) for call in reply]
    return right_tool(case, calls) and right_arguments(case, calls)


def test_the_set_is_two_hundred_questions_over_all_tools() -> None:
    assert len(CASES) == 200
    assert len({case.id for case in CASES}) == 200
    assert len({case.question.lower() for case in CASES}) == 200
    asked = {spec["name"] for spec in all_specs()} - memory_commands.TOOLS  # these have own tests
    assert {case.tool for case in CASES} == asked | {None}
    assert sum(case.wording == "own" for case in CASES) >= 100
    assert sum(case.held_out for case in CASES) == 50
    used = {name for case in CASES for name in case.files}
    assert used == {path.name for path in FILES.iterdir()}


def test_the_right_tool_and_arguments_for_nearly_all_of_them() -> None:
    wrong = [case.id for case in CASES if not answered_rightly(case)]

    assert len(wrong) <= len(CASES) * (1 - ENOUGH), wrong


def test_nearly_all_of_those_it_was_never_adjusted_to() -> None:
    unseen = [case for case in CASES if case.held_out]
    wrong = [case.id for case in unseen if not answered_rightly(case)]

    assert len(wrong) <= len(unseen) * (1 - ENOUGH_UNSEEN), wrong


def test_no_tool_is_always_wrong() -> None:
    asked = Counter(case.tool for case in CASES)
    right = Counter(case.tool for case in CASES if answered_rightly(case))

    assert all(right[tool] >= asked[tool] * 0.8 for tool in some(asked)), right


def test_what_plan_is_fabrikam_on() -> None:
    (case,) = [case for case in CASES if case.question == "What plan is Fabrikam Logistics on?"]

    assert answered_rightly(case)


@pytest.mark.parametrize(
    ("line", "said"),
    [
        ('{"id": "a", "question": "b"}', "line 1: tool"),
        ('{"id": "a", "question": "", "tool": null}', "line 1: question"),
        ('{"id": "a", "question": "b", "tool": null, "more": 1}', "line 1: more"),
        ("[", "line 1: the line"),
    ],
)
def test_a_line_that_is_no_case_is_named(line: str, said: str, tmp_path: Any) -> None:
    path = tmp_path / "cases.jsonl"
    path.write_text(line)

    with pytest.raises(QuestionsError, match=said):
        read_cases(path)


PARKING: ToolSpec = {
    "name": "facilities___reserve_parking",
    "description": "Reserve a parking space at one of the offices for a car.",
    "inputSchema": {
        "json": {
            "type": "object",
            "properties": {
                "plate": {"type": "string", "description": "The car's plate, such as W-12345."},
                "site": {"type": "string", "enum": ["Vienna", "Graz"]},
            },
            "required": ["site"],
        }
    },
}
ORDER: ToolSpec = {
    "name": "orders___order_status",
    "description": "Where an order is and when it arrives, by its order number.",
    "inputSchema": {
        "json": {
            "type": "object",
            "properties": {
                "order_id": {"type": "string", "description": "The order number, such as O-778812."}
            },
            "required": ["order_id"],
        }
    },
}


@pytest.mark.parametrize(
    ("question", "tool", "arguments"),
    [
        ("can you reserve a parking space in graz for me", PARKING, {"site": "Graz"}),
        (
            "i need somewhere to leave my car at the Vienna office tomorrow",
            PARKING,
            {"site": "Vienna"},
        ),
        ("where is order O-778812?", ORDER, {"order_id": "O-778812"}),
        ("O-120045 still has not arrived", ORDER, {"order_id": "O-120045"}),
        ("when will my parcel O-555111 get here", ORDER, {"order_id": "O-555111"}),
    ],
)
def test_a_tool_of_the_customers_own_works_beside_all_others(
    question: str, tool: ToolSpec, arguments: dict[str, str]
) -> None:
    reply = respond(
        [{"role": "user", "content": [{"text": question}]}], [*all_specs(), PARKING, ORDER]
    )

    assert isinstance(reply, list), reply
    assert [(call.tool, call.arguments) for call in reply] == [(tool["name"], arguments)]
