"""A chat service of a test's own beside the stack's, with its people and tables."""

import os
import secrets
import signal
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

import boto3
import httpx

from bizassist.local.processes import Part, Running
from bizassist.settings.ssm_parameters import write_parameters
from tests.bots.scripted_runtime import new_queues
from tests.conftest import Stack
from tests.person import Person, signed_in
from tests.ports import free_port


@dataclass
class ChatService:
    """One address whose process can be ended and started again.

    Sessions are in a table and cookies know no ports: who is signed in at the stack is here too.
    """

    stack: Stack
    url: str
    part: Part
    logs: Path
    running: Running

    @property
    def port(self) -> int:
        """Where it listens."""
        return int(self.url.rpartition(":")[2])

    async def restart(self) -> None:
        """End the process at once, and start the next."""
        os.kill(self.running.pid, signal.SIGKILL)
        await self.running.stop()
        self.running = await Running.start(self.part, self.logs)
        await self.running.ready()

    @asynccontextmanager
    async def visited(self, username: str) -> AsyncIterator[Person]:
        """A sample person who has the chat's page open."""
        async with signed_in(self.stack, username) as person:
            there, here = (httpx.URL(url).netloc.decode() for url in (self.stack.chat, self.url))
            person._cookies[here] = person._cookies[there]
            await person.open(f"{self.url}/chat")
            yield person


@asynccontextmanager
async def separate_chat_service(
    stack: Stack,
    aws: boto3.Session,
    logs: Path,
    runtime_url: str | None = None,
    program: tuple[str, ...] = ("-m", "bizassist", "serve"),
) -> AsyncIterator[ChatService]:
    """A running chat service with an inbox of its own, and with another runtime if one is named.

    :param program: another one that serves.
    """
    prefix, port = f"/app/{secrets.token_hex(4)}", free_port()
    url = f"http://127.0.0.1:{port}"
    known = {**stack.parameters, **new_queues(aws, deliveries=5)}
    if runtime_url:
        known["runtime_url"] = runtime_url
    write_parameters(aws.client("ssm"), prefix, known)
    environment = {
        **os.environ,
        "BIZASSIST_PORT": str(port),
        "BIZASSIST_PUBLIC_URL": url,
        "BIZASSIST_SSM_PREFIX": prefix,
    }
    part = Part("chat", program, f"{url}/readyz", environment)
    chat = ChatService(stack, url, part, logs, await Running.start(part, logs))
    try:
        await chat.running.ready()
        yield chat
    finally:
        await chat.running.stop()
