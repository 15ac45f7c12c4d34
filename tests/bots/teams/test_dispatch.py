"""What the platform reads out of what was accepted, and what it says by itself."""

from typing import Any

import pytest

from bots.errors import PlatformUnavailable
from bots.platform import Audience, Turn
from bots.teams.incoming.activity import read_activity
from bots.teams.outgoing.message import EXAMPLE, WELCOME
from identity.people import ChatUser, Names
from tests.bots.receipt import MemoryReceipt
from tests.bots.teams.connector import ALICE, BOT, GROUP, PERSONAL, TENANT, member
from tests.bots.teams.teams_client import TeamsClient, text


async def never(turn: Turn) -> None:
    pytest.fail(f"{turn.text} is no question")


async def test_a_question_becomes_a_turn(teams: TeamsClient) -> None:
    accepted = teams.accepted()
    assert await teams.turn(accepted) == Turn(
        id=f"teams:{PERSONAL}/question-1",
        chat_user=ChatUser("teams", TENANT, ALICE["aadObjectId"]),
        conversation=f"teams:{PERSONAL}",
        text="Is it?",
        accepted=accepted,
        names=Names("Microsoft Teams", "Alice"),
        audience=Audience.ALONE,
    )


BOB = {"type": "mention", "mentioned": {"id": "29:bob"}, "text": "<at>Bob</at>"}
OURS = {"type": "mention", "mentioned": BOT, "text": "<at>Assistant</at>"}


@pytest.mark.parametrize(
    ("sent", "meant"),
    [
        ("<at>Assistant</at> Is it?", "Is it?"),
        ("Is it, <at>Assistant</at>", "Is it,"),
        ("<at>Assistant</at>\u00a0did <at>Bob</at> ask? ", "did Bob ask?"),
        ("Is 1 < 2?", "Is 1 < 2?"),
    ],
)
async def test_the_bots_mention_is_no_part_of_the_question(
    teams: TeamsClient, sent: str, meant: str
) -> None:
    turn = await teams.turn(teams.accepted_in_group(text=sent, entities=[OURS, BOB, {"type": "x"}]))
    assert turn.text == meant
    assert turn.conversation == f"teams:{GROUP}"


async def test_a_person_without_entra_id_is_known_by_teams_id(teams: TeamsClient) -> None:
    turn = await teams.turn(teams.accepted(**{"from": {"id": "29:1alice"}}))
    assert turn.chat_user == ChatUser("teams", TENANT, "29:1alice")


async def test_the_tenant_may_stand_at_the_conversation(teams: TeamsClient) -> None:
    assert (await teams.turn(teams.accepted(channelData=None))).chat_user.tenant == TENANT


@pytest.mark.parametrize("kind", ["groupChat", "personal"])
async def test_a_meetings_chat_is_a_group_whatever_it_calls_itself(
    teams: TeamsClient, kind: str
) -> None:
    in_meeting = {
        "conversation": {"id": GROUP, "conversationType": kind, "tenantId": TENANT},
        "channelData": {"tenant": {"id": TENANT}, "meeting": {"id": "MCMxOTptZWV0aW5n"}},
    }
    teams.connector.members.append(member(tenantId="somebody-elses"))
    turn = await teams.turn(teams.accepted(**in_meeting))
    assert (turn.channel, turn.audience) == (GROUP, Audience.OUTSIDERS)
    await teams.platform.ask_to_link(turn, "https://assistant.example/link/one")
    assert len(teams.connector.targeted(GROUP)) == 1
    async with teams.platform.reply(turn, MemoryReceipt()) as reply:
        await reply.show(text("It is."))
    assert teams.connector.texts(GROUP) == ["It is."]
    assert teams.connector.shown(PERSONAL) == []


@pytest.mark.parametrize("said", ["", "  ", "help", "Help", None])
async def test_who_asks_nothing_gets_help(teams: TeamsClient, said: str | None) -> None:
    await teams.platform.dispatch(teams.accepted(text=said), never)
    (said,) = teams.connector.texts(PERSONAL)
    assert EXAMPLE in said
    assert "whoami" in said


def arrival(*added: dict[str, Any]) -> dict[str, Any]:
    return {"type": "conversationUpdate", "id": "question-f1", "membersAdded": list(added)}


INSTALLED = {"type": "installationUpdate", "id": "question-f2", "action": "add"}


async def test_whoever_adds_the_bot_is_welcomed_with_questions_to_begin_with(
    teams: TeamsClient,
) -> None:
    await teams.platform.dispatch(teams.accepted(**arrival(ALICE, BOT)), never)
    await teams.platform.dispatch(teams.accepted(**arrival(ALICE)), never)
    (said,) = teams.connector.shown(PERSONAL)
    assert said["text"].startswith(WELCOME)
    assert "`whoami`" in said["text"]
    assert len(said["suggestedActions"]["actions"]) == 3


async def test_an_installation_that_is_told_by_itself_is_welcomed_too(teams: TeamsClient) -> None:
    await teams.platform.dispatch(teams.accepted(**INSTALLED), never)
    for changes in ({"action": "remove"}, {"action": "add-upgrade"}):
        await teams.platform.dispatch(teams.accepted(**INSTALLED | changes), never)
    assert len(teams.connector.texts(PERSONAL)) == 1


def test_one_installation_told_twice_is_one_event_of_the_inbox(teams: TeamsClient) -> None:
    told = (arrival(BOT), INSTALLED)
    events = {read_activity(teams.body(**one)).accepted({}).event_id for one in told}
    assert len(events) == 1


async def test_a_place_that_refuses_a_welcome_is_not_asked_again(teams: TeamsClient) -> None:
    teams.connector.closed[GROUP] = "NotEnoughPermissions"
    await teams.platform.dispatch(teams.accepted_in_group(**arrival(BOT)), never)
    assert [status for _, status, _ in teams.connector.calls] == [403]


async def test_what_goes_wrong_reaches_the_inbox(teams: TeamsClient) -> None:
    async def fail(turn: Turn) -> None:
        raise LookupError(turn.id)

    with pytest.raises(LookupError):
        await teams.platform.dispatch(teams.accepted(), fail)
    teams.connector.failures = [500]
    with pytest.raises(PlatformUnavailable):
        await teams.platform.dispatch(teams.accepted(text="help"), never)
