"""The shortcut "Ask about this message": what it was chosen for, and the question that follows.

https://docs.slack.dev/reference/interaction-payloads/shortcuts-interaction-payload
https://docs.slack.dev/reference/interaction-payloads/view-interactions-payload
"""

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any, Self, cast

from bots.errors import MalformedRequest
from bots.platform import Accepted, Quote
from bots.slack.incoming.installation_key import installation_key
from bots.slack.message_content.markup import plain
from bots.slack.message_content.quotes import own_markup, quotes_in
from identity.people import ChatUser

CALLBACK = "ask_about_message"
"""The ``callback_id`` of the shortcut in the manifest, and of the modal that it opens."""
QUESTION, TYPED, QUOTED = "question", "typed", "quoted"
"""The ids of the input's block, of the input, and the beginning of those of what is quoted."""
NOTHING_TYPED = "Please write what you want to know."
MISSING = "A field is missing that Slack always sends."


@dataclass(frozen=True, slots=True)
class Shortcut:
    """Somebody has chosen it in a message's menu.

    :param trigger: opens a modal for three seconds.
    :param words: what the message says, quotes and all.
    :param from_another_company: the person belongs to another company (Slack Connect).
    :param installation: where it was chosen.
    """

    trigger: str
    response_url: str
    user: str
    words: str
    from_another_company: bool
    installation: str = ""

    @classmethod
    def read(cls, payload: Mapping[str, object]) -> Self | None:
        """The shortcut of a ``message_action`` payload; None for any other interaction.

        :raises MalformedRequest: when a field is missing that Slack always sends.
        """
        fields = cast("Mapping[str, Any]", payload)
        if fields.get("type") != "message_action" or fields.get("callback_id") != CALLBACK:
            return None
        try:
            theirs = fields["user"].get("team_id")
            return cls(
                str(fields["trigger_id"]),
                str(fields.get("response_url") or ""),
                str(fields["user"]["id"]),
                _words(fields["message"]),
                from_another_company=theirs not in {None, *_ours(fields)},
                installation=installation_key(payload),
            )
        except (LookupError, AttributeError, TypeError):
            raise MalformedRequest(sentence=MISSING) from None


@dataclass(frozen=True, slots=True)
class FormQuestion:
    """A question that wasn't typed as a message: it is answered in its asker's direct messages.

    :param event: names it: the modal that was sent, or the button that was pressed.
    :param quoted: the message that it is about; empty without one.
    :param channel, root: where it is answered, once that is known: the message that repeats it.
    """

    event: str
    tenant: str
    user: str
    text: str
    quoted: str = ""
    channel: str = ""
    root: str = ""

    @property
    def event_id(self) -> str:
        """Its id among all of Slack's events."""
        return f"{self.tenant}:{self.user}:{self.event}"

    @property
    def quotes(self) -> tuple[Quote, ...]:
        """What goes along with it."""
        return (Quote("a message that the question is about", self.quoted),) if self.quoted else ()

    @property
    def accepted(self) -> Accepted:
        """What goes into the inbox."""
        body: dict[str, object] = {
            "type": "view_submission",
            "view": {"type": "modal", "callback_id": CALLBACK},
            "user": {"id": self.user},
            "team": {"id": self.tenant},
            "question": asdict(self),
        }
        chat_user = ChatUser("slack", self.tenant, self.user)
        group = f"slack:{self.tenant}:{self.event}#{self.user}"
        return Accepted("slack", self.event_id, group, body, chat_user.key)

    @classmethod
    def of_modal(cls, payload: Mapping[str, object]) -> Self | None:
        """The question of a ``view_submission`` payload; None for any other interaction.

        :raises MalformedRequest: when a field is missing that Slack always sends.
        """
        fields = cast("Mapping[str, Any]", payload)
        view = fields.get("view") or {}
        if fields.get("type") != "view_submission" or view.get("callback_id") != CALLBACK:
            return None
        try:
            typed = view["state"]["values"][QUESTION][TYPED].get("value")
            return cls(
                str(view["id"]),
                _ours(fields)[0],
                str(fields["user"]["id"]),
                str(typed or "").strip(),
                _quoted(view["blocks"]),
            )
        except (LookupError, AttributeError, TypeError):
            raise MalformedRequest(sentence=MISSING) from None


def stored_question(body: Mapping[str, object]) -> FormQuestion | None:
    """The question that :attr:`FormQuestion.accepted` has put into the inbox; None for the rest."""
    question = cast("Mapping[str, Any] | None", body.get("question"))
    return FormQuestion(**question) if question else None


def _ours(fields: Mapping[str, Any]) -> list[str]:
    """The organisation and the workspace that installed us."""
    known = [(fields.get("enterprise") or {}).get("id"), (fields.get("team") or {}).get("id")]
    return [str(one) for one in known if one]


def _words(message: Mapping[str, Any]) -> str:
    said = plain(own_markup(message)).strip()
    carried = [f"{quote.source}:\n{quote.words}" for quote in quotes_in(message)]
    return "\n\n".join(filter(None, [said, *carried]))


def _quoted(blocks: list[Mapping[str, Any]]) -> str:
    """The message as the modal has quoted it: Slack sends a modal's blocks back unchanged."""
    return "".join(
        str(block["text"]["text"])
        for block in blocks
        if str(block.get("block_id", "")).startswith(QUOTED)
    )
