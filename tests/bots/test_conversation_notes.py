"""What is noted of one person's part in a conversation, on the model of a table."""

import pytest

from bots.conversation_notes import MOST_FILES, ConversationNotes, Notes
from bots.file_bucket import StoredFile
from identity.people import ChatUser
from tests.bots.slack.service_parts import in_memory

ALICE, BEA = ChatUser("slack", "T1", "U1"), ChatUser("slack", "T1", "U2")
PLACE = "slack:T1:C1:17.5"


@pytest.fixture
def notes() -> ConversationNotes:
    return in_memory()


def file(number: int) -> StoredFile:
    return StoredFile(f"key-{number}", f"{number}.pdf", "application/pdf", 7)


async def test_each_person_has_notes_of_their_own(notes: ConversationNotes) -> None:
    await notes.note_answered(PLACE, ALICE)
    assert (await notes.read(PLACE, ALICE)).answered
    assert await notes.read(PLACE, BEA) == Notes()
    assert await notes.read("slack:T1:C1:18.1", ALICE) == Notes()


async def test_a_fresh_beginning_is_another_conversation_without_files(
    notes: ConversationNotes,
) -> None:
    await notes.add_files(PLACE, ALICE, Notes(), [file(1)])
    await notes.begin_afresh(PLACE, ALICE, "T1:C1:18.1")
    first = await notes.read(PLACE, ALICE)
    await notes.begin_afresh(PLACE, ALICE, "T1:C1:18.1")
    assert await notes.read(PLACE, ALICE) == first
    assert first.files == ()
    assert first.conversation(PLACE).startswith(f"{PLACE}~")
    await notes.begin_afresh(PLACE, ALICE, "T1:C1:19.1")
    assert (await notes.read(PLACE, ALICE)).conversation(PLACE) != first.conversation(PLACE)


async def test_a_question_that_was_begun_before_brings_no_file_into_the_fresh_beginning(
    notes: ConversationNotes,
) -> None:
    for event in ("T1:C1:18.1", "T1:C1:19.1"):
        before = await notes.read(PLACE, ALICE)
        await notes.begin_afresh(PLACE, ALICE, event)
        late = await notes.add_files(PLACE, ALICE, before, [file(1)])
        assert (late.begun, late.files) == (before.begun, (file(1),))
        assert (await notes.read(PLACE, ALICE)).files == ()
    now = await notes.add_files(PLACE, ALICE, await notes.read(PLACE, ALICE), [file(2)])
    assert await notes.read(PLACE, ALICE) == now


async def test_files_are_noted_once_and_the_newest_stay(notes: ConversationNotes) -> None:
    known = await notes.add_files(PLACE, ALICE, Notes(), [file(1)])
    assert await notes.add_files(PLACE, ALICE, known, [file(1)]) == known
    later = await notes.add_files(PLACE, ALICE, known, [file(n) for n in range(2, 30)])
    assert later == await notes.read(PLACE, ALICE)
    assert len(later.files) == MOST_FILES
    assert later.files[-1] == file(29)
