"""Invokes: what Teams wants answered in the response, each within some seconds.

Names, and what their responses hold: "Universal Actions for Adaptive Cards", "Bot messages with
AI-generated content", "Action commands" of message extensions and "Use dialogs with bots" (Teams
platform documentation).
"""

import asyncio
import json
import logging
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from http import HTTPStatus

from aiohttp import web
from botocore.exceptions import BotoCoreError, ClientError

from bots.answer.explanation.run_explanation import Explanation
from bots.errors import BotError, InboxUnavailable, MalformedRequest
from bots.platform import Accept, Accepted
from bots.teams.incoming.activity import IncomingActivity
from bots.teams.incoming.approval_click import ApprovalClick, read_click
from bots.teams.incoming.fields import part, word
from bots.teams.incoming.quotes import message_quote
from bots.teams.outgoing.bot_connector import Json
from bots.teams.outgoing.content import approval_card, forms, word_card
from bots.teams.outgoing.content.table_cards import CARD
from bots.teams.service_parts import ServiceParts
from identity.errors import IdentityError

ASK_ABOUT = "askAboutMessage"
"""The id of the message action in the app's manifest."""
ANSWERED_THERE = "I'll answer you in our own chat: look for BizAssist among your chats."
NO_OWN_CHAT = (
    "I have no chat with you in which I could answer: add BizAssist from Teams' Apps, then ask "
    "again."
)
NO_QUESTION = "There is no question in that. Please ask again."
NOTHING_HERE = "There is nothing to choose here. Please ask me in a chat."
UNKNOWN_BUTTON = "This button is none of ours any more."
LONGEST_LOOK_UP = 2.0
"""Seconds; Teams waits for some five for a dialog."""
_ERROR = "application/vnd.microsoft.error"
_ANSWERS = {"like": "up", "dislike": "down"}

HasOwnChat = Callable[[IncomingActivity], Awaitable[bool]]
Answer = Callable[["Invokes", IncomingActivity, Mapping[str, str]], Awaitable[Json]]

