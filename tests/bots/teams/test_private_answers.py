"""A tenant whose answers are for the asker alone: a group is answered in the personal chat."""

from dataclasses import replace

import pytest

from bots.teams.errors import NoPersonalChat
from bots.teams.outgoing.message import NO_PERSONAL_CHAT
from tests.bots.teams.connector import GROUP, PERSONAL
from tests.bots.teams.desk import Desk, Kept, text


async def test_a_group_is_answered_in_the_personal_chat(desk: Desk) -> None:
    turn = replace(await desk.turn(desk.accepted_in_group()), private=True)
    async with desk.platform.reply(turn, Kept()) as reply:
        await reply.show(text("Until March."))

    assert desk.connector.texts(PERSONAL) == ["Until March."]
    assert desk.connector.shown(GROUP) == []


async def test_the_personal_chat_is_answered_where_it_is(desk: Desk) -> None:
    turn = replace(await desk.turn(), private=True)
    async with desk.platform.reply(turn, Kept()) as reply:
        await reply.show(text("Until March."))

    assert desk.connector.texts(PERSONAL) == ["Until March."]


async def test_without_a_personal_chat_nothing_of_the_answer_is_shown(desk: Desk) -> None:
    desk.connector.installed = False
    turn = replace(await desk.turn(desk.accepted_in_group()), private=True)
    with pytest.raises(NoPersonalChat) as refused:
        async with desk.platform.reply(turn, Kept()):
            pytest.fail("there is nobody to answer")
    await desk.platform.notify(turn, refused.value.sentence)

    assert desk.connector.texts(GROUP) == [NO_PERSONAL_CHAT]


async def test_a_turn_knows_its_group_unless_only_the_asker_is_there(desk: Desk) -> None:
    assert (await desk.turn()).channel is None
    assert (await desk.turn(desk.accepted_in_group())).channel == GROUP
    thread = {"id": f"{GROUP};messageid=7", "conversationType": "channel"}
    in_a_thread = await desk.turn(desk.accepted_in_group(conversation=thread))
    assert in_a_thread.channel == GROUP
