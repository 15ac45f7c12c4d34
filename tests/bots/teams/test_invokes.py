"""Invokes are answered in their response: known ones always, unknown ones by a 501."""

import json
from collections.abc import AsyncIterator
from typing import Any, ClassVar

import pytest

from bots.errors import DeliveryRefused
from bots.platform import Audience, Quote
from bots.teams.incoming.activity import question_text, read_activity
from bots.teams.invokes import ANSWERED_THERE, ASK_ABOUT, NO_OWN_CHAT
from bots.turn.turn_metrics import Outcome
from tests.bots.receipt import MemoryReceipt
from tests.bots.teams.connector import GROUP, OF_TWO, PERSONAL
from tests.bots.teams.edge_client import CLOUD, TEAMS, EdgeClient, edge_client
from tests.bots.teams.teams_client import ASKER, TeamsClient, activity, text

BOB = {"id": "29:1bob", "name": "Bob", "aadObjectId": "bbbbbbbb-0000-0000-0000-000000000001"}


@pytest.fixture
async def edge() -> AsyncIterator[EdgeClient]:
    async with edge_client(CLOUD) as made:
        yield made


async def invoke(
    edge: EdgeClient, name: str, value: object, **changes: Any
) -> tuple[int, dict[str, Any]]:
    sent = activity(TEAMS, type="invoke", name=name, value=value, id="f:1", **changes)
    status, body = await edge.send(sent)
    return status, json.loads(body) if body else {}


@pytest.mark.parametrize("name", ["", "signin/verifyState", "fileConsent/invoke", "taskless", "x"])
async def test_an_unknown_one_is_not_implemented(edge: EdgeClient, name: str) -> None:
    assert (await invoke(edge, name, {}))[0] == 501
    assert edge.inbox == []


@pytest.mark.parametrize(
    "name",
    [
        "adaptiveCard/action",
        "message/submitAction",
        "message/fetchTask",
        "composeExtension/fetchTask",
        "composeExtension/submitAction",
        "composeExtension/query",
        "composeExtension/queryLink",
        "task/fetch",
        "task/submit",
    ],
)
@pytest.mark.parametrize(
    "value", [None, {}, [], {"action": "x", "actionValue": 1, "data": [], "messagePayload": "x"}]
)
async def test_a_known_one_is_answered_whatever_it_holds(
    edge: EdgeClient, name: str, value: object
) -> None:
    status, body = await invoke(edge, name, value)
    assert status == 200
    assert edge.inbox == []
    assert name == "message/submitAction" or body


async def test_none_is_answered_without_a_token(edge: EdgeClient) -> None:
    sent = activity(TEAMS, type="invoke", name="task/fetch", value={})
    assert (await edge.send(sent, None))[0] == 401


class TestFeedback:
    """A thumb below an answer, and what is said about it."""

    VALUE: ClassVar = {
        "actionName": "feedback",
        "actionValue": {"reaction": "dislike", "feedback": json.dumps({"comment": " Too short. "})},
    }

    @pytest.fixture
    async def answered(self, edge: EdgeClient, teams: TeamsClient) -> str:
        """An answer that was shown in the group, as message 1:1; the edge knows of it."""
        teams.parts = edge.parts
        teams.platform._service = edge.parts.for_teams()
        turn = await teams.turn(teams.accepted_in_group())
        entry = await edge.parts.begun(turn)
        async with teams.platform.reply(turn, MemoryReceipt()) as reply:
            await reply.show(text("It is."))
        await edge.parts.ledger.finish(turn, entry, Outcome())
        return turn.id

    GROUP_CHAT: ClassVar = {
        "conversation": {"id": GROUP, "conversationType": "groupChat"},
        "replyToId": "1:1",
    }

    async def kept(self, edge: EdgeClient, turn: str) -> tuple[str, str]:
        row = await edge.parts.ledger._row(turn)
        return row.get("feedback", {}).get("S", ""), row.get("feedback_comment", {}).get("S", "")

    async def test_the_askers_is_kept_with_the_turn(self, edge: EdgeClient, answered: str) -> None:
        assert await invoke(edge, "message/submitAction", self.VALUE, **self.GROUP_CHAT) == (
            200,
            {},
        )
        assert await self.kept(edge, answered) == ("down", "Too short.")
        liked = {"actionName": "feedback", "actionValue": {"reaction": "like", "feedback": "{"}}
        await invoke(edge, "message/submitAction", liked, **self.GROUP_CHAT)
        assert (await self.kept(edge, answered))[0] == "up"

    async def test_anybody_elses_is_not(self, edge: EdgeClient, answered: str) -> None:
        others = {**self.GROUP_CHAT, "from": BOB}
        assert await invoke(edge, "message/submitAction", self.VALUE, **others) == (200, {})
        assert await self.kept(edge, answered) == ("", "")
        _, form = await invoke(edge, "message/fetchTask", self.VALUE, **others)
        assert form["task"]["type"] == "message"

    @pytest.mark.usefixtures("answered")
    async def test_the_form_is_one_of_ours(self, edge: EdgeClient) -> None:
        _, form = await invoke(edge, "message/fetchTask", self.VALUE, **self.GROUP_CHAT)
        (asked,) = form["task"]["value"]["card"]["content"]["body"]
        assert (asked["id"], asked["label"]) == ("comment", "What was wrong or missing?")


