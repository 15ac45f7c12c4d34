"""A chat user, as pages name them."""

from typing import Any

from identity.people import ChatUser, Names

PLATFORMS = {"slack": "Slack", "teams": "Microsoft Teams", "web": "Web chat"}


def shown(chat_user: ChatUser, names: Names) -> dict[str, Any]:
    """What the template ``chat_user.html`` needs."""
    return {"chat_user": chat_user, "names": names, "platform": PLATFORMS[chat_user.platform]}
