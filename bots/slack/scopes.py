"""What the app may do in a workspace, and what for, as whoever installs it reads it.

https://docs.slack.dev/reference/scopes
"""

from collections.abc import Mapping

BOT_SCOPES: Mapping[str, str] = {
    "app_mentions:read": "See messages that mention BizAssist.",
    "assistant:write": "Show in a thread whether it is at work, and suggest questions.",
    "channels:history": "Read the thread of a question, in public channels that it was added to.",
    "channels:read": "Know what a channel is called, and whether another company reads along.",
    "chat:write": "Answer.",
    "commands": "Offer /bizassist and “Ask about this message”.",
    "files:read": "Read the files that come with a question.",
    "groups:history": "Read the thread of a question, in private channels that it was added to.",
    "groups:read": "The same as for public channels: what one is called, and who reads along.",
    "im:history": "Read what people write to it directly.",
    "im:write": "Write to people directly: sign-in links and private answers.",
    "mpim:history": "Read the thread of a question, in group messages that it was added to.",
    "mpim:read": "Know who reads along in group messages.",
    "team:read": "Know what the workspace is called.",
    "users:read": "Know what people are called, and who belongs to another company.",
}
