"""A person's conversations: ordered, searched, renamed, deleted with all that belongs to them."""

import asyncio
import re
from functools import partial
from typing import Any
from urllib.parse import urljoin

import boto3

from identity.people import session_id
from tests.conftest import Stack
from tests.person import Person, answered, signed_in
from tests.some import some

_ITEM = re.compile(r'<li>\s*<a href="/chat/([^"]+)"[^>]*>([^<]*)</a>')


def listed(person: Person) -> dict[str, str]:
    """The titles of the conversations that the page lists, by their ids, in its order."""
    return dict(_ITEM.findall(person.page.text))


def kept(aws: boto3.Session, stack: Stack, conversation: str) -> list[dict[str, Any]]:
    """What the table of transcripts has of a conversation."""
    table = aws.resource("dynamodb").Table(stack.parameters["transcripts_table"])
    rows: list[dict[str, Any]] = []
    for page in table.meta.client.get_paginator("scan").paginate(TableName=table.name):
        rows += page["Items"]
    return [row for row in rows if conversation in f"{row['conversation']} {row['position']}"]


async def test_the_one_asked_last_comes_first_and_words_of_an_answer_find_it(
    stack: Stack,
) -> None:
    async with signed_in(stack, "alice") as alice:
        await answered(alice, "What does the company policy say about sick leave?")
        leave = str(alice.page.url).rsplit("/", 1)[1]
        await answered(alice, "Is serial LAPTOP-2024-001 still under warranty?")
        laptop = str(alice.page.url).rsplit("/", 1)[1]
        await alice.open(urljoin(stack.chat, "/chat"))
        assert list(listed(alice))[:2] == [laptop, leave]

        await alice.open(f"{stack.chat}/chat/{leave}")
        await alice.submit(f"/chat/{leave}", text="And about parental leave?")
        await alice.open(urljoin(stack.chat, "/chat"))
        assert list(listed(alice))[:2] == [leave, laptop]

        await alice.open(f"{stack.chat}/chat?q=PROBOOK laptop")  # of the answer alone
        assert laptop in listed(alice)
        assert leave not in listed(alice)
        await alice.open(f"{stack.chat}/chat?q=nobody-says-this")
        assert listed(alice) == {}
        assert "No conversation has these words." in alice.text()


async def test_a_conversation_is_renamed_by_its_person_alone(stack: Stack) -> None:
    async with signed_in(stack, "alice") as alice, signed_in(stack, "admin") as admin:
        await answered(alice, "What can you do for me?")
        conversation = str(alice.page.url).rsplit("/", 1)[1]
        settings = f"{stack.chat}/chat/{conversation}/settings"
        assert (await admin.open(settings)).status_code == 404

        await alice.open(settings)
        page = await alice.submit("/title", title="  What it\n can do  ")
        assert page.status_code == 200
        assert listed(alice)[conversation] == "What it can do"
        assert "<title>What it can do · BizAssist</title>" in alice.page.text

        await alice.open(settings)
        assert (await alice.submit("/title", title=" ")).status_code == 400
        await alice.open(settings)
        assert (await alice.submit("/title", title="x" * 61)).status_code == 400


async def test_a_deleted_conversation_leaves_nothing(stack: Stack, aws: boto3.Session) -> None:
    async with signed_in(stack, "alice") as alice, signed_in(stack, "admin") as admin:
        await answered(alice, "Is serial LAPTOP-2024-001 still under warranty?")
        conversation = str(alice.page.url).rsplit("/", 1)[1]
        assert len(kept(aws, stack, conversation)) >= 2
        person = aws.client("cognito-idp").admin_get_user(
            UserPoolId=stack.parameters["user_pool_id"], Username="alice"
        )
        actor = next(one["Value"] for one in person["UserAttributes"] if one["Name"] == "sub")
        memory = partial(
            aws.client("bedrock-agentcore").list_events,
            memoryId=stack.parameters["memory_id"],
            actorId=actor,
            sessionId=session_id(actor, f"web:{conversation}"),
        )
        assert memory()["events"]

        await admin.open(f"{stack.chat}/chat")
        _, fields = admin.form("/chat/")
        await admin.post(f"{stack.chat}/chat/{conversation}/delete", fields)
        assert len(kept(aws, stack, conversation)) >= 2  # it is nobody else's

        await alice.open(f"{stack.chat}/chat/{conversation}/settings")
        page = await alice.submit("/delete")
        assert str(page.url).endswith("/chat")
        assert conversation not in listed(alice)
        assert [set(row) for row in kept(aws, stack, conversation)] == [
            {"conversation", "position", "deleted", "expires_at"}
        ]
        async with asyncio.timeout(30):
            while memory()["events"]:  # noqa: ASYNC110 - another process's state
                await asyncio.sleep(0.2)
        await alice.open(f"{stack.chat}/chat/{conversation}")
        assert "LAPTOP" not in alice.conversation()

        await alice.submit("/chat/", text="What can you do for me?")  # as an old tab would
        assert alice.page.status_code == 410
        assert "This conversation is deleted." in alice.text()
        await asyncio.sleep(1)
        assert not any("question" in row for row in some(kept(aws, stack, conversation)))
