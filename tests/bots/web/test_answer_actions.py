"""Approving and stopping answers on the web chat, without scripts, and whoever else tries to."""

import asyncio
import json
import re
import time
from pathlib import Path
from typing import Any
from urllib.parse import urljoin

import boto3
import httpx
import pytest

from tests.bots.chat_service import separate_chat_service
from tests.bots.scripted_runtime import (
    FINISHED,
    HANGS,
    STARTED,
    ScriptedRuntime,
    interrupt,
    text,
    waits,
)
from tests.conftest import Stack
from tests.person import Person, signed_in

QUESTION = "Find serial numbers of the devices of the customer alice@example.com"
FOUND = "ProBook 14 laptop"
OTHER = "Is PHONE-2021-007 still under warranty?"


async def settled(person: Person, until: str = "") -> str:
    """Reload until no answer is being written, and the conversation says ``until``."""
    for _ in range(150):
        if "pending" not in person.page.text and until in person.conversation():
            return person.conversation()
        await asyncio.sleep(0.2)
        await person.open(str(person.page.url))
    raise AssertionError(person.conversation())


async def ask(person: Person, question: str, *, new: bool = True) -> None:
    if new:
        await person.open(urljoin(str(person.page.url), "/chat"))
    (action,) = re.findall(r'class="ask" method="post" action="([^"]*)"', person.page.text)
    address = urljoin(str(person.page.url), action)
    await person.send("POST", address, data={"text": question, **csrf_of(person)})


async def asked(person: Person) -> str:
    """Ask what needs approval, and wait for the buttons."""
    await ask(person, QUESTION)
    return await settled(person, "May I do this?")


def form_of(person: Person, action: str) -> tuple[str, dict[str, str]]:
    """A form as it stands on the page, to be sent later."""
    form = re.search(rf'<form[^>]*action="([^"]*/{action})".*?</form>', person.page.text, re.DOTALL)
    assert form, person.text()
    fields = re.findall(r'name="(csrf_token|asks)" value="([^"]*)"', form[0])
    return urljoin(str(person.page.url), form[1]), dict(fields)


async def send(person: Person, form: tuple[str, dict[str, str]], **more: str) -> httpx.Response:
    return await person.send("POST", form[0], data={**form[1], **more})


async def test_the_page_says_what_would_be_done_and_approved_it_is_done(stack: Stack) -> None:
    async with signed_in(stack, "admin") as admin:
        said = await asked(admin)
        assert "It shows which devices a customer has, with their serial numbers." in said
        assert "find serial numbers" in said
        assert "Customer email alice@example.com" in said
        assert FOUND not in said

        await admin.submit("/decision", decision="approve")
        done = await settled(admin, FOUND)

        assert "You approved this. (find serial numbers)" in done
        assert "May I do this?" not in done
        assert done.count(FOUND) == 1


async def test_refused_it_is_not_done_and_the_talk_goes_on(stack: Stack) -> None:
    async with signed_in(stack, "admin") as admin:
        await asked(admin)
        await admin.submit("/decision", decision="refuse")
        said = await settled(admin, "You didn't approve this, so I didn't do it.")

        assert "You didn't approve this. (find serial numbers)" in said
        assert FOUND not in said
        await ask(admin, OTHER, new=False)
        assert "expired" in await settled(admin, "PHONE-2021-007 is")


async def test_of_many_clicks_the_first_decides(stack: Stack) -> None:
    async with signed_in(stack, "admin") as admin:
        await asked(admin)
        form = form_of(admin, "decision")
        answers = ["approve", "approve", "refuse", "approve"]
        await send(admin, form, decision="approve")
        await asyncio.gather(*(_send_apart(admin, form, one) for one in answers))
        await admin.open(form[0].removesuffix("/decision"))
        done = await settled(admin, FOUND)

        await send(admin, form, decision="refuse")
        assert await settled(admin, FOUND) == done
        assert done.count(FOUND) == 1
        assert "You didn't approve" not in done


async def _send_apart(person: Person, form: tuple[str, dict[str, str]], decision: str) -> None:
    """A click of the same browser in another tab."""
    async with Person() as tab:
        tab._cookies = person._cookies
        await send(tab, form, decision=decision)


