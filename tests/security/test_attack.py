"""Nobody who has not signed in makes the others wait, or the service grow."""

from collections.abc import AsyncIterator
from pathlib import Path

import boto3
import httpx
import pytest

from tests.bots.chat_service import ChatService
from tests.conftest import Stack
from tests.loop_steps import LONGEST_MS
from tests.security.attack import Attack
from tests.security.probing import only_short_steps, probing, timed_service
from tests.some import some

TEAMS_APP = {
    "MICROSOFT_APP_ID": "00000000-0000-4000-8000-000000000000",
    "MICROSOFT_APP_PASSWORD": "none",
}
GROWTH_MB = 100
ANSWERED = set(b"200 302 303 400 401 403 404 405 408 410 413 415 429 503".split())


@pytest.fixture
async def chat(
    stack: Stack, aws: boto3.Session, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> AsyncIterator[ChatService]:
    """A chat service that takes Teams' activities with a token only."""
    for name, value in TEAMS_APP.items():
        monkeypatch.setenv(name, value)
    async with timed_service(stack, aws, tmp_path) as running:
        yield running


def megabytes(chat: ChatService) -> float:
    """The most memory that the process has had."""
    status = Path(f"/proc/{chat.running.pid}/status").read_text()
    return int(status.partition("VmHWM:")[2].split()[0]) / 1024


async def test_nobody_waits_while_strangers_attack(chat: ChatService, tmp_path: Path) -> None:
    await Attack(chat.port).begin()
    before = megabytes(chat)
    with only_short_steps(tmp_path):
        async with probing(chat, "all") as waits:
            answers = await Attack(chat.port).run()
    statuses = set(some(line.split(b" ")[1] for line in answers if line))
    assert statuses - ANSWERED == set()
    assert max(waits) < LONGEST_MS
    assert megabytes(chat) - before < GROWTH_MB


async def test_stalled_uploads_of_somebody_signed_in_are_few(
    chat: ChatService, tmp_path: Path
) -> None:
    async with chat.visited("alice") as alice:
        _, fields = alice.form("/chat/")
        jar = alice._cookies[httpx.URL(chat.url).netloc.decode()]
        cookie = "; ".join(f"{name}={value}" for name, value in jar.items())
        before = megabytes(chat)
        with only_short_steps(tmp_path):
            async with probing(chat, "main") as waits:
                await Attack(chat.port).stall_uploads(cookie, fields["csrf_token"])
    assert max(waits) < LONGEST_MS
    taken = megabytes(chat) - before
    assert 10 < taken < GROWTH_MB  # of some it takes a lot, or nothing would be shown
