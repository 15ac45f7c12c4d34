"""The offline model says that it is a stand-in, takes thanks, and leaves no question unnamed."""

from typing import Any

import pytest
from strands.types.content import Messages
from strands.types.tools import ToolSpec

from agent.models.offline.model import respond
from agent.models.offline.stand_in_sentences import I_AM, language_of
from tests.some import some


def spec(name: str, description: str, parameter: str, about: str) -> ToolSpec:
    schema: Any = {
        "type": "object",
        "properties": {parameter: {"type": "string", "description": about}},
        "required": [parameter],
    }
    return {"name": name, "description": description, "inputSchema": {"json": schema}}


SPECS = [
    spec(
        "warranty___check_warranty_status",
        "Check the warranty status of a device by its serial number.",
        "serial_number",
        "The serial number on the device, such as LAPTOP-2024-001",
    ),
    spec(
        "search_company_policy",
        "Look up what the company's policy says: rules on leave, travel, expenses, remote work.",
        "question",
        "What to look up, in the person's words",
    ),
]


def said(text: str) -> Messages:
    return [{"role": "user", "content": [{"text": text}]}]


@pytest.mark.parametrize(
    ("text", "language"),
    [
        ("What is the meaning of life?", "en"),
        ("Wer hat die Weltmeisterschaft gewonnen und wie?", "de"),
        ("¿Quién es el presidente de la luna?", "es"),
        ("Quel est le sens de la vie, et comment ?", "fr"),
        ("Chi è il re della luna?", "it"),
        ("Quem é o rei da lua e quando?", "pt"),
    ],
)
def test_it_says_in_the_persons_language_that_it_is_a_stand_in(text: str, language: str) -> None:
    assert language_of(text) == language
    assert I_AM[language] in str(respond(said(text), []))


@pytest.mark.parametrize(
    ("text", "answer"),
    [
        ("thanks", "You're welcome!"),
        ("ok, thank you very much!", "You're welcome!"),
        ("Danke dir", "Gern geschehen!"),
        ("¡Muchas gracias!", "¡De nada!"),
        ("merci beaucoup", "Je vous en prie !"),
        ("Grazie mille", "Prego!"),
        ("obrigada", "De nada!"),
    ],
)
def test_thanks_are_answered_by_no_list_of_tools(text: str, answer: str) -> None:
    assert respond(said(text), SPECS) == answer


def test_thanks_with_a_question_are_a_question() -> None:
    reply = respond(said("Thanks, and is LAPTOP-2024-001 still under warranty?"), SPECS)

    assert isinstance(reply, list)
    assert [call.tool for call in some(reply)] == ["warranty___check_warranty_status"]


def test_several_questions_are_all_answered() -> None:
    text = "Is LAPTOP-2024-001 under warranty? What does the policy say about travel expenses?"
    reply = respond(said(text), SPECS)

    assert isinstance(reply, list)
    assert {call.tool for call in some(reply)} == {one["name"] for one in SPECS}


def test_what_of_several_questions_is_not_answered_is_named() -> None:
    text = "Is LAPTOP-2024-001 under warranty? Who won the chess match?"
    reply = respond(said(text), SPECS)
    assert isinstance(reply, list)
    (call,) = reply
    use: Any = {"toolUse": {"toolUseId": "1", "name": call.tool, "input": call.arguments}}
    result: Any = {
        "toolResult": {
            "toolUseId": "1",
            "status": "success",
            "content": [{"json": {"serial_number": "LAPTOP-2024-001", "status": "active"}}],
        }
    }
    answer = respond(
        [
            *said(text),
            {"role": "assistant", "content": [use]},
            {"role": "user", "content": [result]},
        ],
        SPECS,
    )

    assert "**active**" in str(answer)
    assert "I can't answer this part:\n\n- Who won the chess match?" in str(answer)


def test_it_asks_back_with_what_it_has_understood() -> None:
    answer = respond(said("Please check the warranty status of my device"), SPECS)

    assert str(answer).startswith("I understand that you ask about the warranty status.")
    assert "I need one more thing from you" in str(answer)
