"""A chat user, as pages name them."""

from typing import Any

from identity.people import ChatUser, Names

PLATFORM_NAMES = {"slack": "Slack", "teams": "Microsoft Teams", "web": "Web chat"}


def chat_user_details(chat_user: ChatUser, names: Names) -> dict[str, Any]:
    """What the template ``chat_user.html`` needs."""
    return {"chat_user": chat_user, "names": names, "platform": PLATFORM_NAMES[chat_user.platform]}
