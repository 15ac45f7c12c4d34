"""The rest of the Web API that an assistant uses: who am I, who are they, what was said where."""

import base64
import re
from typing import Any

from bizassist.local.slack.errors import SlackError
from bizassist.local.slack.people import account, addressee
from bizassist.local.slack.web_api.arguments import Arguments
from bizassist.local.slack.web_api.chat import payload
from bizassist.local.slack.workspace import (
    BOT,
    BOT_NAME,
    BOT_USER,
    Message,
    Workspace,
)


def auth_test(workspace: Workspace, _: Arguments) -> dict[str, Any]:
    """``auth.test``; an installation of an organisation is named by that."""
    team = workspace.team
    wide = {"team_id": team.enterprise, "enterprise_id": team.enterprise}
    return {
        "url": f"https://{team.domain}.slack.com/",
        "team": team.name,
        "user": BOT_NAME.lower(),
        "team_id": team.id,
        "user_id": BOT_USER,
        "bot_id": BOT,
        "is_enterprise_install": bool(team.enterprise),
        **(wide if team.enterprise else {}),
    }


def users_info(workspace: Workspace, given: Arguments) -> dict[str, Any]:
    """``users.info``."""
    found = account(given.required("user"))
    profile = {"real_name": found.real_name, "display_name": found.name}
    user = {
        "id": found.id,
        "team_id": workspace.team.id,
        **_organisation(workspace),
        "name": found.name,
        "real_name": found.real_name,
        "deleted": found.deleted or found.id in workspace.deactivated,
        "is_bot": found.is_bot,
        "profile": profile,
    }
    return {"user": user}


def _organisation(workspace: Workspace) -> dict[str, Any]:
    organisation = workspace.team.enterprise
    return {"enterprise_user": {"enterprise_id": organisation}} if organisation else {}


def team_info(workspace: Workspace, given: Arguments) -> dict[str, Any]:
    """``team.info``."""
    team = workspace.team
    if given.optional("team") not in {"", team.id}:
        raise SlackError("team_not_found")
    return {"team": {"id": team.id, "name": team.name, "domain": team.domain}}


def conversations_open(_: Workspace, given: Arguments) -> dict[str, Any]:
    """``conversations.open``, for one person."""
    users = given.required("users").split(",")
    if len(users) > 1:
        raise SlackError("not_enough_users" if not all(users) else "method_not_supported")
    return {"channel": {"id": addressee(users[0]).dm}}


def conversations_info(workspace: Workspace, given: Arguments) -> dict[str, Any]:
    """``conversations.info``."""
    found = workspace.channel(given.required("channel"))
    if found.is_private:
        found.check_member()
    if found.owner:
        owner = {"user": found.owner, "is_channel": False, "is_im": True}
        return {"channel": {"id": found.id, **owner}}
    shown = {
        "id": found.id,
        "name": found.name,
        "is_channel": True,
        "is_im": False,
        "is_private": found.is_private,
        "is_archived": found.is_archived,
        "is_ext_shared": workspace.is_ext_shared(found.id),
        "is_pending_ext_shared": [],
        "is_member": found.has_app,
        "num_members": len(found.members),
    }
    return {"channel": shown}


def conversations_history(workspace: Workspace, given: Arguments) -> dict[str, Any]:
    """``conversations.history``: newest first, without replies and without ephemeral messages."""
    channel = given.required("channel")
    workspace.channel(channel).check_member()
    return _page(workspace.history(channel)[::-1], given)


def conversations_replies(workspace: Workspace, given: Arguments) -> dict[str, Any]:
    """``conversations.replies``: oldest first, beginning with the thread's first message."""
    channel, ts = given.required("channel"), given.required("ts")
    workspace.channel(channel).check_member()
    return _page(workspace.thread(channel, ts), given)


def _page(messages: list[Message], given: Arguments) -> dict[str, Any]:
    limit = given.count("limit", 100)
    oldest, latest = given.optional("oldest") or "0", given.optional("latest") or "9" * 10
    inclusive = given.flag("inclusive")
    within = [
        message
        for message in messages
        if float(oldest) < float(message.ts) < float(latest)
        or (inclusive and message.ts in {oldest, latest})
    ]
    begin, with_metadata = _begin(given), given.flag("include_all_metadata")
    page, more = within[begin : begin + limit], len(within) > begin + limit
    cursor = base64.b64encode(f"next:{begin + limit}".encode()).decode() if more else ""
    return {
        "messages": [payload(message, metadata=with_metadata) for message in page],
        "has_more": more,
        "response_metadata": {"next_cursor": cursor},
    }


def _begin(given: Arguments) -> int:
    """Where a page begins.

    :raises SlackError: ``invalid_cursor``.
    """
    cursor = given.optional("cursor")
    if not cursor:
        return 0
    try:
        return int(base64.b64decode(cursor).decode().removeprefix("next:"))
    except ValueError:
        raise SlackError("invalid_cursor") from None


def reactions_add(workspace: Workspace, given: Arguments) -> dict[str, Any]:
    """``reactions.add``."""
    name = given.required("name")
    message = workspace.message(given.required("channel"), given.required("timestamp"))
    if not re.fullmatch(r"[a-z0-9_+'-]{1,100}", name):
        raise SlackError("invalid_name")
    if name in message.reactions:
        raise SlackError("already_reacted")
    message.reactions.add(name)
    return {}


def set_status(workspace: Workspace, given: Arguments) -> dict[str, Any]:
    """``assistant.threads.setStatus``; an empty status takes it away."""
    channel, thread = given.required("channel_id"), given.required("thread_ts")
    if "status" not in given.values:
        raise SlackError("invalid_arguments", ("missing required field: status",))
    workspace.thread(channel, thread)
    workspace.statuses[channel, thread] = given.optional("status")
    return {}
