"""What a post causes: the events of it, in the words in which Slack sends them."""

import secrets
import time
import uuid
from typing import Any

from bizassist.local.slack.events.payloads import VERIFICATION_TOKEN
from bizassist.local.slack.events.typed_text import rich_text
from bizassist.local.slack.people import OTHER_BOT, OTHERS, SLACK, SLACKBOT, Person
from bizassist.local.slack.team import NORTHWIND, Team
from bizassist.local.slack.workspace import APP, BOT_USER, Message, Workspace

OTHER_APP, OTHER_BOT_ID = "A0OTHERAPP0", "B0OTHERBOT0"


def message_event(workspace: Workspace, message: Message) -> dict[str, Any]:
    """The ``message`` event of a post."""
    event = {
        **_post(workspace, message),
        "type": "message",
        "channel_type": _kind(workspace, message),
    }
    if message.files:
        event |= {"subtype": "file_share", "upload": False, "display_as_bot": False}
    return _context(_envelope(workspace, event))


def mention_event(workspace: Workspace, message: Message) -> dict[str, Any]:
    """The ``app_mention`` event that the same post causes besides; it carries no files."""
    event = {**_post(workspace, message), "type": "app_mention"}
    event.pop("files", None)
    return _envelope(workspace, event)


def deletion_event(workspace: Workspace, message: Message) -> dict[str, Any]:
    """The event of a post that was deleted."""
    now = f"{time.time():.6f}"
    previous = {**_post(workspace, message), "type": "message"}
    for name in ("channel", "event_ts"):
        del previous[name]
    event = {
        "type": "message",
        "subtype": "message_deleted",
        "previous_message": previous,
        "channel": message.channel,
        "hidden": True,
        "deleted_ts": message.ts,
        "event_ts": now,
        "ts": now,
        "channel_type": _kind(workspace, message),
    }
    return _context(_envelope(workspace, event))


def session_stopped_event(
    workspace: Workspace, user: str, channel: str, thread: str, streams: list[str]
) -> dict[str, Any]:
    """What Slack's own Stop causes (https://docs.slack.dev/reference/events/agent_session_stopped).

    :param streams: the messages whose streams Slack has ended.
    """
    event = {
        "type": "agent_session_stopped",
        "user": user,
        "channel": channel,
        "thread_ts": thread,
        "streaming_message_ts": streams,
        "event_ts": f"{time.time():.6f}",
    }
    return _envelope(workspace, event)


def deactivated_event(workspace: Workspace, user: Person, kind: str) -> dict[str, Any]:
    """An account is closed (https://docs.slack.dev/reference/events/user_change).

    A guest's is told by ``user_guest_status_changed`` as well.
    """
    profile = {"real_name": user.real_name, "display_name": user.name}
    closed = {"id": user.id, "team_id": workspace.team.id, "name": user.name, "deleted": True}
    now = time.time()
    event = {
        "type": kind,
        "user": {**closed, "profile": profile},
        "cache_ts": int(now),
        "event_ts": f"{now:.6f}",
    }
    return {**_outer(workspace.team, event), "is_ext_shared_channel": False}


def home_opened_event(
    workspace: Workspace, user: Person, tab: str, view: dict[str, Any] | None
) -> dict[str, Any]:
    """``app_home_opened``; its Home tab tells what was last published there."""
    event: dict[str, Any] = {
        "type": "app_home_opened",
        "user": user.id,
        "channel": user.dm,
        "tab": tab,
        "event_ts": f"{time.time():.6f}",
    }
    if tab == "home" and view:
        event["view"] = view
    return _envelope(workspace, event)


def rate_limited_event() -> dict[str, Any]:
    """What Slack sends in place of events when there are too many; no event is inside."""
    now = int(time.time())
    return {
        "token": VERIFICATION_TOKEN,
        "type": "app_rate_limited",
        "team_id": NORTHWIND.id,
        "minute_rate_limited": now - now % 60,
        "api_app_id": APP,
    }


def _post(workspace: Workspace, message: Message) -> dict[str, Any]:
    post: dict[str, Any] = {
        "user": message.author,
        "ts": message.ts,
        "text": message.text,
        "channel": message.channel,
        "event_ts": message.ts,
    }
    if message.author in {SLACK, SLACKBOT}:
        return post  # nothing tells it from a person's but its author
    post |= {"team": workspace.team.id, "blocks": rich_text(message.text)}
    if message.author == OTHER_BOT:
        post |= _bot(message)
    else:
        post["client_msg_id"] = str(uuid.uuid4())
    if team := OTHERS[message.author].team if message.author in OTHERS else "":
        post |= {"team": team, "user_team": team, "source_team": team}
    if message.files:
        post["files"] = message.files
    if message.thread_ts:
        post |= {"thread_ts": message.thread_ts, "parent_user_id": _parent(workspace, message)}
    return post


def _bot(message: Message) -> dict[str, Any]:
    profile = {
        "id": OTHER_BOT_ID,
        "deleted": False,
        "name": OTHERS[message.author].real_name,
        "updated": int(message.ts.partition(".")[0]),
        "app_id": OTHER_APP,
        "user_id": message.author,
        "icons": {"image_36": "", "image_48": "", "image_72": ""},
        "team_id": message.team.id,
    }
    return {"bot_id": OTHER_BOT_ID, "app_id": OTHER_APP, "bot_profile": profile}


def _parent(workspace: Workspace, message: Message) -> str:
    return workspace.message(message.channel, message.root).author


def _kind(workspace: Workspace, message: Message) -> str:
    channel = workspace.channel(message.channel)
    if channel.owner:
        return "im"
    return "group" if channel.is_private else "channel"


def _context(envelope: dict[str, Any]) -> dict[str, Any]:
    """A message's envelope also says from whose point of view it is; a mention's does not."""
    return {
        **envelope,
        "context_team_id": envelope["team_id"],
        "context_enterprise_id": envelope.get("enterprise_id"),
    }


def removed_events(team: Team, happened: int) -> list[dict[str, Any]]:
    """What the end of an installation causes.

    https://docs.slack.dev/reference/events/tokens_revoked
    https://docs.slack.dev/reference/events/app_uninstalled

    :param happened: Unix time.
    """
    revoked = {"type": "tokens_revoked", "tokens": {"oauth": [], "bot": [BOT_USER]}}
    events = (revoked, {"type": "app_uninstalled"})
    return [_outer(team, event) | {"event_time": happened} for event in events]


def _envelope(workspace: Workspace, event: dict[str, Any]) -> dict[str, Any]:
    shared = workspace.is_ext_shared(event["channel"])
    return {**_outer(workspace.team, event), "is_ext_shared_channel": shared}


def _outer(team: Team, event: dict[str, Any]) -> dict[str, Any]:
    organisation = team.enterprise or None
    return {
        "token": VERIFICATION_TOKEN,
        "team_id": team.id,
        **({"enterprise_id": organisation} if organisation else {}),
        "api_app_id": APP,
        "event": event,
        "type": "event_callback",
        "event_id": f"Ev{secrets.token_hex(5).upper()}",
        "event_time": int(time.time()),
        "authorizations": [
            {
                "enterprise_id": organisation,
                "team_id": None if organisation else team.id,
                "user_id": BOT_USER,
                "is_bot": True,
                "is_enterprise_install": bool(organisation),
            }
        ],
        "event_context": secrets.token_urlsafe(24),
    }
