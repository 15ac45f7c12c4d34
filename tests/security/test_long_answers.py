"""Whoever has long answers waits for them alone: nobody else does, in any process."""

import asyncio
import re
from pathlib import Path
from typing import Any

import boto3
import httpx
import pytest
from ag_ui.core import RunFinishedEvent, RunStartedEvent, TextMessageContentEvent

from bots.web.new_id import new_id
from bots.web.transcripts import Transcripts
from identity.executor import Executor
from tests.conftest import Stack
from tests.loop_steps import LONGEST_MS
from tests.person import Person
from tests.security.probing import only_short_steps, probing, timed_service

TURNS, ANSWER, STREAMS, LONG = 100, 16_000, 3, 40_000
PIECE = 500
MARKED = "A **paragraph** with [a link](https://example.com/a) and `code`"
PROSE = f"{MARKED}{', and some more words of it' * 12}.\n\n- one\n- two\n\n"


def of_size(size: int) -> str:
    return (PROSE * (size // len(PROSE) + 1))[:size]


async def filled(transcripts: Transcripts, table: Any, subject: str, conversation: str) -> str:
    """A conversation of many long answers, and the turn whose answer is still being written."""

    first = new_id()
    await transcripts.ask(subject, conversation, first, "Long?")
    await transcripts.answered(subject, conversation, first, of_size(ANSWER))
    place = {"conversation": f"turns#{subject}#{conversation}", "position": first}
    row = table.get_item(Key=place)["Item"]
    with table.batch_writer() as batch:
        for _ in range(TURNS - 1):
            batch.put_item(Item={**row, "position": new_id()})
    turn, text = new_id(), of_size(LONG)
    await transcripts.ask(subject, conversation, turn, "Longer?")
    await transcripts.write(turn, [RunStartedEvent(thread_id="t", run_id="r")])
    for at in range(0, LONG, PIECE):
        piece = TextMessageContentEvent(message_id="m", delta=text[at : at + PIECE])
        await transcripts.write(turn, [piece])
    await transcripts.write(turn, [RunFinishedEvent(thread_id="t", run_id="r")])
    return turn


async def test_nobody_waits_for_the_long_answers_of_another(
    stack: Stack, aws: boto3.Session, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SLACK_SIGNING_SECRET", stack.slack_signing_secret)
    monkeypatch.setenv("SLACK_BOT_TOKEN", stack.slack_bot_token)
    calls = Executor(8)
    table = stack.parameters["transcripts_table"]
    transcripts = Transcripts(aws.client("dynamodb"), calls, table)
    found = aws.client("cognito-idp").admin_get_user(
        UserPoolId=stack.parameters["user_pool_id"], Username="alice"
    )
    (subject,) = (one["Value"] for one in found["UserAttributes"] if one["Name"] == "sub")
    conversation = new_id()
    rows = aws.resource("dynamodb").Table(table)
    turn = await filled(transcripts, rows, subject, conversation)
    calls.close()
    async with (
        timed_service(stack, aws, tmp_path) as chat,
        chat.visited("alice") as alice,
    ):
        place = f"{chat.url}/chat/{conversation}"
        with only_short_steps(tmp_path):
            async with probing(chat, "main", stack.slack_signing_secret) as waits:
                await asyncio.gather(
                    _page(alice, place),
                    *(_stream(alice, f"{place}/{turn}/events") for _ in range(STREAMS)),
                )
    assert max(waits) < LONGEST_MS


def _cookies(person: Person, url: str) -> dict[str, str]:
    jar = person._cookies[httpx.URL(url).netloc.decode()]
    return {"Cookie": "; ".join(f"{name}={value}" for name, value in jar.items())}


async def _page(person: Person, url: str) -> None:
    async with httpx.AsyncClient(timeout=60) as http:
        page = await http.get(url, headers=_cookies(person, url))
    assert len(re.findall("<strong>paragraph</strong>", page.text)) > TURNS * (
        ANSWER // len(PROSE) - 5
    )


async def _stream(person: Person, url: str) -> None:
    async with httpx.AsyncClient(timeout=60) as http:
        answer = await http.get(url, headers=_cookies(person, url))
    assert "event: over" in answer.text
    assert answer.text.count("<strong>paragraph</strong>") > LONG // len(PROSE) - 10
