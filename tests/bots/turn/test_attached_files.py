"""Files of questions: few are in memory at once, and one question carries what the agent takes."""

import asyncio
from typing import Any, cast

import pytest

from bots.limits.fair_slots import SHARE
from bots.turn import attached_files
from bots.turn.attached_files import AT_ONCE, Attached, AttachedFiles, Sender, SharedFile
from identity.people import ChatUser
from tests.bots.slack.service_parts import Bucket, in_memory

PDF = b"%PDF-1.7 "


def offered(*names: str) -> list[SharedFile]:
    return [SharedFile(name, name, f"https://files.example/{name}") for name in names]


def sender(user: str = "U1", event: str = "Ev1") -> Sender:
    return Sender(ChatUser("slack", "T1", user), "C1", event)


class Reading:
    """Files of one process; what is fetched waits until it is let go."""

    def __init__(self) -> None:
        self.notes = in_memory()
        self.bucket = Bucket()
        self.attached = AttachedFiles(cast("Any", self.bucket), self.notes)
        self.fetched: list[str] = []
        self.at_once = self.most_at_once = 0
        self.go_on = asyncio.Event()
        self.go_on.set()

    async def fetch(self, url: str, most: int) -> bytes:
        self.fetched.append(url)
        self.at_once += 1
        self.most_at_once = max(self.most_at_once, self.at_once)
        await self.go_on.wait()
        self.at_once -= 1
        content = PDF + b"x" * 3
        if len(content) > most:
            raise attached_files.FileRefused(attached_files.TOO_LARGE_TOGETHER)
        return content

    async def read(self, whose: Sender, *names: str) -> Attached:
        notes = await self.notes.read(whose.place, whose.chat_user)
        return await self.attached.of(whose, notes, offered(*names), self.fetch)


async def test_the_files_of_a_question_are_bounded_together(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(attached_files, "MOST_BYTES", 30)
    reading = Reading()
    told = await reading.read(sender(), "a.pdf", "b.pdf", "c.pdf")
    assert told.new == ("a.pdf", "b.pdf")
    assert told.refusals == "I can't read c.pdf: your files are larger than 20 MB together."
    # Of what an earlier delivery has kept nothing is fetched again, and its size counts.
    again = await reading.read(sender(), "a.pdf", "b.pdf", "c.pdf")
    assert again == told
    assert [url[-5:] for url in reading.fetched] == ["a.pdf", "b.pdf", "c.pdf", "c.pdf"]


async def test_two_of_one_name_are_both_named_when_they_are_refused() -> None:
    reading = Reading()
    reading.bucket.is_down = True
    told = await reading.read(sender(), "a.pdf", "a.pdf")
    assert list(told.refused) == ["a.pdf", "a (2).pdf"]


async def test_few_files_are_in_memory_at_once_and_one_person_has_a_share() -> None:
    reading = Reading()
    reading.go_on.clear()
    one_person = [reading.read(sender("U1", f"Ev{n}"), "a.pdf") for n in range(AT_ONCE)]
    others = [reading.read(sender(f"V{n}"), "a.pdf") for n in range(2 * AT_ONCE)]
    questions = [asyncio.ensure_future(one) for one in (*one_person, *others)]
    for _ in range(100):  # all come as far as they may
        await asyncio.sleep(0)
    # One workspace leaves an eighth to others.
    assert reading.at_once == reading.most_at_once == AT_ONCE - AT_ONCE // SHARE
    reading.go_on.set()
    await asyncio.gather(*questions)
    assert reading.most_at_once == AT_ONCE - AT_ONCE // SHARE
    of_one = [key for key in reading.bucket.kept if key.startswith("slack/T1/U1/")]
    assert len(of_one) == AT_ONCE
