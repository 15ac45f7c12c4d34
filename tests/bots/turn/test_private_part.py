"""What a run says to its asker alone is theirs; others read one neutral line."""

from dataclasses import replace

import boto3
import pytest
from ag_ui.core import BaseEvent, CustomEvent, RunFinishedEvent, TextMessageContentEvent

from bots.errors import DeliveryRefused, NoPrivateChat, PlatformUnavailable
from bots.platform import Audience
from bots.turn.private_part import NARROWED, PRIVATELY, UNREACHABLE
from identity.executor import Executor
from identity.workspaces.settings import Settings, Workspace, Workspaces
from tests.bots.receipt import Held
from tests.bots.turn.test_delivery import Room, Service, question, service
from tests.conftest import Stack

__all__ = ["service"]


def words(text: str) -> BaseEvent:
    return TextMessageContentEvent(message_id="m", delta=text)


SAID = [
    words("Let me look."),
    CustomEvent(name=NARROWED, value="alone"),
    words("It is SECRET-1."),
    CustomEvent(name=NARROWED, value="alone"),
    words(" And SECRET-2."),
    RunFinishedEvent(thread_id="t", run_id="r"),
]
OPEN = f"Let me look.{PRIVATELY}"


@pytest.fixture
def room() -> Room:
    return Room(only_asker=Room())


def shown(room: Room) -> str:
    """The one message of a place, without the blanks between its parts."""
    (message,) = room.messages.values()
    return message.replace("\n", "")


def theirs(room: Room) -> Room:
    assert room.only_asker is not None
    return room.only_asker


async def test_the_thread_has_a_neutral_line_and_the_asker_the_answer(
    service: Service, room: Room
) -> None:
    service.script[:] = [SAID]

    await service.handler.answer(question(), room, Held())

    assert shown(room) == OPEN
    assert shown(theirs(room)) == "It is SECRET-1. And SECRET-2."


async def test_a_redelivery_shows_each_part_where_it_belongs(service: Service, room: Room) -> None:
    service.script[:] = [SAID]
    turn = question()
    theirs(room).closing = [PlatformUnavailable("503")] * 2
    room.closing = [PlatformUnavailable("503")] * 2
    for _ in range(4):
        with pytest.raises(PlatformUnavailable):
            await service.handler.answer(turn, room, Held())
        assert "SECRET" not in str(room.messages)

    await service.handler.answer(turn, room, Held())

    assert service.runs == [turn.id]
    assert shown(room) == OPEN
    assert shown(theirs(room)) == "It is SECRET-1. And SECRET-2."


@pytest.mark.parametrize("refused", [DeliveryRefused("cannot_dm_bot"), NoPrivateChat("403")])
async def test_who_cannot_be_reached_privately_is_told_so_and_nothing_else(
    service: Service, room: Room, refused: DeliveryRefused
) -> None:
    service.script[:] = [SAID]
    for at in ("opening", "closing"):
        turn = question()
        room.messages.clear()
        room.only_asker = Room(**{at: refused if at == "opening" else [refused]})  # type: ignore[arg-type]

        await service.handler.answer(turn, room, Held())

        assert shown(room) == f"Let me look.{UNREACHABLE}"
        assert "SECRET" not in str(theirs(room).messages)
        assert service.ledger_row.of(turn)["state"]["S"] == "answered"


async def test_an_event_of_that_name_that_says_anything_else_widens_nothing(
    service: Service, room: Room
) -> None:
    service.script[:] = [[*SAID[:3], CustomEvent(name=NARROWED, value="outsiders"), *SAID[4:]]]

    await service.handler.answer(question(), room, Held())

    assert "SECRET" not in str(room.messages)


@pytest.mark.parametrize(
    "case",
    [
        (Settings(), (Audience.COLLEAGUES, False)),
        (Settings(recall_in_channels=True), (Audience.COLLEAGUES, True)),
        (Settings(private=True), (Audience.ALONE, False)),
    ],
)
async def test_the_agent_is_told_who_reads_along(
    service: Service,
    stack: Stack,
    aws: boto3.Session,
    case: tuple[Settings, tuple[Audience, bool]],
) -> None:
    settings, told = case
    turn = replace(question(), audience=Audience.COLLEAGUES)
    table = stack.parameters["workspaces_table"]
    workspaces = Workspaces(aws.client("dynamodb"), table, call := Executor(1))
    await workspaces.put(Workspace.of(turn.chat_user), settings)

    await service.handler.answer(turn, Room(), Held())

    call.close()
    assert service.audiences == [told]
