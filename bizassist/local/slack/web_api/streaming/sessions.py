"""``agents.sessions.*``: what people see of an agent that is at work in a thread."""

from typing import Any

from bizassist.local.slack.errors import SlackError
from bizassist.local.slack.web_api.arguments import Arguments
from bizassist.local.slack.workspace import Session, Workspace

STATES = ("active", "processing", "suspended", "closed")
# Characters: https://docs.slack.dev/reference/methods/agents.sessions.setStatus
MAX_TITLE = 200


def set_status(workspace: Workspace, given: Arguments) -> dict[str, Any]:
    """``agents.sessions.setStatus``: makes a thread's session; the title is for a new one."""
    channel, thread = given.required("channel_id"), given.required("thread_ts")
    status, title = checked_status(given.required("status")), _title(given)
    workspace.channel(channel).check_post(reply=True)
    workspace.thread(channel, thread)
    session = workspace.sessions.setdefault((channel, thread), Session(title))
    session.status = status
    return {"status": status, "agent_status": status, "title": session.title}


def rename(workspace: Workspace, given: Arguments) -> dict[str, Any]:
    """``agents.sessions.rename``."""
    channel, thread = given.required("channel_id"), given.required("thread_ts")
    given.required("title")
    session = workspace.sessions.get((channel, thread))
    if session is None:
        raise SlackError("session_not_found")
    session.title = _title(given)
    return {"title": session.title}


def move(workspace: Workspace, channel: str, thread: str, status: str) -> None:
    """Let a session that there is have another status."""
    if session := workspace.sessions.get((channel, thread)):
        session.status = status


def checked_status(status: str) -> str:
    """A status that there is.

    :raises SlackError: ``invalid_arguments``; it is no free text.
    """
    if status not in STATES:
        raise SlackError(
            "invalid_arguments", ("must be a valid enum value [json-pointer:/status]",)
        )
    return status


def _title(given: Arguments) -> str:
    title = given.optional("title")
    if len(title) > MAX_TITLE:
        raise SlackError(
            "invalid_arguments",
            (f"must be less than {MAX_TITLE + 1} characters [json-pointer:/title]",),
        )
    return title
