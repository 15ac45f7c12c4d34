"""How many calls of AWS a turn makes, and how many of them one after the other before the model.

Each call takes a while here, as in a Region, so that what is made side by side is seen to be.
"""

import asyncio
import html
import re
import secrets
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import httpx
import pytest

from tests.aws_calls.turn_calls import TurnCalls, noted_lines
from tests.conftest import ROOT, UPDATE, Stack
from tests.person import Person, answered, signed_in
from tests.some import some

ALICE, GENERAL = "U0ALICE0000", "C0GENERAL00"
LATENCY = 0.4
"""Seconds; far more than a busy machine takes to begin what is made side by side."""
MOST_STEPS, MOST_CALLS = 5, 16
MOST_STEPS_OF_A_MENTION = 6
"""What holds in its workspace is read before its channel's turn begins."""
PICTURE = ROOT / "docs" / "architecture.md"
BEGIN, END = "<!-- BEGIN_CALLS: written by make golden -->", "<!-- END_CALLS -->"
INVITED = re.compile(r'<a[^>]*class="[^"]*button[^"]*"[^>]*href="([^"]+)"')

Ask = Callable[[], Awaitable[None]]


@pytest.fixture(scope="module")
async def person(stack: Stack) -> AsyncIterator[Person]:
    async with signed_in(stack, "alice") as alice:
        await answered(alice, "Hello")
        yield alice


@pytest.fixture(scope="module")
async def slack(stack: Stack, person: Person) -> AsyncIterator["SlackWindow"]:
    """Alice's window of Slack, linked, and warm."""
    async with httpx.AsyncClient(base_url=stack.slack, timeout=30) as http:
        window = SlackWindow(http, stack)
        await window.link(person)
        yield window


class SlackWindow:
    def __init__(self, http: httpx.AsyncClient, stack: Stack) -> None:
        self._http, self._stack = http, stack

    async def say(self, text: str, channel: str) -> None:
        said = {"as": ALICE, "in": channel, "text": text}
        await self._http.post("/say", data=said)

    async def link(self, person: Person) -> None:
        """Ask; whoever isn't linked yet follows the invitation."""
        word = secrets.token_hex(4)
        direct = (await self._http.get("/", params={"as": ALICE})).text
        channel = re.search(r'name="in" value="(D[^"]+)"', direct)
        assert channel
        self.direct = channel[1]
        await self.say(f"Hello ({word})", self.direct)
        later = await self._after(word, "Hello! I'm BizAssist")
        if invitation := INVITED.search(later):
            await person.open(html.unescape(invitation[1]))
            await person.submit("/link/")
            if "/login" in person.page.text:
                signing_in = {"username": "alice", "password": self._stack.password("alice")}
                await person.submit("/login", **signing_in)
            await person.submit("/link/confirm", answer="link")
            await self._after(word, "Hello! I'm BizAssist", answer_only=True)

    async def _after(self, word: str, answer: str, *, answer_only: bool = False) -> str:
        async with asyncio.timeout(60):
            while True:
                shown = (await self._http.get("/messages", params={"as": ALICE})).text
                later = shown.rpartition(word)[2]
                if answer in html.unescape(later) or (INVITED.search(later) and not answer_only):
                    return later
                await asyncio.sleep(0.1)


@contextmanager
def slow(stack: Stack) -> Iterator[Path]:
    """Each call takes a while; the file in which they are noted."""
    file = stack.state.parent / f"{stack.state.name}.calls"
    latency = file.with_name(f"{file.name}.latency")
    latency.write_text(str(LATENCY))
    try:
        yield file
    finally:
        latency.unlink()


async def calls_of(stack: Stack, ask: Ask) -> TurnCalls:
    """The calls of the turn that ``ask`` begins, up to the one that ends its event."""
    with slow(stack) as file:
        before = len(noted_lines(file))
        await ask()
        async with asyncio.timeout(60):
            while True:
                noted = noted_lines(file)[before:]
                ended = {line["ended"] for line in noted if "ended" in line}
                over = [line for line in noted if line.get("call") == "sqs:DeleteMessage"]
                if over and over[0]["number"] in ended:
                    return TurnCalls(noted)
                await asyncio.sleep(0.1)


async def test_a_direct_message_in_slack(
    stack: Stack,
    slack: SlackWindow,
    golden: Callable[[Path, str], None],
    pytestconfig: pytest.Config,
) -> None:
    """In which step a call stands may differ with the machine's load; which calls there are not."""
    calls = await calls_of(stack, lambda: slack.say("Hello there", slack.direct))

    assert len(calls.steps()) <= MOST_STEPS, calls.picture()
    assert calls.number <= MOST_CALLS, calls.picture()
    before, _, rest = PICTURE.read_text().partition(BEGIN)
    drawn, _, after = rest.partition(END)
    if pytestconfig.getoption(UPDATE):
        drawn = f"\n\n```mermaid\n{calls.picture()}\n```\n\n"
        golden(PICTURE, f"{before}{BEGIN}{drawn}{END}{after}")
    assert [call.label for call in some(calls.all) if call.label not in drawn] == []


async def test_a_mention_in_slack(stack: Stack, slack: SlackWindow) -> None:
    calls = await calls_of(stack, lambda: slack.say("@BizAssist Hello there", GENERAL))

    assert len(calls.steps()) <= MOST_STEPS_OF_A_MENTION, calls.picture()
    assert calls.number <= MOST_CALLS, calls.picture()