async def test_nobody_else_decides(stack: Stack) -> None:
    async with signed_in(stack, "admin") as admin, signed_in(stack, "alice") as alice:
        await asked(admin)
        address, fields = form_of(admin, "decision")
        await alice.open(f"{stack.chat}/chat")
        hers = {**fields, **csrf_of(alice)}
        assert (await send(alice, (address, hers), decision="approve")).status_code == 404
        assert (await send(alice, (address, fields), decision="approve")).status_code == 403
        assert (await send(admin, (address, hers), decision="approve")).status_code == 403

        await admin.open(address.removesuffix("/decision"))
        assert "May I do this?" in admin.text()


async def test_what_is_no_decision_is_refused(stack: Stack) -> None:
    async with signed_in(stack, "admin") as admin:
        await asked(admin)
        form = form_of(admin, "decision")
        for decision in ("", "yes", "approve "):
            assert (await send(admin, form, decision=decision)).status_code == 400
        await send(admin, form, decision="approve", asks="1234567890123-0123456789abcdef")
        assert "May I do this?" in await settled(admin)


async def test_a_new_question_drops_it(stack: Stack) -> None:
    async with signed_in(stack, "admin") as admin:
        await asked(admin)
        form = form_of(admin, "decision")
        await ask(admin, OTHER, new=False)
        said = await settled(admin, "PHONE-2021-007 is")

        assert "You asked something else, so this wasn't done." in said
        assert "May I do this?" not in said
        await send(admin, form, decision="approve")
        assert FOUND not in await settled(admin)


async def test_it_ends_after_a_while(stack: Stack, aws: boto3.Session) -> None:
    async with signed_in(stack, "admin") as admin:
        await asked(admin)
        form = form_of(admin, "decision")
        _expire(stack, aws, form)
        await admin.open(str(admin.page.url))

        assert "You didn't decide within an hour, so this wasn't done." in admin.text()
        await send(admin, form, decision="approve")
        assert FOUND not in await settled(admin)
        await ask(admin, OTHER, new=False)
        assert "expired" in await settled(admin, "PHONE-2021-007 is")


def _expire(stack: Stack, aws: boto3.Session, form: tuple[str, dict[str, str]]) -> None:
    """Let an hour pass for what waits."""
    conversation, turn = form[0].split("/")[4:6]
    admin = aws.client("cognito-idp").admin_get_user(
        UserPoolId=stack.parameters["user_pool_id"], Username="admin"
    )
    subject = next(one["Value"] for one in admin["UserAttributes"] if one["Name"] == "sub")
    past = int(time.time()) - 1
    dynamodb = aws.client("dynamodb")
    dynamodb.update_item(
        TableName=stack.parameters["ledger_table"],
        Key={"turn": {"S": f"web:{turn}"}},
        UpdateExpression="SET asks_until = :past",
        ConditionExpression="attribute_exists(asks)",
        ExpressionAttributeValues={":past": {"N": str(past)}},
    )
    key = {"conversation": {"S": f"turns#{subject}#{conversation}"}, "position": {"S": turn}}
    table = stack.parameters["transcripts_table"]
    row: Any = dynamodb.get_item(TableName=table, Key=key)["Item"]
    row["approval"]["S"] = json.dumps({**json.loads(row["approval"]["S"]), "until": past})
    dynamodb.put_item(TableName=table, Item=row)


async def test_the_decision_may_come_after_a_restart(
    stack: Stack, aws: boto3.Session, tmp_path: Path
) -> None:
    async with separate_chat_service(stack, aws, tmp_path) as chat, chat.visited("admin") as admin:
        await asked(admin)
        await chat.restart()
        await admin.open(str(admin.page.url))
        await admin.submit("/decision", decision="approve")

        assert "You approved this." in await settled(admin, FOUND)