class TestAskingAboutAMessage:
    """The message action: a form that shows the message, then a question with it."""

    PAYLOAD: ClassVar = {
        "id": "1783",
        "body": {
            "contentType": "html",
            "content": "<div>Our phone is <b>PHONE-2021-007</b><br>R&amp;D<script>x</script></div>",
        },
        "from": {"user": {"id": "b", "displayName": "Bob"}},
    }
    WHERE: ClassVar = {"conversation": {"id": GROUP, "conversationType": "groupChat"}}

    async def test_the_form_shows_the_message(self, edge: EdgeClient) -> None:
        value = {"commandId": ASK_ABOUT, "messagePayload": self.PAYLOAD}
        _, form = await invoke(edge, "composeExtension/fetchTask", value, **self.WHERE)
        quoted, asked = form["task"]["value"]["card"]["content"]["body"]
        assert "PHONE-2021-007" in quoted["inlines"][0]["text"]
        assert asked["isRequired"] is True

    async def test_the_question_quotes_it_as_somebody_elses(
        self, edge: EdgeClient, teams: TeamsClient
    ) -> None:
        value = {
            "commandId": ASK_ABOUT,
            "messagePayload": self.PAYLOAD,
            "data": {"question": "Is it under warranty?"},
        }
        _, body = await invoke(edge, "composeExtension/submitAction", value, **self.WHERE)
        assert body == {"task": {"type": "message", "value": ANSWERED_THERE}}
        (accepted,) = edge.inbox
        asked = "Is it under warranty?"
        assert question_text(read_activity(accepted.body["activity"])) == asked

        # It is answered in the asker's own chat, as a question that nobody reads along.
        accepted.body["activity"]["serviceUrl"] = teams.service_url  # type: ignore[index]
        turn = await teams.turn(accepted)
        assert (turn.text, turn.private) == (asked, True)
        assert turn.quotes == (Quote("Bob", "Our phone is PHONE-2021-007\nR&D"),)
        async with teams.platform.reply(turn, MemoryReceipt()) as reply:
            await reply.show(text("No."))
        assert teams.connector.texts(PERSONAL) == ["No."]
        assert teams.connector.shown(GROUP) == []

    async def test_in_a_chat_of_two_people_the_asker_is_answered_in_their_own(
        self, edge: EdgeClient, teams: TeamsClient
    ) -> None:
        value = {
            "commandId": ASK_ABOUT,
            "messagePayload": self.PAYLOAD,
            "data": {"question": "Is it under warranty?"},
        }
        where = {"conversation": {"id": OF_TWO, "conversationType": "personal"}}
        _, body = await invoke(edge, "composeExtension/submitAction", value, **where)
        assert "our own chat: look for BizAssist" in body["task"]["value"]
        (accepted,) = edge.inbox
        accepted.body["activity"]["serviceUrl"] = teams.service_url  # type: ignore[index]
        turn = await teams.turn(accepted)
        assert (turn.channel, turn.audience) == (None, Audience.ALONE)
        await teams.platform.ask_to_link(turn, "https://assistant.example/link/one")
        await teams.platform.notify(turn, "One moment.")
        async with teams.platform.reply(turn, MemoryReceipt()) as reply:
            await reply.show(text("No."))
        assert teams.connector.texts(PERSONAL) == ["", "One moment.", "No."]
        assert {method for method, status, _ in teams.connector.calls if status >= 400} == set()

    async def test_who_has_no_chat_with_the_bot_is_told_so_at_once(
        self, edge: EdgeClient, teams: TeamsClient
    ) -> None:
        value = {
            "commandId": ASK_ABOUT,
            "messagePayload": self.PAYLOAD,
            "data": {"question": "Is it under warranty?"},
        }
        edge.own_chat = False
        _, form = await invoke(edge, "composeExtension/fetchTask", value, **self.WHERE)
        assert form["task"] == {"type": "message", "value": NO_OWN_CHAT}
        _, body = await invoke(edge, "composeExtension/submitAction", value, **self.WHERE)
        assert body["task"]["value"] == NO_OWN_CHAT
        assert edge.inbox == []
        # Teams says no at once; where it says nothing in time the question is taken.
        asked = read_activity(teams.body(type="invoke", name="composeExtension/submitAction"))
        assert await teams.platform.has_own_chat(asked)
        teams.connector.failures = [503, 503, 503]
        assert await teams.platform.has_own_chat(asked)
        teams.connector.failures, teams.connector.installed = [], False
        assert not await teams.platform.has_own_chat(asked)

    async def test_nobody_in_the_group_learns_that_something_was_asked(
        self, teams: TeamsClient
    ) -> None:
        teams.connector.installed = False
        form = {"data": {"question": "Is it?"}, "messagePayload": self.PAYLOAD}
        asked = {"type": "invoke", "name": "composeExtension/submitAction", "value": form}
        turn = await teams.turn(teams.accepted(**asked, **self.WHERE))
        with pytest.raises(DeliveryRefused):
            await teams.platform.notify(turn, "One moment.")
        assert teams.connector.history == {}

    async def test_no_question_asks_nothing(self, edge: EdgeClient) -> None:
        value = {"commandId": ASK_ABOUT, "messagePayload": self.PAYLOAD, "data": {"question": " "}}
        await invoke(edge, "composeExtension/submitAction", value)
        assert edge.inbox == []


