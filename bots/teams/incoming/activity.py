"""An activity as we read it: who speaks, where, and what is asked. Pure.

Only what is needed is read, straight from the JSON: botbuilder's own deserialisation takes seconds
for an activity that is large on purpose, and refuses a whole one for a field that we don't read.
"""

import html
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from itertools import islice

from botbuilder.schema import Activity, ActivityTypes, ChannelAccount, ConversationAccount

from bots.errors import MalformedRequest
from bots.platform import Accepted, Quote, Turn
from bots.teams.incoming.fields import objects, part, word
from bots.teams.incoming.quotes import message_quote, quotes
from bots.teams.incoming.shared_files import shared_files
from bots.text_commands.words import Word, read_word
from identity.people import ChatUser, Names

CHANNEL = "msteams"
LONGEST_ID = 1024  # a table's key has 2,048 bytes
MOST_MENTIONS = 200
"""Mentions of one message that are replaced by names; Teams shows far fewer."""
_QUOTED = re.compile(r"<quoted\b[^<>]*>(?:\s*</quoted>)?", re.IGNORECASE)
_MENTION = re.compile(r"<at(?:\s[^<>]*)?>([^<>]*)</at>", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class IncomingActivity:
    """One activity of Teams.

    :param body: as it arrived.
    :param activity: as much of it as botbuilder's dispatch and an answer need.
    :param personal: only the asker and the bot are there. Never so for a question about a message:
        a chat of two people calls itself personal too, and the bot isn't in it
        (botbuilder-dotnet#3019).
    :param event_id: a conversation's ids are unique in it only, so this is both.
    """

    body: Mapping[str, object]
    activity: Activity
    chat_user: ChatUser
    personal: bool
    event_id: str

    @property
    def conversation(self) -> str:
        """Where the thread of questions happens; in a channel, the thread's own id."""
        return str(self.activity.conversation.id)

    @property
    def needs_handling(self) -> bool:
        """A person speaks, or has just added the bot; all else that Teams tells needs nothing."""
        speaks = self.activity.type == ActivityTypes.message and not self._is_by_bot
        return speaks or self.adds_bot

    @property
    def _is_by_bot(self) -> bool:
        """Bots are called ``28:…`` in the payloads of Teams, people ``29:…``."""
        sender = part(self.body, "from")
        return word(sender, "role") == "bot" or word(sender, "id").startswith("28:")

    @property
    def adds_bot(self) -> bool:
        """The bot has been added to this conversation; Teams may tell it in one way or in two."""
        if self.activity.type == ActivityTypes.installation_update:
            return word(self.body, "action") == "add"
        return self.activity.type == ActivityTypes.conversation_update and any(
            member.get("id") == self.activity.recipient.id
            for member in objects(self.body, "membersAdded")
        )

    @property
    def edits(self) -> bool:
        """Somebody has edited a message ("Conversation events": ``editMessage``)."""
        kind = word(part(self.body, "channelData"), "eventType")
        return self.activity.type == ActivityTypes.message_update and kind == "editMessage"

    @property
    def targeted(self) -> bool:
        """Nobody but the asker and the bot sees this message of a group ("Targeted messages")."""
        return not self.personal and part(self.body, "recipient").get("isTargeted") is True

    @property
    def asks_about_message(self) -> bool:
        """It is the form in which somebody asks about a message, wherever that stands."""
        return _is_of_extension(self.body)

    @property
    def question(self) -> str | None:
        """The message that an answer replies to; None for a click, which is no message."""
        return None if self.activity.type == ActivityTypes.invoke else str(self.activity.id)

    @property
    def replied_message(self) -> str:
        """The message of ours that this is about."""
        return word(self.body, "replyToId")

    @property
    def replied_place(self) -> str:
        """The same, unique across platforms (:class:`bots.conversation_notes.ShownMessages`)."""
        return f"teams:{self.conversation.partition(';')[0]}/{self.replied_message}"

    def accepted(self, claims: Mapping[str, str]) -> Accepted:
        """What goes into the inbox.

        A word waits behind no question, and whoever adds the bot is welcomed once.
        """
        event = self.event_id
        group = f"{self.conversation}#{self.chat_user.user}"
        if self.adds_bot:
            event = f"{self.conversation.partition(';')[0]}/welcome"
        elif self.activity.type == ActivityTypes.message and read_word(question_text(self)):
            group = f"{group}#words"
        body: dict[str, object] = {"activity": dict(self.body), "claims": dict(claims)}
        return Accepted("teams", event, group, body, self.chat_user.key)

    @property
    def shared_channel(self) -> str | None:
        """The channel or group, without the thread; None where only the asker is."""
        of_two = self.activity.conversation.conversation_type == "personal"
        if self.personal or (self.asks_about_message and of_two):
            return None
        return self.conversation.partition(";")[0]

    def turn(self, accepted: Accepted, text: str) -> Turn:
        """The question.

        :param text: as :func:`question_text` reads it.
        """
        return Turn(
            id=f"teams:{self.event_id}",
            chat_user=self.chat_user,
            conversation=f"teams:{self.conversation}",
            text=text,
            accepted=accepted,
            names=Names(workspace="Microsoft Teams", user=self.activity.from_property.name),
            channel=self.shared_channel,
            private=self.asks_about_message,
        )


def addressed(body: Mapping[str, object]) -> Activity:
    """As much of an activity as the check of its token needs: its channel and service address."""
    return Activity(channel_id=word(body, "channelId"), service_url=word(body, "serviceUrl"))


def read_activity(body: object) -> IncomingActivity:
    """Read an activity as it arrived.

    :raises MalformedRequest: when it isn't one, or lacks what every activity of Teams has.
    """
    try:
        if not isinstance(body, Mapping):
            raise TypeError("no JSON object")  # noqa: TRY301 - a bad request like the others
        return _incoming(body)
    except (ValueError, TypeError) as error:
        raise MalformedRequest(sentence="The body is not an activity.") from error


def _incoming(body: Mapping[str, object]) -> IncomingActivity:
    activity = _needed(body)
    asker, conversation = activity.from_property, activity.conversation
    if not activity.type or activity.channel_id != CHANNEL or not activity.recipient.id:
        raise ValueError("not from Teams, or for nobody")
    if not conversation.id or not activity.id:
        raise ValueError("without an id it can't be told from another")
    chat_user = ChatUser("teams", conversation.tenant_id, asker.aad_object_id or asker.id)
    event_id = f"{conversation.id}/{activity.id}"
    # A lone surrogate is legal JSON, but no storage takes it; encode() raises a ValueError.
    if max(len(one.encode()) for one in (event_id, chat_user.key)) > LONGEST_ID:
        raise ValueError("no id of Teams is as long")
    for kept in (asker.name, word(body, "text")):
        kept.encode()
    meeting = part(part(body, "channelData"), "meeting")
    personal = conversation.conversation_type == "personal" and not meeting
    personal = personal and not _is_of_extension(body)
    return IncomingActivity(body, activity, chat_user, personal, event_id)


def _is_of_extension(body: Mapping[str, object]) -> bool:
    """Whether it comes from a message's menu, so that the bot may not be where it comes from."""
    of_extension = word(body, "name").startswith("composeExtension/")
    return of_extension and word(body, "type") == ActivityTypes.invoke


def _needed(body: Mapping[str, object]) -> Activity:
    activity = addressed(body)
    activity.type, activity.id = word(body, "type"), word(body, "id")
    activity.from_property = _account(part(body, "from"))
    activity.recipient = _account(part(body, "recipient"))
    place = part(body, "conversation")
    activity.conversation = ConversationAccount(
        id=word(place, "id"),
        conversation_type=word(place, "conversationType"),
        is_group=place.get("isGroup") is True,
        tenant_id=word(part(part(body, "channelData"), "tenant"), "id") or word(place, "tenantId"),
    )
    return activity


def _account(account: Mapping[str, object]) -> ChannelAccount:
    return ChannelAccount(
        id=word(account, "id"),
        name=word(account, "name"),
        aad_object_id=word(account, "aadObjectId"),
    )


def question_text(incoming: IncomingActivity) -> str:
    """What is asked, as its writer sees it.

    It takes as long as the activity is large, so it is no work for the event loop.
    """
    if incoming.asks_about_message:
        return word(part(part(incoming.body, "value"), "data"), "question").strip()
    text = _QUOTED.sub("", word(incoming.body, "text"))
    for named, written, own in _mentions(incoming):
        text = text.replace(written, "" if own else named)
    text = html.unescape(_without_unnamed_mentions(text, incoming))
    return text.replace("\N{NO-BREAK SPACE}", " ").strip()


def others_words(incoming: IncomingActivity) -> tuple[Quote, ...]:
    """The words of others that a message quotes; no work for the event loop either."""
    if incoming.asks_about_message:
        found = message_quote(incoming.body)
        return (found.along(),) if found else ()
    return tuple(quote.along() for quote in quotes(incoming.body))


def _mentions(incoming: IncomingActivity) -> Iterator[tuple[str, str, bool]]:
    """Each mention that says how it is written: the name, that, and whether it is the bot's own."""
    entities = objects(incoming.body, "entities")
    mentions = (entity for entity in entities if entity.get("type") == "mention")
    for mention in islice(mentions, MOST_MENTIONS):
        if written := word(mention, "text"):
            who = part(mention, "mentioned").get("id")
            name = written.removeprefix("<at>").removesuffix("</at>")
            yield name, written, who == incoming.activity.recipient.id


def _without_unnamed_mentions(text: str, incoming: IncomingActivity) -> str:
    """Mentions that no entity explains: the bot's own by its name, any other stays as a name."""
    ours = incoming.activity.recipient.name.casefold()

    def meant(mention: re.Match[str]) -> str:
        return "" if mention[1].strip().casefold() == ours else mention[1]

    return _MENTION.sub(meant, text)


def read_said(incoming: IncomingActivity, text: str) -> Word | None:
    """The word that a message is, which no model is asked about; *help* where it says nothing."""
    if incoming.asks_about_message or (not text and _brings_something(incoming.body)):
        return None
    return read_word(text) if text else "help"


def _brings_something(body: Mapping[str, object]) -> bool:
    return bool(shared_files(body) or quotes(body))
