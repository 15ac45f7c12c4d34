"""The workspaces that there are, and the organisation that installs for all of its workspaces."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Team:
    """A workspace, by Slack's words for it.

    :param enterprise: the organisation that it belongs to; empty for none.
    """

    id: str
    name: str
    domain: str
    enterprise: str = ""


NORTHWIND = Team("T0NORTHWND", "Northwind Demo", "northwind-demo")
SOUTHWIND = Team("T0SOUTHWND", "Southwind Demo", "southwind-demo")
"""A second workspace; the same two people work there."""
EASTWIND = Team("T0EASTWIND", "Eastwind Group", "eastwind", enterprise="E0EASTWIND")
"""A workspace of an organisation, which installs for all of them."""
TEAMS = {team.id: team for team in (NORTHWIND, SOUTHWIND, EASTWIND)}
