"""What the audit log doesn't take is not done: each act that it has is written there before."""

import re
from collections.abc import AsyncIterator, Mapping
from pathlib import Path
from typing import Any

import httpx
import pytest
from botocore.exceptions import EndpointConnectionError

from identity.audit_log import AuditLog
from tests.conftest import Stack
from tests.security.application import asked_by_nobody
from tests.security.test_forms_sent_twice import FORMS, World, world

__all__ = ["world"]  # a fixture of the tests below

ROUTES = Path(__file__).parents[1] / "data" / "routes.txt"
AUDITED = (
    "/admin/audit/export",
    "/admin/invite/new",
    "/admin/invite/pick",
    "/admin/people/export",
    "/admin/people/revoke",
    "/admin/people/sign-out",
    "/admin/workspaces/settings",
    "/link/confirm",
    "/auth/erase",
    "/me/data/export",
    "/me/unlink",
    "/undo/{secret}",
)
OTHERWISE = {
    "/admin/rights": "changes nothing: it shows what a policy would change",
    "/agui": "is a question or a decision; the ledger has it",
    "/api/messages": "is a question; the ledger has it",
    "/auth/logout": "nobody stays signed in because a log doesn't answer",
    "/colours": "gives no rights: it keeps light or dark in a cookie",
    "/chat/{conversation}": "is a question; the ledger has it",
    "/chat/{conversation}/delete": "what somebody deletes of themselves is written nowhere",
    "/chat/{conversation}/title": "gives no rights",
    "/chat/{conversation}/{turn}/decision": "the ledger has it",
    "/chat/{conversation}/{turn}/feedback": "the ledger has it",
    "/chat/{conversation}/{turn}/stop": "the ledger has it",
    "/link/{request}": "gives no rights: it binds a request to a browser",
    "/me/memories/forget": "what somebody forgets of themselves is written nowhere",
    "/me/memories/forget-all": "what somebody forgets of themselves is written nowhere",
    "/me/sessions/end": "takes rights of one's own, and can't be undone by anybody else",
    "/me/sessions/end-others": "takes rights of one's own, and can't be undone by anybody else",
    "/slack/commands": "is a question; the ledger has it",
    "/slack/events": "is a question; the ledger has it",
    "/slack/interactions": "is a question; the ledger has it",
}
"""Addresses that change something and write no entry first, each with the reason."""


@pytest.fixture(scope="module")
async def silent(stack: Stack) -> AsyncIterator[httpx.AsyncClient]:
    """The service beside the stack's, over the same tables; its audit log takes nothing."""

    async def refused(*_: object, **__: object) -> None:
        raise EndpointConnectionError(endpoint_url="the table of the audit log")

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(AuditLog, "write", refused)
        async with asked_by_nobody(stack) as (client, _):
            yield client


def test_no_act_is_left_out() -> None:
    posts = re.findall(r"^POST +(\S+)", ROUTES.read_text(), re.MULTILINE)
    assert sorted(posts) == sorted([*AUDITED, *OTHERWISE])


@pytest.mark.parametrize("path", AUDITED)
async def test_what_is_not_written_down_is_not_done(
    world: World, silent: httpx.AsyncClient, path: str
) -> None:
    form = await FORMS[path](world)
    before = rights(world)
    place, jar = httpx.URL(form.url), form.person._cookies[httpx.URL(form.url).netloc.decode()]
    cookie = "; ".join(f"{name}={value}" for name, value in jar.items())
    answer = await silent.post(place.path, data=form.fields, headers={"Cookie": cookie})
    assert answer.status_code >= 500, answer.text
    assert "attachment" not in answer.headers.get("Content-Disposition", "")
    assert rights(world) == before


def rights(world: World) -> Mapping[str, object]:
    """Who may do what: links, sessions, settings, and the people of the pool with their groups."""
    known, dynamodb = world.stack.parameters, world.aws.client("dynamodb")

    def scanned(table: str) -> list[Any]:
        pages = dynamodb.get_paginator("scan").paginate(TableName=known[table])
        return [item for page in pages for item in page["Items"]]

    # Whom another test has had erased loses rows at any moment.
    going = [row["erasing"]["S"] for row in scanned("forgetting_table") if "erasing" in row]

    def rows(table: str, *names: str) -> list[Any]:
        found = [item for item in scanned(table) if not any(one in str(item) for one in going)]
        return sorted(
            ({name: item.get(name) for name in names or item} for item in found), key=repr
        )

    pool, cognito = known["user_pool_id"], world.aws.client("cognito-idp")
    people = cognito.list_users(UserPoolId=pool)["Users"]
    members = {
        group["GroupName"]: sorted(
            one["Username"]
            for one in cognito.list_users_in_group(UserPoolId=pool, GroupName=group["GroupName"])[
                "Users"
            ]
        )
        for group in cognito.list_groups(UserPoolId=pool)["Groups"]
    }
    return {
        "links": rows("links_table", "chat_user", "link_state", "subject"),
        "sessions": rows("sessions_table", "id"),
        "settings": rows("workspaces_table"),
        "people": sorted((one["Username"], one["UserStatus"], one["Enabled"]) for one in people),
        "members": members,
    }
