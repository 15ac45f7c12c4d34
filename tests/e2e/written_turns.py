"""Answers that the model of the tests doesn't give, written where the chat keeps its own."""

import asyncio

import boto3
from playwright.async_api import Page

from bots.web.new_id import new_id
from bots.web.transcripts import Transcripts
from identity.executor import Executor
from tests.conftest import Stack


def subject_of(stack: Stack, aws: boto3.Session, person: str) -> str:
    """Who somebody is in the user pool."""
    pool = stack.parameters["user_pool_id"]
    found = aws.client("cognito-idp").admin_get_user(UserPoolId=pool, Username=person)
    attributes = {one["Name"]: one["Value"] for one in found["UserAttributes"]}
    return attributes["sub"]


async def write_turn(
    page: Page,
    stack: Stack,
    aws: boto3.Session,
    question: str,
    answer: str,
    *,
    conversation: str = "",
    failed: bool = False,
) -> str:
    """Add a turn to a conversation of alice, and open that; returns its id."""
    subject = await asyncio.to_thread(subject_of, stack, aws, "alice")
    table = stack.parameters["transcripts_table"]
    transcripts = Transcripts(aws.client("dynamodb"), Executor(1), table)
    conversation, turn = conversation or new_id(), new_id()
    assert await transcripts.ask(subject, conversation, turn, question)
    await transcripts.answered(subject, conversation, turn, answer, failed=failed)
    await page.goto(f"{stack.chat}/chat/{conversation}")
    return conversation
