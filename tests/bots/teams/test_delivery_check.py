"""The doctor's message: sent to whoever asks, taken away, and what a refusal means."""

from collections.abc import AsyncIterator
from datetime import UTC, datetime
from typing import Any

import pytest
from aiohttp.test_utils import TestServer

from bots.errors import InstallationRefused
from bots.teams.delivery_check import SERVICE_URLS, DeliveryCheck
from bots.teams.incoming.endpoint import CONNECTORS
from bots.teams.outgoing.bot_token import BotToken
from bots.teams.registration import TeamsApp
from identity.links import Link
from identity.people import ChatUser
from tests.bots.teams.connector import TOKEN, Connector
from tests.bots.teams.connector_faults import Fault
from tests.bots.teams.teams_client import APP_ID, ASKER
from tests.some import some

ALICE = Link(ASKER, "alice", b"x", "alice@example.com", datetime(2026, 1, 1, tzinfo=UTC))
IN_SLACK = Link(ChatUser("slack", "T1", "U1"), "bob", b"x", "bob@example.com", ALICE.linked_at)


class Linked:
    """The table of links."""

    async def by_subject(self, subject: str) -> list[Link]:
        return [link for link in (ALICE, IN_SLACK) if link.subject == subject]


@pytest.fixture
def connector() -> Connector:
    return Connector()


@pytest.fixture
async def check(
    connector: Connector, monkeypatch: pytest.MonkeyPatch
) -> AsyncIterator[DeliveryCheck]:
    async def token(_: BotToken) -> str:
        return TOKEN

    monkeypatch.setattr(BotToken, "__call__", token)
    links: Any = Linked()
    async with TestServer(connector.application()) as server:
        here = str(server.make_url("/teams/"))
        yield DeliveryCheck(TeamsApp(APP_ID, "password"), links, here)


async def test_a_message_is_sent_to_who_asks_and_taken_away(
    check: DeliveryCheck, connector: Connector
) -> None:
    found = await check.ask("alice")
    assert (found.state, found.sentence) == (
        "working",
        "a message was sent to you and taken away again",
    )
    assert [(method, status) for method, status, _ in connector.calls] == [
        ("POST", 201),
        ("POST", 201),
        ("DELETE", 200),
    ]
    assert connector.history == {}


@pytest.mark.parametrize("subject", ["bob", "nobody"])
async def test_who_has_no_link_in_teams_is_sent_nothing(
    check: DeliveryCheck, connector: Connector, subject: str
) -> None:
    found = await check.ask(subject)
    assert found.state == "working"
    assert "no message was sent" in found.sentence
    assert connector.calls == []


@pytest.mark.parametrize(
    ("fault", "told"),
    [
        (Fault("OPEN", "ForbiddenOperationException"), "add the app in Teams"),
        (Fault("POST", "ConversationBlockedByUser"), "403: ConversationBlockedByUser"),
        (Fault("POST", "BotDisabledByAdmin"), "Teams refuses the bot"),
        (Fault("OPEN", "Unauthorized"), "id, secret and tenant in Azure"),
        (Fault("POST", "ServiceUnavailable"), "Teams takes no message now"),
    ],
)
async def test_a_refusal_says_what_to_do(
    check: DeliveryCheck, connector: Connector, fault: Fault, told: str
) -> None:
    connector.faults = [fault]
    found = await check.ask("alice")
    assert found.state == "broken"
    assert told in found.sentence
    assert TOKEN not in found.sentence


@pytest.mark.parametrize("code", ["ServiceUnavailable", "ForbiddenOperationException"])
async def test_a_message_that_can_not_be_taken_away_was_sent_all_the_same(
    check: DeliveryCheck, connector: Connector, code: str
) -> None:
    connector.faults = [Fault("DELETE", code)]
    found = await check.ask("alice")
    assert found.state == "working"
    assert "a message was sent to you, but it couldn't be taken away again" in found.sentence
    assert TOKEN not in found.sentence


async def test_a_bot_without_a_token_is_refused(
    check: DeliveryCheck, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def refused(_: BotToken) -> str:
        raise InstallationRefused("no token: invalid_client")

    monkeypatch.setattr(BotToken, "__call__", refused)
    found = await check.ask("alice")
    assert "no token: invalid_client" in found.sentence


def test_the_addresses_are_those_that_we_answer_to() -> None:
    for url in some(SERVICE_URLS.values()):
        assert url.removeprefix("https://").partition("/")[0] in CONNECTORS