async def test_what_a_tool_is_given_acts_nowhere_and_each_call_is_listed(
    stack: Stack, aws: boto3.Session, tmp_path: Path
) -> None:
    hostile = "<script>alert(1)</script>"
    runtime = ScriptedRuntime(
        [
            [
                STARTED,
                text("I would do two things."),
                waits(
                    interrupt("i1", "crm___delete_client", "It deletes a client.", client=hostile),
                    interrupt("i2", "send_mail", "It sends a mail.", to=["a@b.example", 2]),
                ),
            ],
            [STARTED, waits(interrupt("i3", "send_mail", "It sends one more.", to="c@d.example"))],
            [STARTED, text("All done."), FINISHED],
        ]
    )
    async with (
        runtime.listening(),
        separate_chat_service(stack, aws, tmp_path, runtime.url) as chat,
        chat.visited("alice") as alice,
    ):
        await ask(alice, "Go")
        said = await settled(alice, "May I do this?")
        assert "It deletes a client." in said
        assert f"Client {hostile}" in said
        assert "<script>alert" not in alice.page.text
        assert "To • a@b.example • 2" in said
        first = form_of(alice, "decision")

        await alice.submit("/decision", decision="approve")
        said = await settled(alice, "It sends one more.")
        assert "You approved this. (delete client, send mail)" in said
        await send(alice, first, decision="approve")
        assert "May I do this?" in await settled(alice)
        await alice.submit("/decision", decision="refuse")
        said = await settled(alice, "All done.")

        assert said.index("two things") < said.index("(delete client, send mail)")
        assert said.index("You didn't approve this. (send mail)") < said.index("All done.")
        decided = [
            [(entry["interruptId"], entry["payload"]["approved"]) for entry in run["resume"]]
            for run in runtime.requests[1:]
        ]
        assert decided == [[("i1", True), ("i2", True)], [("i3", False)]]
        assert [run["messages"] for run in runtime.requests[1:]] == [[], []]


async def test_an_answer_stops_where_it_is(
    stack: Stack, aws: boto3.Session, tmp_path: Path
) -> None:
    runtime = ScriptedRuntime(
        [[STARTED, text("The first half of "), HANGS], [STARTED, text("The next."), FINISHED]]
    )
    async with (
        runtime.listening(),
        separate_chat_service(stack, aws, tmp_path, runtime.url) as chat,
        chat.visited("alice") as alice,
        chat.visited("admin") as admin,
    ):
        await ask(alice, "Tell me everything.")
        await runtime.hangs()
        form = form_of(alice, "stop")
        csrf = csrf_of(admin)
        assert (await send(admin, (form[0], csrf))).status_code == 404
        assert (await send(alice, (form[0], csrf))).status_code == 403
        assert runtime.cancelled == []

        await send(alice, form)
        said = await settled(alice, "Stopped.")
        assert "Tell me everything. 0 steps The first half of Stopped." in said
        await send(alice, form)
        assert await settled(alice) == said
        assert len(runtime.cancelled) == 1

        await ask(alice, "And now?", new=False)
        assert "The next." in await settled(alice, "The next.")
        assert len(runtime.requests) == 2


def csrf_of(person: Person) -> dict[str, str]:
    found = re.search(r'name="csrf_token" value="([^"]*)"', person.page.text)
    assert found
    return {"csrf_token": found[1]}


async def test_a_question_that_waits_its_turn_is_stopped_before_it_is_asked(
    stack: Stack, aws: boto3.Session, tmp_path: Path
) -> None:
    runtime = ScriptedRuntime([[STARTED, text("Much."), HANGS], [STARTED, text("No."), FINISHED]])
    async with (
        runtime.listening(),
        separate_chat_service(stack, aws, tmp_path, runtime.url) as chat,
        chat.visited("alice") as alice,
    ):
        await ask(alice, "First")
        first = form_of(alice, "stop")
        await ask(alice, "Second", new=False)
        second = next(
            (urljoin(chat.url, action), first[1])
            for action in re.findall(r'action="([^"]*/stop)"', alice.page.text)
            if urljoin(chat.url, action) != first[0]
        )
        await runtime.hangs()
        await send(alice, second)
        assert runtime.cancelled == []
        await send(alice, first)
        said = await settled(alice)

        assert said.count("Stopped.") == 2
        assert len(runtime.requests) == 1


@pytest.mark.parametrize("action", ["decision", "stop"])
async def test_a_stranger_has_no_buttons(stack: Stack, action: str) -> None:
    turn = "1234567890123-0123456789abcdef"
    async with Person() as stranger:
        url = f"{stack.chat}/chat/{turn}/{turn}/{action}"
        assert (await stranger.send("POST", url)).status_code == 401