class TestForgetting:
    """The two buttons below the word *forget*."""

    @staticmethod
    def value(verb: str, whose: str) -> dict[str, Any]:
        action = {"type": "Action.Execute", "verb": verb, "data": {"whose": whose}}
        return {"action": action, "trigger": "manual"}

    async def test_its_persons_click_forgets_and_nobody_elses(self, edge: EdgeClient) -> None:
        edge.parts.link(ASKER, "alice@example.com")
        edge.parts.account.remembered["subject-of-alice@example.com"] = ["tea"]
        click = self.value("forget_everything", ASKER.key)
        _, body = await invoke(edge, "adaptiveCard/action", click, **{"from": BOB})
        assert "Only the person who asked" in json.dumps(body)
        _, body = await invoke(
            edge, "adaptiveCard/action", self.value("keep_everything", ASKER.key)
        )
        assert "forgotten nothing" in json.dumps(body)
        assert edge.parts.account.remembered
        _, body = await invoke(edge, "adaptiveCard/action", click)
        assert "Everything is forgotten" in json.dumps(body)
        assert body["type"] == "application/vnd.microsoft.card.adaptive"
        assert not edge.parts.account.remembered


async def test_an_edited_message_counts_until_it_is_answered(
    edge: EdgeClient, teams: TeamsClient
) -> None:
    edited = {"type": "messageUpdate", "text": "Is it <b>active</b>?"}
    sent = activity(TEAMS, **edited)
    for kind in ("softDeleteMessage", "undeleteMessage"):
        sent["channelData"] = sent["channelData"] | {"eventType": kind}
        assert (await edge.send(sent))[0] == 202
    assert edge.edits == []
    sent["channelData"] = sent["channelData"] | {"eventType": "editMessage"}
    assert (await edge.send(sent))[0] == 202
    assert edge.inbox == []
    (now,) = edge.edits
    teams.parts = edge.parts
    teams.platform._service = edge.parts.for_teams()
    turn = await teams.turn()
    assert turn.text == now
    assert (await teams.turn(teams.accepted(id="question-2"))).text == "Is it?"
    # Once it is answered nothing of an edit is kept.
    await edge.parts.ledger.finish(turn, await edge.parts.begun(turn), Outcome())
    sent["text"] = "Never mind."
    assert (await edge.send(sent))[0] == 202
    assert await edge.parts.messages.edited_text(turn.id) == now
