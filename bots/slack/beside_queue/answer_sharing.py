"""Share to channel: a click shows what would be seen, and only its confirmation posts it."""

import asyncio
import logging
from collections.abc import Mapping
from typing import Any

from bots.errors import PlatformError
from bots.slack.beside_queue.payload_fields import Payload, person, pressed
from bots.slack.outgoing.message import content
from bots.slack.outgoing.modals.share_modal import (
    ACTION,
    CALLBACK,
    refused_modal,
    share_modal,
    shared_answer,
)
from bots.slack.outgoing.web_api import WebApi
from bots.slack.shareable_answers import ShareableAnswers
from identity.people import ChatUser

LONGEST_CALL = 2.0
"""Seconds: Slack wants an answer within three."""
OVER = "This answer can't be shared any more. Please ask again."
OUTSIDERS = (
    "People of other companies read this channel, so a private answer can't be shared here. "
    "Mention me here to ask me where they read along."
)
NOT_POSTED = "I couldn't share the answer in <#{channel}>. Please copy it there yourself."

_log = logging.getLogger(__name__)


class AnswerSharing:
    """Takes the click and the confirmation, of the asker alone."""

    def __init__(self, answers: ShareableAnswers, api: WebApi) -> None:
        self._answers = answers
        self._api = api

    async def take(self, payload: Payload) -> bool:
        """Whether it was about sharing."""
        if action := pressed(payload, ACTION):
            await self._ask(payload, str(action.get("value", "")))
            return True
        view = payload.get("view")
        if not isinstance(view, Mapping) or view.get("callback_id") != CALLBACK:
            return False
        if payload.get("type") == "view_submission":
            await self._share(person(payload), str(view.get("private_metadata", "")))
        return True

    async def _ask(self, payload: Payload, turn: str) -> None:
        answer = await self._answers.read(turn, person(payload))
        try:
            async with asyncio.timeout(LONGEST_CALL):
                if answer is None:
                    modal = refused_modal(OVER)
                elif await self._api.has_outsiders(answer.channel):
                    modal = refused_modal(OUTSIDERS)
                else:
                    modal = share_modal(turn, answer)
                await self._open(str(payload.get("trigger_id", "")), modal)
        except (TimeoutError, PlatformError) as error:
            _log.warning("nobody is asked whether to share %s: %s", turn, error)

    async def _open(self, trigger: str, modal: dict[str, Any]) -> None:
        await self._api.made(
            "views.open",
            lambda: self._api.once.views_open(trigger_id=trigger, view=modal),
            patience=0.0,
        )

    async def _share(self, asker: ChatUser, turn: str) -> None:
        """Post it once; who can't be shown that it was is told so."""
        answer = await self._answers.take(turn, asker)
        if answer is None:
            return
        try:
            message = shared_answer(asker.user, answer)
            await self._api.post(answer.channel, message, marker=f"{turn}/share")
        except PlatformError as error:
            _log.warning("%s could not be shared: %s", turn, error)
            direct = await self._api.direct_channel(asker.user)
            await self._api.post(direct, content(NOT_POSTED.format(channel=answer.channel)))