_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Invokes:
    """Answers the invokes that Teams sends to this bot.

    :param accept: puts what goes on after a click into the inbox.
    :param has_own_chat: tells whether somebody can be answered in a chat of their own.
    """

    accept: Accept
    service: ServiceParts
    has_own_chat: HasOwnChat

    async def respond(self, incoming: IncomingActivity, claims: Mapping[str, str]) -> web.Response:
        """The response to an invoke; 501 to one that isn't known here."""
        name = word(incoming.body, "name")
        known = _KNOWN.get(name) or next(
            (answer for prefix, answer in _KINDS.items() if name.startswith(prefix)), None
        )
        if known is None:
            return web.Response(status=HTTPStatus.NOT_IMPLEMENTED)
        return web.json_response(await known(self, incoming, claims))

    async def card_action(self, incoming: IncomingActivity, claims: Mapping[str, str]) -> Json:
        """A button of a card."""
        try:
            if click := read_click(incoming):
                return await self._approval(click, claims)
            if (card := await word_card.clicked(incoming, self.service.words)) is not None:
                return _card(card)
        except MalformedRequest as error:
            return _refusal(error.sentence)
        except (BotError, IdentityError) as error:
            _log.warning("a click could not be taken: %s", error)
            return _refusal(error.sentence)
        return _refusal(UNKNOWN_BUTTON)

    async def feedback_form(self, incoming: IncomingActivity, claims: Mapping[str, str]) -> Json:
        """The form for whoever has pressed a thumb at an answer of theirs."""
        del claims
        shown = await self.service.messages.answer(incoming.replied_place)
        if shown is None or shown.asker != incoming.chat_user.key:
            return forms.dialog_message(forms.NOT_YOURS)
        value = part(part(incoming.body, "value"), "actionValue")
        why = await self._explanation(shown.turn, incoming)
        return forms.feedback_form(why, liked=word(value, "reaction") != "dislike")

    async def feedback(self, incoming: IncomingActivity, claims: Mapping[str, str]) -> Json:
        """Keep what the asker thinks of an answer; anybody else's opinion is dropped."""
        del claims
        value = part(part(incoming.body, "value"), "actionValue")
        feedback = _ANSWERS.get(word(value, "reaction"))
        shown = await self.service.messages.answer(incoming.replied_place)
        if feedback and shown and shown.asker == incoming.chat_user.key:
            comment = _comment(word(value, "feedback"))
            await self.service.ledger.judge(shown.turn, incoming.chat_user, feedback, comment)
        return {}

    async def question_form(self, incoming: IncomingActivity, claims: Mapping[str, str]) -> Json:
        """The form for a question about a message; who couldn't be answered writes none."""
        del claims
        if not await self.has_own_chat(incoming):
            return forms.dialog_message(NO_OWN_CHAT)
        quote = message_quote(incoming.body)
        return forms.question_form(quote.words if quote else "")

    async def question(self, incoming: IncomingActivity, claims: Mapping[str, str]) -> Json:
        """Take a question about a message; its answer goes to the asker's own chat."""
        if not word(part(part(incoming.body, "value"), "data"), forms.QUESTION).strip():
            return forms.dialog_message(NO_QUESTION)
        if not await self.has_own_chat(incoming):
            return forms.dialog_message(NO_OWN_CHAT)
        try:
            await self.accept(
                Accepted(
                    "teams",
                    incoming.event_id,
                    f"{incoming.conversation}#{incoming.chat_user.user}",
                    {"activity": dict(incoming.body), "claims": dict(claims)},
                    incoming.chat_user.key,
                )
            )
        except InboxUnavailable as error:
            return forms.dialog_message(error.sentence)
        return forms.dialog_message(ANSWERED_THERE)

    async def other_extension(self, incoming: IncomingActivity, claims: Mapping[str, str]) -> Json:
        """A search or a link of a message extension, which this app has none of."""
        del incoming, claims
        return {"composeExtension": {"type": "message", "text": NOTHING_HERE}}

    async def other_dialog(self, incoming: IncomingActivity, claims: Mapping[str, str]) -> Json:
        """A dialog that no card of ours opens."""
        del incoming, claims
        return forms.dialog_message(NOTHING_HERE)

    async def _explanation(self, turn: str, incoming: IncomingActivity) -> Explanation | None:
        """Why an answer is as it is; the form that it belongs to does without it."""
        try:
            async with asyncio.timeout(LONGEST_LOOK_UP):
                return await self.service.explanations.read(turn, incoming.chat_user)
        except PermissionError:
            return None
        except (TimeoutError, BotoCoreError, ClientError) as error:
            _log.warning("why %s can't be read: %s", turn, type(error).__name__)
            return None

    async def _approval(self, click: ApprovalClick, claims: Mapping[str, str]) -> Json:
        if not click.is_the_askers:
            return _refusal(approval_card.NOT_YOURS, HTTPStatus.FORBIDDEN)
        asking, runs = click.asking, self.service.runs
        if click.decision is None:
            match await runs.standing(asking.id, asking.chat_user):
                case "open":
                    mri = click.incoming.activity.from_property.id
                    return _card(approval_card.request_card(asking, click.calls, mri))
                case "approve" | "refuse" as decision:
                    return _card(approval_card.decided_card(asking.what, decision))
            return _card(approval_card.decided_card(asking.what, None))
        stands = await runs.decide(asking.id, asking.chat_user, click.decision)
        await self.accept(click.accepted(stands, claims))
        stood = stands.decision if stands else None
        return _card(approval_card.decided_card(asking.what, stood))


_KNOWN: Mapping[str, Answer] = {
    "adaptiveCard/action": Invokes.card_action,
    "message/fetchTask": Invokes.feedback_form,
    "message/submitAction": Invokes.feedback,
    "composeExtension/fetchTask": Invokes.question_form,
    "composeExtension/submitAction": Invokes.question,
}
_KINDS: Mapping[str, Answer] = {
    "composeExtension/": Invokes.other_extension,
    "task/": Invokes.other_dialog,
}


def _card(card: Json) -> Json:
    return {"statusCode": HTTPStatus.OK, "type": CARD, "value": card}


def _refusal(sentence: str, status: HTTPStatus = HTTPStatus.BAD_REQUEST) -> Json:
    """What the clicker reads below the card, which stays as it is."""
    return {
        "statusCode": status,
        "type": _ERROR,
        "value": {"code": status.phrase, "message": sentence},
    }


def _comment(sent: str) -> str:
    """The comment of a feedback form, which comes as JSON inside of JSON."""
    try:
        said = json.loads(sent)
    except (ValueError, RecursionError):
        return ""
    fields = said if isinstance(said, dict) else {}
    comment = word(fields, forms.COMMENT) or word(fields, "feedbackText")
    return comment.strip()[: forms.LONGEST_COMMENT]
