"""Links from the command line: listed and revoked as the administrators' page does it."""

import asyncio
from collections.abc import Awaitable, Callable

import boto3
import httpx

from bizassist.deployment.deployed_parameters import deployment
from bizassist.errors import CommandError
from bizassist.settings.identity import identity_settings
from bots.runtime import Runtime
from identity.directory.linked_people import searched
from identity.executor import Executor
from identity.links import Link
from identity.people import ChatUser
from identity.service import Identity

# No page is served and no link is made from here, so there is no address to name.
NOWHERE = "https://command.invalid"


def rows(words: str) -> list[dict[str, str]]:
    """The links in which every word occurs."""

    async def found(identity: Identity) -> list[Link]:
        return searched(await identity.links.everybody(), words)

    return asyncio.run(_with_identity(found))


def revoked(key: str) -> list[dict[str, str]]:
    """End the link of the chat user with this key.

    :raises CommandError: when there is none.
    """

    async def revoke(identity: Identity) -> list[Link]:
        return [await _revoke(identity, key)]

    return asyncio.run(_with_identity(revoke))


async def _with_identity(
    act: Callable[[Identity], Awaitable[list[Link]]],
) -> list[dict[str, str]]:
    session, call = boto3.Session(), Executor(4)
    deployed = deployment(session)
    settings = identity_settings(deployed, public_url=NOWHERE)
    try:
        async with httpx.AsyncClient() as http:
            runtime = Runtime(http, deployed.runtime_url, deployed.runtime_arn)
            async with Identity.open(settings, session, call, runtime.stop_session) as identity:
                return [_row(link) for link in await act(identity)]
    finally:
        call.close()


async def _revoke(identity: Identity, key: str) -> Link:
    try:
        chat_user = ChatUser.from_key(key)
    except ValueError:
        raise CommandError(f"{key!r} names no chat user; see 'bizassist links list'") from None
    link = await identity.links.active(chat_user)
    if link is None:
        raise CommandError(f"{key} has no active link")
    await identity.audit.write("revoked", by="command line", about=link.account, detail=key)
    await identity.tokens.revoke(link)
    return await identity.links.get(chat_user) or link


def _row(link: Link) -> dict[str, str]:
    return {
        "chat_user": link.chat_user.key,
        "account": link.account,
        "state": link.state,
        "linked": link.linked_at.isoformat(timespec="minutes"),
        "name": link.names.user,
        "workspace": link.names.workspace,
    }
