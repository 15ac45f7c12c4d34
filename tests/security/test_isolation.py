"""Nobody reads, continues or listens to what is another person's."""

from urllib.parse import urlsplit

import pytest

from tests.conftest import Stack
from tests.person import Person, answered, signed_in
from tests.security.conftest import Visitor

SECRET = "my locker has the number 4711"
ID = "1234567890123-0123456789abcdef"


@pytest.fixture(scope="module")
async def conversation(stack: Stack) -> tuple[str, str]:
    """The address of something that alice asked, and that of its answer."""
    async with signed_in(stack, "alice") as person:
        await answered(person, f"Hello, {SECRET}")
        path = urlsplit(str(person.page.url)).path
        turn = person.page.text.partition('id="turn-')[2].partition('"')[0]
        return path, f"{path}/{turn}"


async def test_a_conversation_of_somebody_else_is_an_empty_one(
    conversation: tuple[str, str], alice: Visitor, admin: Visitor
) -> None:
    own = await alice.send("GET", conversation[0])
    assert SECRET in own.text
    other = await admin.send("GET", conversation[0])
    assert other.status_code == 200
    assert SECRET not in other.text


async def test_an_answer_of_somebody_else_is_not_there(
    conversation: tuple[str, str], alice: Visitor, admin: Visitor
) -> None:
    fetch = {"X-Requested-With": "fetch"}
    assert SECRET in (await alice.send("GET", conversation[1], headers=fetch)).text
    other = await admin.send("GET", conversation[1], headers=fetch)
    assert other.status_code == 404
    assert SECRET not in other.text


async def test_nobody_listens_to_another_persons_answer(
    conversation: tuple[str, str], alice: Visitor, admin: Visitor, stranger: Visitor
) -> None:
    events = f"{conversation[1]}/events"
    own = await alice.send("GET", events)
    assert own.status_code == 200
    assert "bizassist.html" in own.text
    assert await admin.status(events) == 404
    assert await stranger.status(events) == 401
    # Nor by way of an own conversation: a turn belongs to its conversation.
    turn = events.rsplit("/", 2)[1]
    assert await admin.status(f"/chat/{ID}/{turn}/events") == 404


async def test_a_question_in_somebody_elses_conversation_begins_an_own_one(
    conversation: tuple[str, str], stack: Stack, alice: Visitor
) -> None:
    async with signed_in(stack, "admin") as intruder:
        await intruder.open(f"{stack.chat}{conversation[0]}")
        await intruder.submit("/chat/", text="What is the number of the locker?")
        assert "4711" not in await _answer(intruder)
    assert "What is the number" not in (await alice.send("GET", conversation[0])).text


async def test_a_field_that_a_form_does_not_have_changes_nothing(
    conversation: tuple[str, str], stack: Stack, alice: Visitor
) -> None:
    """Nobody speaks for another by naming them: subject, tenant and groups aren't asked for."""
    async with signed_in(stack, "admin") as intruder:
        await intruder.open(f"{stack.chat}/chat")
        subject = "00000000-0000-0000-0000-000000000000"
        await intruder.submit(
            "/chat/",
            text="Hello",
            subject=subject,
            actorId=subject,
            sub=subject,
            tenant="other",
            user="alice",
            groups="bizassist-admins",
        )
        assert "Hello" in await _answer(intruder)
        await intruder.open(f"{stack.chat}/me")
        assert "admin@example.com" in intruder.text()


async def _answer(person: Person) -> str:
    """Reload until the answer is there."""
    while "pending" in person.page.text:
        await person.open(str(person.page.url))
    return person.text()
