"""What a test does with Teams and with the platform behind it."""

import time
from dataclasses import dataclass
from typing import Any

from ag_ui.core import (
    BaseEvent,
    TextMessageContentEvent,
    ToolCallResultEvent,
    ToolCallStartEvent,
)

from bots.platform import Accepted, Turn
from bots.teams.incoming.activity import read_activity
from bots.teams.platform import TeamsPlatform
from identity.people import ChatUser
from tests.bots.teams.connector import ALICE, BOT, GROUP, PERSONAL, TENANT, Connector
from tests.bots.teams.service_parts import Parts

ASKER = ChatUser("teams", TENANT, ALICE["aadObjectId"])
APP_ID = "00000000-0000-0000-0000-000000000b07"
ISSUER = "https://api.botframework.com"


def activity(service_url: str, **changes: Any) -> dict[str, Any]:
    """A question as Teams sends it, in the personal chat."""
    return {
        "type": "message",
        "id": "question-1",
        "channelId": "msteams",
        "serviceUrl": service_url,
        "from": ALICE,
        "recipient": BOT,
        "conversation": {"id": PERSONAL, "conversationType": "personal", "tenantId": TENANT},
        "channelData": {"tenant": {"id": TENANT}},
        "text": "Is it?",
        "textFormat": "plain",
    } | changes


@dataclass
class TeamsClient:
    """The platform in front of the double."""

    connector: Connector
    platform: TeamsPlatform
    service_url: str
    parts: Parts

    def body(self, **changes: Any) -> dict[str, Any]:
        """A question as Teams sends it."""
        return activity(self.service_url, **changes)

    def accepted(self, **changes: Any) -> Accepted:
        """What the edge has put into the inbox."""
        body = self.body(**changes)
        incoming = read_activity(body)
        claims = {"iss": ISSUER, "aud": APP_ID, "serviceurl": self.service_url}
        return Accepted(
            "teams",
            incoming.event_id,
            incoming.conversation,
            {"activity": body, "claims": claims},
            sent_at=time.time(),
        )

    def accepted_in_group(self, **changes: Any) -> Accepted:
        """The same, asked in a group chat with a mention."""
        mention = {"type": "mention", "mentioned": BOT, "text": "<at>Assistant</at>"}
        group = {
            "conversation": {"id": GROUP, "conversationType": "groupChat", "isGroup": True},
            "text": "<at>Assistant</at> Is it?",
            "entities": [mention],
        }
        return self.accepted(**group | changes)

    async def turn(self, accepted: Accepted | None = None) -> Turn:
        """The question that the platform reads."""
        read_activity: list[Turn] = []

        async def answer(turn: Turn) -> None:
            read_activity.append(turn)

        await self.platform.dispatch(accepted or self.accepted(), answer)
        (turn,) = read_activity
        return turn


def text(words: str) -> BaseEvent:
    return TextMessageContentEvent(message_id="m", delta=words)


def tool_begins(name: str = "warranty___check_warranty_status") -> BaseEvent:
    return ToolCallStartEvent(tool_call_id="t", tool_call_name=name)


def tool_ends() -> BaseEvent:
    return ToolCallResultEvent(tool_call_id="t", message_id="r", content="{}")
