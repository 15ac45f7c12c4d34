"""Who reads a question in a group along, as its roster tells; what can't be told is the wider."""

from typing import Any

import pytest

from bots.platform import Audience
from tests.bots.teams.connector import Connector, member
from tests.bots.teams.connector_faults import Fault
from tests.bots.teams.teams_client import TeamsClient


async def in_group(teams: TeamsClient) -> Audience:
    """Who reads along, as the turn of a question in the group says."""
    return (await teams.turn(teams.accepted_in_group())).audience


def rosters_read(connector: Connector) -> int:
    return sum(method == "GET" for method, *_ in connector.calls)


async def test_nobody_reads_a_personal_chat_along(teams: TeamsClient) -> None:
    assert (await teams.turn()).audience is Audience.ALONE
    assert rosters_read(teams.connector) == 0


async def test_a_group_of_one_company_are_colleagues(teams: TeamsClient) -> None:
    teams.connector.members += [member(id=f"29:{number}") for number in range(700)]

    assert await in_group(teams) is Audience.COLLEAGUES
    assert await in_group(teams) is Audience.COLLEAGUES
    assert rosters_read(teams.connector) == 2  # two pages, once


@pytest.mark.parametrize(
    "outsider",
    [
        {"userRole": "guest"},
        {"userRole": "anonymous"},
        {"userPrincipalName": "visitor_elsewhere.example#EXT#@example.com"},
        {"tenantId": "99999999-2222-3333-4444-555555555555"},
        {"tenantId": None},
        {"userPrincipalName": None},
    ],
)
async def test_one_outsider_makes_them_outsiders(
    teams: TeamsClient, outsider: dict[str, Any]
) -> None:
    teams.connector.members += [member() for _ in range(600)] + [member(**outsider)]

    assert await in_group(teams) is Audience.OUTSIDERS


async def test_a_roster_that_cannot_be_read_counts_as_the_wider(teams: TeamsClient) -> None:
    teams.connector.faults.append(Fault("GET", "BotNotInConversationRoster"))

    assert await in_group(teams) is Audience.OUTSIDERS
    assert await in_group(teams) is Audience.COLLEAGUES


async def test_an_empty_roster_counts_as_the_wider(teams: TeamsClient) -> None:
    teams.connector.members = []

    assert await in_group(teams) is Audience.OUTSIDERS


async def test_a_roster_larger_than_is_looked_at_counts_as_the_wider(teams: TeamsClient) -> None:
    teams.connector.members = [member() for _ in range(5_001)]

    assert await in_group(teams) is Audience.OUTSIDERS
