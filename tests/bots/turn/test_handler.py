"""A turn through a chat service of its own, before a runtime that fails by script."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field

import boto3
import pytest

from bizassist.service import chat_service
from bizassist.settings.environment import Process
from bizassist.settings.ssm_parameters import Parameters
from bots.errors import RuntimeUnavailable, TokenRefused
from bots.queue.inbox import Inbox
from bots.turn.handler import APOLOGY
from bots.web.incoming.accepted import accepted_question
from bots.web.new_id import new_id
from bots.web.transcripts import Transcripts
from identity.executor import Executor
from tests.bots.scripted_runtime import FINISHED, STARTED, ScriptedRuntime, new_queues, text
from tests.conftest import Stack
from tests.person import signed_in
from tests.ports import free_port


@dataclass
class ChatService:
    """What a test does with the service: ask as a person, read what they would see."""

    inbox: Inbox
    transcripts: Transcripts
    pool: str
    subject: str
    conversation: str = field(default_factory=new_id)

    async def ask(self, question: str = "Hello?", subject: str | None = None) -> str:
        turn, who = new_id(), subject or self.subject
        await self.transcripts.ask(who, self.conversation, turn, question)
        await self.inbox.put(accepted_question(self.pool, who, self.conversation, turn, question))
        return turn

    async def answer(self, turn: str) -> str:
        async with asyncio.timeout(40):
            while True:
                for asked in await self.transcripts.turns(self.subject, self.conversation):
                    if asked.id == turn and asked.answer is not None:
                        return asked.answer
                await asyncio.sleep(0.1)

    async def seen(self, turn: str) -> str:
        batches = await self.transcripts.written(turn)
        return " ".join(
            event.model_dump_json(by_alias=True) for _, events in batches for event in events
        )

    async def until_seen(self, turn: str, sentence: str) -> None:
        async with asyncio.timeout(20):
            while sentence not in await self.seen(turn):  # noqa: ASYNC110 - seen from outside
                await asyncio.sleep(0.1)


@pytest.fixture
async def subject(stack: Stack, aws: boto3.Session) -> str:
    """Alice's subject, with an active link since she signed in to the web chat."""
    async with signed_in(stack, "alice"):
        person = aws.client("cognito-idp").admin_get_user(
            UserPoolId=stack.parameters["user_pool_id"], Username="alice"
        )
    return next(one["Value"] for one in person["UserAttributes"] if one["Name"] == "sub")


@asynccontextmanager
async def service(
    stack: Stack, aws: boto3.Session, subject: str, runtime: ScriptedRuntime
) -> AsyncIterator[ChatService]:
    sqs, port, call = aws.client("sqs"), free_port(), Executor(8)
    process = Process(BIZASSIST_PORT=port, BIZASSIST_PUBLIC_URL=f"http://127.0.0.1:{port}")
    async with runtime.listening():
        deployment = Parameters.model_validate(
            {**stack.parameters, **new_queues(aws, deliveries=2), "runtime_url": runtime.url}
        )
        async with (
            chat_service(process, deployment),
            Inbox(sqs, call, deployment.inbox_url) as inbox,
        ):
            yield ChatService(
                inbox,
                Transcripts(aws.client("dynamodb"), call, deployment.transcripts_table),
                deployment.user_pool_id,
                subject,
            )
    call.close()


async def test_a_runtime_that_was_down_answers_the_same_turn_later(
    stack: Stack, aws: boto3.Session, subject: str
) -> None:
    runtime = ScriptedRuntime([503, [STARTED, text("All is well."), FINISHED]])
    async with service(stack, aws, subject, runtime) as chat:
        turn = await chat.ask()
        await chat.until_seen(turn, RuntimeUnavailable.sentence)

        assert await chat.answer(turn) == "All is well."

    assert len(runtime.requests) == 2
    assert {call["runId"] for call in runtime.requests} == {f"web:{turn}"}


async def test_an_answer_that_broke_off_is_whole_in_the_end(
    stack: Stack, aws: boto3.Session, subject: str
) -> None:
    runtime = ScriptedRuntime(
        [[STARTED, text("All is")], [STARTED, text("All is well."), FINISHED]]
    )
    async with service(stack, aws, subject, runtime) as chat:
        assert await chat.answer(await chat.ask()) == "All is well."


async def test_a_runtime_that_stays_down_ends_in_an_apology(
    stack: Stack, aws: boto3.Session, subject: str
) -> None:
    async with service(stack, aws, subject, ScriptedRuntime([503])) as chat:
        assert await chat.answer(await chat.ask()) == APOLOGY


async def test_a_person_without_the_right_is_told_so_once(
    stack: Stack, aws: boto3.Session, subject: str
) -> None:
    runtime = ScriptedRuntime([403])
    async with service(stack, aws, subject, runtime) as chat:
        assert await chat.answer(await chat.ask()) == TokenRefused.sentence

    assert len(runtime.requests) == 1


async def test_an_event_that_comes_twice_is_answered_once(
    stack: Stack, aws: boto3.Session, subject: str
) -> None:
    runtime = ScriptedRuntime([[STARTED, text("Once."), FINISHED]])
    async with service(stack, aws, subject, runtime) as chat:
        turn = await chat.ask()
        await chat.answer(turn)
        again = accepted_question(chat.pool, subject, chat.conversation, turn, "Hello?")
        await chat.inbox.put(again, again="after the queue has forgotten it")
        await chat.answer(await chat.ask("And now?"))

    assert len(runtime.requests) == 2


async def test_nobody_is_answered_without_a_link(
    stack: Stack, aws: boto3.Session, subject: str
) -> None:
    runtime = ScriptedRuntime([[STARTED, text("Never."), FINISHED]])
    async with service(stack, aws, subject, runtime) as chat:
        turn = await chat.ask(subject="somebody-who-never-signed-in")
        await chat.until_seen(turn, "/auth/login")

    assert runtime.requests == []
