"""An activity as we read it: who speaks, where, and what is asked. Pure."""

import html
import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from botbuilder.schema import Activity, ActivityTypes

from bots.errors import MalformedRequest
from bots.platform import Accepted, Turn
from bots.teams.incoming.quotes import quotes
from identity.people import ChatUser, Names

CHANNEL = "msteams"
LONGEST_ID = 1024  # a table's key has 2,048 bytes
_QUOTED = re.compile(r"<quoted\b[^<>]*>(?:\s*</quoted>)?", re.IGNORECASE)
_MENTION = re.compile(r"<at(?:\s[^<>]*)?>([^<>]*)</at>", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class IncomingActivity:
    """One activity of Teams.

    :param text: what was said, without the mention of the bot, and what it quotes.
    :param personal: only the asker and the bot are there.
    :param event_id: a conversation's ids are unique in it only, so this is both.
    """

    activity: Activity
    chat_user: ChatUser
    text: str
    personal: bool
    event_id: str

    @property
    def conversation(self) -> str:
        """Where the thread of questions happens; in a channel, the thread's own id."""
        return str(self.activity.conversation.id)

    @property
    def needs_handling(self) -> bool:
        """Somebody speaks, or has just added the bot; all else that Teams tells needs nothing."""
        return self.activity.type == ActivityTypes.message or self.adds_bot

    @property
    def adds_bot(self) -> bool:
        """The bot has been added to this conversation."""
        added = self.activity.members_added or []
        return self.activity.type == ActivityTypes.conversation_update and any(
            member is not None and member.id == self.activity.recipient.id for member in added
        )

    @property
    def shared_channel(self) -> str | None:
        """The channel or group, without the thread; None where only the asker is."""
        return None if self.personal else self.conversation.partition(";")[0]

    def turn(self, accepted: Accepted) -> Turn:
        """The question."""
        return Turn(
            id=f"teams:{self.event_id}",
            chat_user=self.chat_user,
            conversation=f"teams:{self.conversation}",
            text=self.text,
            accepted=accepted,
            names=Names(workspace="Microsoft Teams", user=self.activity.from_property.name or ""),
            channel=self.shared_channel,
        )


def read_activity(body: object) -> IncomingActivity:
    """Read an activity as it arrived.

    :raises MalformedRequest: when it isn't one, or lacks what every activity of Teams has.
    """
    model: Any = Activity()  # botbuilder is not typed
    try:
        return _incoming(model.deserialize(body))
    except (ValueError, AttributeError, LookupError, TypeError) as error:
        raise MalformedRequest(sentence="The body is not an activity.") from error


def _incoming(activity: Activity) -> IncomingActivity:
    asker, conversation = activity.from_property, activity.conversation
    if not activity.type or activity.channel_id != CHANNEL or not activity.recipient.id:
        raise ValueError("not from Teams, or for nobody")
    if not conversation.id or not activity.id:
        raise ValueError("without an id it can't be told from another")
    chat_user = ChatUser("teams", _tenant(activity), asker.aad_object_id or asker.id or "")
    event_id = f"{conversation.id}/{activity.id}"
    text = _text(activity)
    # A lone surrogate is legal JSON, but no storage takes it; encode() raises a ValueError.
    lengths = [len(value.encode()) for value in (event_id, chat_user.key, text)]
    if max(lengths[:2]) > LONGEST_ID:
        raise ValueError("no id of Teams is as long")
    return IncomingActivity(
        activity, chat_user, text, conversation.conversation_type == "personal", event_id
    )


def _tenant(activity: Activity) -> str:
    named = (activity.channel_data or {}).get("tenant") or {}
    # botbuilder's model of a conversation misspells its tenant.
    beside = activity.conversation.additional_properties.get("tenantId")
    return str(named.get("id") or beside or "")


def _text(activity: Activity) -> str:
    """The question: what its writer sees of it, then the words of others that it quotes."""
    text = _QUOTED.sub("", str(activity.text or ""))
    for named, written, own in _mentions(activity):
        text = text.replace(written, "" if own else named)
    text = html.unescape(_without_unnamed_mentions(text, activity))
    said = text.replace("\N{NO-BREAK SPACE}", " ").strip()
    return "\n\n".join(filter(None, [said, *map(str, quotes(activity))]))


def _mentions(activity: Activity) -> Iterator[tuple[str, str, bool]]:
    """Each mention that says how it is written: the name, that, and whether it is the bot's own."""
    for entity in activity.entities or []:
        if entity is None or entity.type != "mention":
            continue
        said: dict[str, Any] = entity.additional_properties
        mentioned, written = said.get("mentioned"), said.get("text")
        if isinstance(written, str) and written:
            who = mentioned.get("id") if isinstance(mentioned, dict) else None
            name = written.removeprefix("<at>").removesuffix("</at>")
            yield name, written, who == activity.recipient.id


def _without_unnamed_mentions(text: str, activity: Activity) -> str:
    """Mentions that no entity explains: the bot's own by its name, any other stays as a name."""
    ours = str(activity.recipient.name or "").casefold()

    def meant(mention: re.Match[str]) -> str:
        return "" if mention[1].strip().casefold() == ours else mention[1]

    return _MENTION.sub(meant, text)
