"""The web chat without scripts, and what comes to its edge."""

import re

import httpx
import pytest

from tests.conftest import Stack
from tests.person import Person, answered, signed_in

ONE = "Is serial LAPTOP-2024-001 still under warranty?"


async def test_the_page_works_without_scripts(stack: Stack) -> None:
    async with signed_in(stack, "alice") as alice:
        text = await answered(alice, ONE)

    assert ONE in text
    assert "active" in text


async def test_the_sources_of_an_answer_are_on_the_page(stack: Stack) -> None:
    async with signed_in(stack, "alice") as alice:
        await answered(alice, "What does the company policy say about sick leave?")

        assert ">Leave · Sick leave</span></summary>" in alice.page.text


async def test_an_unknown_serial_ends_in_a_plain_sentence(stack: Stack) -> None:
    async with signed_in(stack, "alice") as alice:
        await answered(alice, "Is serial LAPTOP-1999-999 still under warranty?")
        text = alice.conversation()

    assert "No warranty is on file" in text
    assert not re.search(r"[{}]|Traceback|error\b", text)


async def test_nobody_sees_another_persons_conversation(stack: Stack) -> None:
    async with signed_in(stack, "alice") as alice, signed_in(stack, "admin") as admin:
        await answered(alice, "Remember that my desk is on floor seven.")
        address = str(alice.page.url)

        await admin.open(address)
        assert "floor seven" not in admin.page.text

        text = await answered(admin, "What do you know about me?")
        assert "floor seven" not in text


async def test_a_conversation_is_there_when_its_person_comes_back(stack: Stack) -> None:
    async with signed_in(stack, "alice") as alice:
        await answered(alice, ONE)
        address = str(alice.page.url)
    async with signed_in(stack, "alice") as again:
        await again.open(address)

        assert ONE in again.text()


@pytest.mark.parametrize(
    ("text", "status"), [("", 400), ("   ", 400), ("x" * 16_001, 400), ("x" * 1_100_000, 413)]
)
async def test_a_question_nobody_would_write_is_refused(
    stack: Stack, text: str, status: int
) -> None:
    async with signed_in(stack, "alice") as alice:
        page = await alice.submit("/chat/", text=text)

    assert page.status_code == status
    assert "<h1>" in alice.page.text
    assert len(alice.text()) < 300


async def test_a_question_from_elsewhere_is_refused(stack: Stack) -> None:
    async with signed_in(stack, "alice") as alice:
        page = await alice.submit("/chat/", text=ONE, csrf_token="forged")

    assert page.status_code == 403


async def test_nobody_asks_without_being_signed_in(stack: Stack) -> None:
    conversation = f"{stack.chat}/chat/1234567890123-0123456789abcdef"
    async with Person() as stranger:
        asked = await stranger.send("POST", conversation, data={"text": ONE})
        assert asked.status_code == 401
        events = await stranger.open(f"{conversation}/1234567890123-0123456789abcdef/events")
        assert events.status_code == 401
        await stranger.open(f"{stack.chat}/chat")
        assert "Sign in" in stranger.text()


async def test_health_tells_alive_and_ready(stack: Stack) -> None:
    async with httpx.AsyncClient() as http:
        assert (await http.get(f"{stack.chat}/healthz")).json() == {"status": "alive"}
        ready = await http.get(f"{stack.chat}/readyz")

    assert ready.status_code == 200
    assert ready.json() == {
        "inbox": "answers",
        "ledger": "answers",
        "user pool": "answers",
    }


async def test_every_page_forbids_what_it_does_not_need(stack: Stack) -> None:
    async with signed_in(stack, "alice") as alice:
        headers = alice.page.headers

    policy = headers["content-security-policy"]
    assert "default-src 'none'" in policy
    assert "frame-ancestors 'none'" in policy
    assert "unsafe" not in policy
    assert "<script>" not in alice.page.text
