"""A tenant whose answers are for the asker alone: a group is answered in the personal chat."""

from dataclasses import replace

import pytest

from bots.errors import NoPrivateChat
from bots.platform import Audience
from tests.bots.receipt import MemoryReceipt
from tests.bots.teams.connector import BOT, GROUP, PERSONAL
from tests.bots.teams.teams_client import TeamsClient, text


async def test_a_group_is_answered_in_the_personal_chat(teams: TeamsClient) -> None:
    turn = replace(await teams.turn(teams.accepted_in_group()), private=True)
    async with teams.platform.reply(turn, MemoryReceipt()) as reply:
        await reply.show(text("Until March."))

    assert teams.connector.texts(PERSONAL) == ["Until March."]
    assert teams.connector.shown(GROUP) == []


async def test_the_personal_chat_is_answered_where_it_is(teams: TeamsClient) -> None:
    turn = replace(await teams.turn(), private=True)
    async with teams.platform.reply(turn, MemoryReceipt()) as reply:
        await reply.show(text("Until March."))

    assert teams.connector.texts(PERSONAL) == ["Until March."]


async def test_without_a_personal_chat_nothing_of_the_answer_is_shown(teams: TeamsClient) -> None:
    teams.connector.installed = False
    turn = replace(await teams.turn(teams.accepted_in_group()), private=True)
    with pytest.raises(NoPrivateChat) as refused:
        async with teams.platform.reply(turn, MemoryReceipt()):
            pytest.fail("there is nobody to answer")
    await teams.platform.notify(turn, refused.value.sentence)

    assert [one["text"] for one in teams.connector.targeted(GROUP)] == [NoPrivateChat.sentence]
    assert teams.connector.shown(GROUP) == []


async def test_a_turn_knows_its_group_unless_only_the_asker_is_there(teams: TeamsClient) -> None:
    assert (await teams.turn()).channel is None
    assert (await teams.turn(teams.accepted_in_group())).channel == GROUP
    thread = {"id": f"{GROUP};messageid=7", "conversationType": "channel"}
    in_a_thread = await teams.turn(teams.accepted_in_group(conversation=thread))
    assert in_a_thread.channel == GROUP


async def test_who_asks_alone_in_a_group_is_answered_there_alone(teams: TeamsClient) -> None:
    """A targeted message is always answered targeted, and nobody reads its answer along."""
    alone = teams.accepted_in_group(recipient=BOT | {"isTargeted": True})
    turn = await teams.turn(alone)
    assert turn.audience is Audience.ALONE
    async with teams.platform.reply(turn, MemoryReceipt()) as reply:
        await reply.show(text("Until March."))
    await teams.platform.notify(turn, "One more thing.")

    said = [one["text"] for one in teams.connector.targeted(GROUP)]
    assert said == ["Until March.", "One more thing."]
    assert teams.connector.shown(GROUP) == teams.connector.shown(PERSONAL) == []
    assert teams.connector.typing == {}
