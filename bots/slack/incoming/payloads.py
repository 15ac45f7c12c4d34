"""What Slack sends, read once: who asked what, where, and whether it is for us at all."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Literal

from bots.errors import MalformedRequest
from bots.platform import Accepted, Audience, Quote
from bots.slack.incoming.approval_click import AskingTurn
from bots.slack.incoming.message_shortcut import FormQuestion, stored_question
from bots.slack.message_content.markup import plain
from bots.slack.message_content.quotes import own_markup, quotes_in
from bots.slack.message_content.shared_files import shared_files
from bots.text_commands.words import Word, read_word
from bots.turn.attached_files import SharedFile
from bots.turn.decision_and_stop import Decided
from identity.people import ChatUser

Kind = Literal["command", "direct", "mention", "reply", "form", "decision"]
"""A reply is said without a mention, in a thread in which this person may have been answered;
a form's question has no place yet."""

_CHANNELS = ("channel", "group", "mpim")

_SPOKEN = {None, "file_share", "thread_broadcast"}  # message subtypes that a person typed
# Slack's own accounts: their messages have neither subtype nor bot_id (recorded by vercel/chat).
_NOBODY = frozenset({"USLACK", "USLACKBOT"})
_OF_BOTS = ("bot_id", "app_id", "bot_profile")  # each of them may be all that tells


@dataclass(frozen=True, slots=True)
class IncomingMessage:
    """One thing that one person said to the assistant.

    :param tenant: the organisation on Enterprise Grid, the workspace otherwise.
    :param ts: the post's timestamp, which is its id in its channel; empty for a command.
    :param thread: the timestamp of the thread that the answer belongs into, if any.
    :param markup: what was said, in Slack's markup, without a mention of the assistant.
    :param team: the person's workspace, which is the tenant but on Enterprise Grid.
    :param from_another_company: the person belongs to another company (Slack Connect).
    :param asking: the turn that asked for the approval which a click decides.
    :param decision: what stands; None for a click that came too late, and for a question.
    :param quotes: what others wrote that the message carries: forwards and tables.
    :param files: those that its event tells of; a mention's tells of none.
    :param named_text: the same as ``markup`` for a person, once the names in it are known.
    :param audience: who reads an answer in its thread along; a command is answered privately.
    """

    kind: Kind
    event_id: str
    tenant: str
    user: str
    channel: str
    markup: str
    ts: str = ""
    thread: str | None = None
    response_url: str = ""
    team: str = ""
    from_another_company: bool = False
    audience: Audience = Audience.ALONE
    quotes: tuple[Quote, ...] = ()
    files: tuple[SharedFile, ...] = ()
    asking: AskingTurn | None = None
    decision: Decided | None = None
    named_text: str = ""

    @property
    def chat_user(self) -> ChatUser:
        """Who Slack says is speaking."""
        return ChatUser("slack", self.tenant, self.user)

    @property
    def text(self) -> str:
        """What a person would read of it, with ids in place of names that Slack didn't send."""
        return self.named_text or plain(self.markup).strip()

    @property
    def word(self) -> Word | None:
        """The word that it is, which no model is asked about."""
        if self.kind == "decision" or self.quotes or self.files:
            return None
        if not self.text:  # a mention may come with files of which its event tells nothing
            return "help" if self.kind in {"command", "direct"} else None
        return read_word(self.text)

    @property
    def in_thread(self) -> bool:
        """Whether it goes on with a thread, or with one person's commands in a channel."""
        return self.kind == "command" or self.thread != self.ts

    @property
    def around(self) -> str:
        """What the conversations begin with that are going on where it was said."""
        if self.in_thread and self.kind != "command":
            return self.conversation
        return f"slack:{self.tenant}:{self.channel}"

    @property
    def conversation(self) -> str:
        """The thread of questions: a thread, or one person's commands in a channel."""
        if self.asking is not None:
            return self.asking.conversation
        place = self.user if self.kind == "command" else self.thread
        return ":".join(filter(None, ("slack", self.tenant, self.channel, place)))

    @property
    def shared_channel(self) -> str | None:
        """The channel, unless only the asker is there (ids of direct messages begin with D)."""
        return None if self.channel.startswith("D") else self.channel

    def accepted(self, body: Mapping[str, object]) -> Accepted:
        """What goes into the inbox: ``body`` without the verification token that nobody needs."""
        kept = {name: value for name, value in body.items() if name != "token"}
        # A word waits behind no question: stop would come after what it is to stop.
        group = f"{self.conversation}#{self.user}{'#word' if self.word else ''}"
        return Accepted("slack", self.event_id, group, kept, self.chat_user.key)


def read_message(body: Mapping[str, object]) -> IncomingMessage | None:
    """What ``body`` asks; None when it is nothing that the assistant answers.

    :raises MalformedRequest: when a field is missing that Slack always sends.
    """
    if "asking" in body:
        return _decision(body)
    if question := stored_question(body):
        return _form_question(question)
    return _command(body) if "command" in body else _event(body)


def _decision(body: Mapping[str, Any]) -> IncomingMessage:
    """A click on a button of ours, as :meth:`ApprovalClick.accepted` has put it."""
    asking = AskingTurn.read(body["asking"])
    decision = body["decision"]
    return IncomingMessage(
        kind="decision",
        event_id=asking.decided_event(in_time=decision is not None),
        tenant=asking.tenant,
        user=asking.user,
        channel=body["channel"]["id"],
        markup="",
        ts=body["message"]["ts"],
        thread=body["message"]["thread_ts"],
        asking=asking,
        decision=Decided(decision, tuple(body["interrupts"])) if decision else None,
    )


