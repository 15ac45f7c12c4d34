"""What an answer is based on is told once each, and only its shape is trusted."""

import json
from typing import Any

from ag_ui.core import ToolCallResultEvent, ToolCallStartEvent

from agent.run.sources import EVENT, LONGEST_PASSAGE, MOST, Sources
from tests.agent.gateway_tool_specs import SEARCH
from tests.agent.local_agent import Cloud, ask
from tests.some import some


def sent(sources: Sources, result: object, tool: str = SEARCH) -> list[dict[str, Any]]:
    content = result if isinstance(result, str) else json.dumps(result)
    events = [
        ToolCallStartEvent(tool_call_id="1", tool_call_name=tool),
        ToolCallResultEvent(message_id="m", tool_call_id="1", content=content),
    ]
    found = [custom for event in events for custom in sources.new_in(event)]
    others = [custom for custom in found if custom.name != EVENT]
    assert others == []
    return [custom.value for custom in found]


async def test_a_policy_that_was_read_is_told_after_its_result(runtime: str, cloud: Cloud) -> None:
    question = "What does the company policy say about the price of hotels?"
    answer = await ask(runtime, cloud.tokens["alice"], question)

    events = [event for event in answer.events if event.get("name") == EVENT]
    passage = events[0]["value"].pop("passage")
    assert "hotel" in passage.lower()
    assert events[0]["value"] == {
        "tool": "search_company_policy",
        "title": "Travel and expenses",
        "section": "Hotels",
        "url": None,
    }
    assert answer.types.index("CUSTOM") == answer.types.index("TOOL_CALL_RESULT") + 1
    (why,) = [e for e in answer.events if e.get("name") == "bizassist.explanation"]
    assert why["value"]["sources"] == [
        {name: part for name, part in event["value"].items() if name != "passage"}
        for event in events
    ]


def test_pages_of_the_web_are_told_with_their_site() -> None:
    page = {
        "title": "Rates",
        "address": "https://www.example.com/rates",
        "snippet": "x",
        "source": "example.com",
    }

    assert sent(Sources(), {"results": [page], "note": ""}) == [
        {
            "tool": SEARCH,
            "title": "Rates",
            "section": "example.com",
            "url": "https://www.example.com/rates",
            "passage": "x",
        }
    ]


def test_a_source_comes_with_what_it_says_there() -> None:
    of_policy = {
        "excerpts": [
            {"title": "Leave", "section": "Sick", "excerpt": "Tell your lead."},
            {"title": "Leave", "section": "Sick", "excerpt": "Bring a note."},
            {"title": "Leave", "section": "Parental", "excerpt": "x" * 9_000},
        ],
        "sources": [
            {"title": "Leave", "section": "Sick", "url": None},
            {"title": "Leave", "section": "Parental", "url": None},
            {"title": "Travel", "section": None, "url": None},
        ],
    }
    of_document = {
        "document": "offer.pdf",
        "passages": [
            {"section": None, "text": "It ends in May."},
            {"section": "page 2", "text": 7},
        ],
        "sources": [{"title": "offer.pdf", "section": None, "url": None}],
    }

    sick, parental, travel = sent(Sources(), of_policy)
    (offer,) = sent(Sources(), of_document)

    assert sick["passage"] == "Tell your lead.\n\nBring a note."
    assert len(parental["passage"]) == LONGEST_PASSAGE
    assert "passage" not in travel
    assert offer["passage"] == "It ends in May."


def test_a_source_is_told_once_in_a_run() -> None:
    sources = Sources()
    result = {"sources": [{"title": "Leave", "section": "Sick leave"}] * 2}

    assert len(sent(sources, result)) == 1
    assert sent(sources, result, "another") == []
    assert len(sent(sources, {"sources": [{"title": "Leave", "section": None}]})) == 1


def test_no_address_but_one_of_the_web_is_sent() -> None:
    addresses: list[Any] = [
        "javascript:alert(1)",
        "http://plain.example",
        "https://",
        "https://[bad",
        "https://a.example/\u202efdp.exe",
        "https://a.example/x y",
        "https://a.example/x\n",
        "data:text/html,x",
        "https://a.example/" + "x" * 3_000,
        7,
        None,
    ]
    for address in addresses:
        page = {"title": "T", "address": address}
        assert sent(Sources(), {"results": [page]}) == [], address
    named = [{"title": str(place), "url": url} for place, url in enumerate(addresses)]
    found = sent(Sources(), {"sources": named})
    assert [value["url"] for value in found] == [None] * len(addresses)


def test_whatever_a_tool_says_makes_no_noise() -> None:
    nested = "[" * 100_000
    texts = ("plain", "", "[]", "null", '"x"', nested, '{"sources": "x"}', '{"results": {}}')
    for result in texts:
        assert sent(Sources(), result) == []
    wrong: list[Any] = [None, 1, [], {}, {"title": 7}, {"title": " \n"}, {"section": "x"}]
    assert sent(Sources(), {"sources": wrong}) == []


def test_there_is_an_end_to_them_and_to_their_names() -> None:
    many = [{"title": f"{place} " + "x" * 1_000} for place in range(100)]
    found = sent(Sources(), {"sources": many})

    assert len(found) == MOST
    assert all(len(value["title"]) <= 200 for value in some(found))
