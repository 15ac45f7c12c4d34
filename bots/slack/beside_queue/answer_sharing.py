"""Share to channel: a click shows what would be seen, and only its confirmation posts it."""

import asyncio
import logging

from bots.errors import DeliveryRefused, PlatformError, PlatformRefused
from bots.slack.beside_queue.payload_fields import Payload, person, pressed
from bots.slack.incoming.share_confirmation import SHARE, ShareConfirmation
from bots.slack.outgoing.message import content
from bots.slack.outgoing.modals.share_modal import (
    refused_modal,
    share_modal,
    shared_answer,
)
from bots.slack.outgoing.web_api import WebApi
from bots.slack.shareable_answers import ShareableAnswer, ShareableAnswers

LONGEST_LOOK, LONGEST_CALL = 1.2, 1.2
"""Seconds: Slack wants an answer within three, and so does its trigger."""
OVER = "This answer can't be shared any more. Please ask again."
OUTSIDERS = (
    "People of other companies read this channel, so a private answer can't be shared here. "
    "Mention me here to ask me where they read along."
)
NO_MEMBER = (
    "I'm no member of this conversation, so I can't post here. Add me to it (/invite @BizAssist) "
    "and share again, or copy the answer."
)
NOT_NOW = "I can't look at this channel right now. Please try again in a minute."
NOT_POSTED = "I couldn't share the answer in <#{channel}>. Please copy it there yourself."

_log = logging.getLogger(__name__)


class AnswerSharing:
    """Takes the click at once; what is confirmed comes from the inbox, and is the asker's alone."""

    def __init__(self, answers: ShareableAnswers, api: WebApi) -> None:
        self._answers = answers
        self._api = api

    async def take(self, payload: Payload) -> bool:
        """Whether it was a click on the button."""
        action = pressed(payload, SHARE)
        if action is None:
            return False
        turn = str(action.get("value", ""))
        modal = await self._modal(payload, turn)
        try:
            async with asyncio.timeout(LONGEST_CALL):
                await self._api.open_modal(str(payload.get("trigger_id", "")), modal)
        except (TimeoutError, PlatformError) as error:
            _log.warning("nobody is asked whether to share %s: %s", turn, error)
        return True

    async def share(self, confirmed: ShareConfirmation) -> None:
        """Post the answer unless it is there; who can't be shown that it was is told so.

        :raises PlatformUnavailable: when it is to be tried again.
        """
        turn, asker = confirmed.turn, confirmed.chat_user
        answer = await self._answers.read(turn, asker)
        if answer is None:
            return
        try:
            objection = await self._post(turn, asker.user, answer)
        except PlatformRefused as error:
            _log.warning("%s could not be shared: %s", turn, error)
            objection = NOT_POSTED.format(channel=answer.channel)
        if objection:
            direct = await self._api.direct_channel(asker.user)
            await self._api.post(direct, content(objection))
        await self._answers.note_shared(turn, asker)

    async def _post(self, turn: str, user: str, answer: ShareableAnswer) -> str:
        """What speaks against it, after all; empty when it is posted."""
        marker = f"{turn}/share"
        if await self._api.find(answer.channel, marker, thread=None, since=""):
            return ""  # by a worker that died before it could note that
        if (await self._api.readers(answer.channel)).outsiders:
            return OUTSIDERS  # they have come since the click
        await self._api.post(answer.channel, shared_answer(user, answer), marker=marker)
        return ""

    async def _modal(self, payload: Payload, turn: str) -> Payload:
        try:
            async with asyncio.timeout(LONGEST_LOOK):
                answer = await self._answers.read(turn, person(payload))
                if answer is None:
                    return refused_modal(OVER)
                readers = await self._api.readers(answer.channel)
        except DeliveryRefused as error:
            _log.info("%s can't be shared where it was asked: %s", turn, error)
            return refused_modal(NO_MEMBER)
        except (TimeoutError, PlatformError) as error:
            _log.warning("who reads along is not told for %s: %s", turn, error)
            return refused_modal(NOT_NOW)
        if readers.outsiders:
            return refused_modal(OUTSIDERS)
        return share_modal(turn, answer) if readers.us else refused_modal(NO_MEMBER)
