"""Why this answer? The asker alone is shown what its run has used."""

import asyncio
import logging

from botocore.exceptions import BotoCoreError, ClientError

from bots.errors import PlatformError
from bots.slack.beside_queue.payload_fields import Payload, person, pressed
from bots.slack.outgoing.answer.answer_buttons import EXPLAIN
from bots.slack.outgoing.modals.explanation_modal import (
    explanation_modal,
    sentence_modal,
)
from bots.slack.outgoing.web_api import WebApi
from bots.turn.explanations.kept_explanations import KeptExplanations

LONGEST_CALL = 2.0
"""Seconds: Slack wants an answer within three."""
NOT_ASKED = "Only the person who asked can see this. Ask me yourself, and I'll tell you."
NOT_KEPT = "I don't know any more how I came to this answer. Please ask again."
NOT_NOW = "I can't look this up right now. Please try again in a minute."

_log = logging.getLogger(__name__)


class AnswerExplanation:
    """Takes the choice in the menu below an answer."""

    def __init__(self, explanations: KeptExplanations, api: WebApi) -> None:
        self._explanations = explanations
        self._api = api

    async def take(self, payload: Payload) -> bool:
        """Whether it was that choice."""
        action = pressed(payload, EXPLAIN)
        if action is None:
            return False
        turn = str((action.get("selected_option") or {}).get("value", ""))
        try:
            async with asyncio.timeout(LONGEST_CALL):
                modal = await self._modal(payload, turn)
                await self._api.open_modal(str(payload.get("trigger_id", "")), modal)
        except (TimeoutError, PlatformError) as error:
            _log.warning("nobody is told why %s: %s", turn, str(error) or "too late")
        return True

    async def _modal(self, payload: Payload, turn: str) -> Payload:
        try:
            explanation = await self._explanations.read(turn, person(payload))
        except PermissionError:
            return sentence_modal(NOT_ASKED)
        except (BotoCoreError, ClientError) as error:
            _log.warning("why %s can't be read: %s", turn, type(error).__name__)
            return sentence_modal(NOT_NOW)
        return explanation_modal(explanation) if explanation else sentence_modal(NOT_KEPT)
