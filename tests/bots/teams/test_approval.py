"""What needs approval is decided by its asker's click, once, on a card that says so."""

import json
import time
from typing import Any

import pytest
from ag_ui.core import Interrupt

from bots.platform import Accepted, Audience, Turn
from bots.teams.incoming.activity import read_activity
from bots.teams.invokes import Invokes
from bots.teams.outgoing.content.table_cards import CARD
from bots.turn.decision_and_stop import APPROVAL_SECONDS
from identity.people import ChatUser
from tests.bots.receipt import MemoryReceipt
from tests.bots.teams.connector import GROUP, PERSONAL
from tests.bots.teams.teams_client import ASKER, TeamsClient, text
from tests.bots.teams.test_invokes import BOB

WAITING = [
    Interrupt(
        id="i-1",
        reason="tool_call",
        message="It finds serial numbers by a customer's address.",
        metadata={
            "tool_name": "warranty___find_serial_numbers",
            "tool_input": {"customer_email": "[a](https://evil.example) <at>all</at>"},
        },
    )
]
SUBJECT = "subject-of-alice@example.com"


@pytest.fixture
async def asked(teams: TeamsClient) -> Turn:
    """A question in the group that waits for an approval."""
    teams.parts.link(ASKER, "alice@example.com")
    turn = await teams.turn(teams.accepted_in_group())
    await teams.parts.begun(turn)
    await teams.parts.actions.ask_approval(turn.id, SUBJECT, WAITING)
    await teams.platform.ask_approval(turn, WAITING)
    return turn


def card_of(teams: TeamsClient) -> Any:
    (message,) = teams.connector.shown(PERSONAL)
    return message["attachments"][0]["content"]


async def click(
    teams: TeamsClient, action: dict[str, Any], **changes: Any
) -> tuple[Any, list[Accepted]]:
    """The response to a click, and what it has put into the inbox."""
    inbox: list[Accepted] = []

    async def accept(accepted: Accepted) -> None:
        inbox.append(accepted)

    body = teams.body(
        type="invoke",
        name="adaptiveCard/action",
        id="f:1",
        replyToId="1:1",
        value={"action": action, "trigger": "manual"},
        **changes,
    )
    invokes = Invokes(accept, teams.parts.for_teams(), teams.platform.has_own_chat)
    response = await invokes.respond(read_activity(body), {})
    return json.loads(response.text or ""), inbox


async def test_a_card_in_their_own_chat_says_what_would_be_done(
    teams: TeamsClient, asked: Turn
) -> None:
    assert asked.channel == GROUP
    card = card_of(teams)
    said = [run["text"] for block in card["body"] for run in block["inlines"]]
    assert said == [
        "Find serial numbers needs your approval. It finds serial numbers by a customer's address.",
        "customer email: [a](https://evil.example) <at>all</at>",
    ]
    assert [one["title"] for one in card["actions"]] == ["Approve", "Don't"]
    assert card["refresh"]["userIds"] == ["29:1alice"]
    assert teams.connector.history.keys() == {(PERSONAL, "1:1")}  # nothing of it in the group


@pytest.mark.usefixtures("asked")
@pytest.mark.parametrize(("button", "decision"), [(0, "approve"), (1, "refuse")])
async def test_the_askers_click_decides_and_the_answer_goes_on_below(
    teams: TeamsClient, button: int, decision: str
) -> None:
    card = card_of(teams)
    body, inbox = await click(teams, card["actions"][button])
    assert (body["statusCode"], body["type"]) == (200, CARD)
    assert "actions" not in body["value"]
    (accepted,) = inbox
    turn = await teams.turn(accepted)
    assert turn.resume[0].payload == {"approved": decision == "approve"}
    assert (turn.private, turn.audience) == (True, Audience.ALONE)
    assert turn.conversation == f"teams:{GROUP}"
    # The card of the message itself says so too, for whoever opens the chat later.
    assert card_of(teams) == body["value"]
    async with teams.platform.reply(turn, MemoryReceipt()) as reply:
        await reply.show(text("Found."))
    assert teams.connector.texts(PERSONAL)[1:] == ["Found."]
    assert teams.connector.shown(GROUP) == []


@pytest.mark.usefixtures("asked")
async def test_nobody_elses_click_does(teams: TeamsClient) -> None:
    action = card_of(teams)["actions"][0]
    forged = action | {"data": action["data"] | {"user": BOB["aadObjectId"]}}
    for sent in (action, forged):
        teams.parts.link(ChatUser("teams", ASKER.tenant, BOB["aadObjectId"]), "bob@x.org")
        body, inbox = await click(teams, sent, **{"from": BOB})
        decided = [one for one in inbox if json.dumps(one.body).count('"decision": "approve"')]
        assert decided == []
        assert "You approved" not in json.dumps(body)
    assert await teams.parts.actions.standing(*standing_of(action)) == "open"


def standing_of(action: dict[str, Any]) -> tuple[str, str]:
    return f"teams:{action['data']['event']}", SUBJECT


@pytest.mark.usefixtures("asked")
async def test_the_first_decision_stands_and_the_card_asks_how_it_stands(
    teams: TeamsClient,
) -> None:
    card = card_of(teams)
    look, (approve, refuse) = card["refresh"]["action"], card["actions"]
    body, inbox = await click(teams, look)
    assert (body["value"], inbox) == (card, [])
    await click(teams, approve)
    for action in (refuse, look, approve):
        body, _ = await click(teams, action)
        assert "You approved this: find serial numbers." in json.dumps(body["value"])


@pytest.mark.usefixtures("asked")
async def test_after_its_time_a_click_is_told_so_and_runs_nothing(
    teams: TeamsClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    card = card_of(teams)
    later = time.time() + APPROVAL_SECONDS + 1
    monkeypatch.setattr("bots.turn.decision_and_stop.time.time", lambda: later)
    body, (accepted,) = await click(teams, card["actions"][0])
    assert "Too late" in json.dumps(body["value"])

    async def never(turn: Turn) -> None:
        pytest.fail(turn.id)

    await teams.platform.dispatch(accepted, never)
    assert "Too late" in json.dumps(card_of(teams))
