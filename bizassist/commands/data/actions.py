"""Exporting and erasing from the command line, with the rights of whoever runs it."""

import asyncio
from argparse import Namespace
from collections import Counter
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from uuid import UUID

import boto3
import httpx

from bizassist.deployment.deployed_parameters import deployment
from bizassist.deployment.link_actions import NOWHERE
from bizassist.errors import CommandError
from bizassist.settings.bots import personal_data_settings
from bizassist.settings.identity import identity_settings
from bots.aws import BOUNDED
from bots.personal_data.owner import Owner, PersonOwner, WorkspaceOwner
from bots.personal_data.service import PersonalData
from bots.runtime import Runtime
from identity.executor import Executor
from identity.service import Identity
from identity.workspaces.settings import Workspace

BY = "command line"
LOOK_SECONDS = 5.0

Rows = list[dict[str, str]]
Confirm = Callable[[Namespace, str], None]


@dataclass(frozen=True, slots=True)
class _Deployment:
    identity: Identity
    data: PersonalData
    session: boto3.Session
    user_pool_id: str


def done(options: Namespace, confirm: Confirm) -> Rows:
    """Do what was asked for; what to print of it.

    :param confirm: returns when the operator wants what it is told.
    :raises CommandError: when there is no such person or workspace.
    """
    return asyncio.run(_done(options, confirm))


async def _done(options: Namespace, confirm: Confirm) -> Rows:
    async with _opened() as opened:
        if options.action == "status":
            return await _status(opened)
        owner = await _owner(opened, options)
        if options.action == "export":
            await opened.data.exports.write(owner, BY, options.output)
            return [{"exported": owner.name, "file": str(options.output)}]
        confirm(options, await _what_goes(opened, owner))
        return await _erased(opened, owner, wait=options.wait)


@asynccontextmanager
async def _opened() -> AsyncIterator[_Deployment]:
    session, call = boto3.Session(), Executor(8)
    deployed = deployment(session)
    settings = identity_settings(deployed, public_url=NOWHERE)
    try:
        async with httpx.AsyncClient() as http:
            runtime = Runtime(http, deployed.runtime_url, deployed.runtime_arn)
            async with Identity.open(settings, session, call, runtime.stop_session) as identity:
                dynamodb = session.client("dynamodb", config=BOUNDED)
                parts = personal_data_settings(deployed), session, dynamodb, call, identity
                data = PersonalData.of(*parts)
                yield _Deployment(identity, data, session, deployed.user_pool_id)
    finally:
        call.close()


async def _owner(opened: _Deployment, options: Namespace) -> Owner:
    if options.workspace:
        return _workspace(options.workspace)
    subject, account = await _person(opened, options.person)
    return await opened.data.erasures.owner(subject, account)


def _workspace(key: str) -> WorkspaceOwner:
    try:
        workspace = Workspace.from_key(key)
    except ValueError:
        raise CommandError(f"{key!r} names no workspace, such as 'slack#T0123'") from None
    if workspace.platform == "web":
        raise CommandError("the web chat is no workspace: name its people one by one")
    return WorkspaceOwner(workspace)


async def _person(opened: _Deployment, named: str) -> tuple[str, str]:
    """The subject and the account of a person; one whom the pool has deleted goes by subject.

    :raises CommandError: when it is nobody's name.
    """
    cognito = opened.session.client("cognito-idp", config=BOUNDED)
    by = ("sub",) if _is_subject(named) else ("username", "email")
    for attribute in by:
        if '"' in named or "\\" in named:
            break
        found = await asyncio.to_thread(
            cognito.list_users,
            UserPoolId=opened.user_pool_id,
            Filter=f'{attribute} = "{named}"',
            Limit=2,
        )
        for user in found["Users"]:
            told = {one["Name"]: one.get("Value", "") for one in user.get("Attributes", [])}
            return told["sub"], told.get("email") or user["Username"]
    if _is_subject(named):
        links = await opened.identity.links.by_subject(named)
        return named, links[-1].account if links else named
    raise CommandError(f"{named!r} is nobody in the user pool; deleted people go by their subject")


def _is_subject(named: str) -> bool:
    """Cognito's subjects are UUIDs."""
    try:
        return str(UUID(named)) == named.casefold()
    except ValueError:
        return False


async def _what_goes(opened: _Deployment, owner: Owner) -> str:
    data = await opened.data.erasures.stores.open()
    counted = Counter([table async for table, _ in data.rows.of(owner)])
    files = len([key async for key in data.files.of(owner)])
    rows = [f"{count:,} of {table.removesuffix('_table')}" for table, count in counted.items()]
    memory = ["memory"] if isinstance(owner, PersonOwner) else []
    return f"{owner.name}: " + ", ".join([*rows, f"{files:,} files", *memory])


async def _erased(opened: _Deployment, owner: Owner, *, wait: bool) -> Rows:
    if isinstance(owner, WorkspaceOwner):
        erased = await opened.data.erasures.erase_workspace(owner, BY)
        return [{"erased": owner.name, "things": str(erased)}]
    if not isinstance(owner, PersonOwner):
        raise TypeError(type(owner).__name__)
    await opened.data.erasures.ask(owner, BY)
    left = await opened.data.erasures.work()
    if wait:
        async with opened.identity.forgetting.working():
            while left := await opened.data.erasures.work():  # noqa: ASYNC110 - of several processes
                await asyncio.sleep(LOOK_SECONDS)
    state = "memory is at it: the chat service goes on" if left else "erased"
    return [{"person": owner.name, "state": state}]


async def _status(opened: _Deployment) -> Rows:
    return [
        {
            "person": one.owner.account,
            "asked": one.asked_at.isoformat(timespec="minutes"),
            "by": one.by,
            "state": "memory is at it" if one.stores_done else "begun",
        }
        for one in await opened.data.table.everybody()
    ]