def _form_question(question: FormQuestion) -> IncomingMessage:
    """A question from a modal or a button; once it is repeated, that is a direct message."""
    return IncomingMessage(
        kind="direct" if question.root else "form",
        event_id=question.event_id,
        tenant=question.tenant,
        user=question.user,
        channel=question.channel,
        markup=question.text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;"),
        ts=question.root,
        thread=question.root or None,
        quotes=question.quotes,
    )


def _command(form: Mapping[str, object]) -> IncomingMessage:
    return IncomingMessage(
        kind="command",
        event_id=_required(form, "trigger_id"),
        tenant=_text(form, "enterprise_id") or _required(form, "team_id"),
        user=_required(form, "user_id"),
        channel=_required(form, "channel_id"),
        markup=_text(form, "text").strip(),
        response_url=_required(form, "response_url"),
        team=_required(form, "team_id"),
    )


def _event(envelope: Mapping[str, object]) -> IncomingMessage | None:
    event = envelope.get("event")
    if envelope.get("type") != "event_callback" or not isinstance(event, Mapping):
        raise MalformedRequest(sentence="This is not an event of Slack's Events API.")
    own, markup = _own_users(envelope), own_markup(event)
    kind = _kind(event, markup, own)
    if kind is None or _text(event, "user") in own:
        return None
    team, channel, ts = _team(envelope), _required(event, "channel"), _required(event, "ts")
    return IncomingMessage(
        kind=kind,
        # A message and its app_mention are two events of one post, and Slack has sent one post
        # under up to eleven event ids, so the post's own id is the one that counts.
        event_id=f"{team}:{channel}:{ts}",
        tenant=_enterprise(envelope) or team,
        user=_required(event, "user"),
        channel=channel,
        markup=_without_mention(markup, own),
        ts=ts,
        thread=_text(event, "thread_ts") or ts,
        team=team,
        from_another_company=_from_another_company(envelope, event),
        audience=Audience.ALONE if kind == "direct" else _in_channel(envelope),
        quotes=quotes_in(event),
        files=shared_files(event),
    )


def _kind(event: Mapping[str, object], markup: str, own: set[str]) -> Kind | None:
    """How the person spoke to us; None for bots, edits, deletions and other people's talk."""
    if any(map(event.get, _OF_BOTS)) or event.get("subtype") not in _SPOKEN:
        return None
    if event.get("user") in _NOBODY:
        return None
    if event.get("type") == "app_mention":
        return "mention"
    if event.get("type") != "message":
        return None
    if event.get("channel_type") == "im":
        return "direct"
    return _kind_in_channel(event, markup, own)


def _kind_in_channel(event: Mapping[str, object], markup: str, own: set[str]) -> Kind | None:
    """A mention comes as an event of its own, so only what goes on with a thread may be for us."""
    replies = _text(event, "thread_ts") not in {"", event.get("ts")}
    if event.get("channel_type") not in _CHANNELS or not replies:
        return None
    mentions_us = any(f"<@{user}" in markup for user in own)
    return "reply" if own and not mentions_us else None


def _in_channel(envelope: Mapping[str, object]) -> Audience:
    """Who reads a channel, as its events say (Slack, "Slack Connect: working with channels")."""
    own = envelope.get("is_ext_shared_channel") is False
    return Audience.COLLEAGUES if own else Audience.OUTSIDERS


def _from_another_company(envelope: Mapping[str, object], event: Mapping[str, object]) -> bool:
    theirs = _text(event, "user_team") or _text(event, "team")
    if envelope.get("is_ext_shared_channel") is False:
        return False
    if not theirs:  # in a channel shared with others, whose company can't be told is a stranger
        return envelope.get("is_ext_shared_channel") is True
    return theirs not in {_team(envelope), _enterprise(envelope)}


def _authorizations(envelope: Mapping[str, object]) -> Iterator[Mapping[str, object]]:
    listed = envelope.get("authorizations")
    for one in listed if isinstance(listed, list) else ():
        if isinstance(one, Mapping):
            yield one


def _own_users(envelope: Mapping[str, object]) -> set[str]:
    return {_text(one, "user_id") for one in _authorizations(envelope)} - {""}


def tenant_of(envelope: Mapping[str, object]) -> str:
    """The organisation on Enterprise Grid, the workspace otherwise, that an event is for.

    :raises MalformedRequest: when a field is missing that Slack always sends.
    """
    return _enterprise(envelope) or _team(envelope)


def _team(envelope: Mapping[str, object]) -> str:
    # In a channel shared with another company the outer team can be theirs; the authorization
    # names the workspace that installed us.
    installed = (_text(one, "team_id") for one in _authorizations(envelope))
    return next(filter(None, installed), "") or _required(envelope, "team_id")


def _enterprise(envelope: Mapping[str, object]) -> str:
    installed = (_text(one, "enterprise_id") for one in _authorizations(envelope))
    return next(filter(None, installed), "") or _text(envelope, "enterprise_id")


def _without_mention(text: str, own: set[str]) -> str:
    mentions = "|".join(map(re.escape, own)) or r"\w+"
    count = 0 if own else 1
    return re.sub(rf"<@(?:{mentions})(?:\|[^<>]*)?>", "", text, count=count).strip()


def _text(fields: Mapping[str, object], name: str) -> str:
    value = fields.get(name)
    return value if isinstance(value, str) else ""


def _required(fields: Mapping[str, object], name: str) -> str:
    value = _text(fields, name)
    if not value or "#" in value:
        raise MalformedRequest(sentence=f"The field {name} is missing or not Slack's.")
    return value
