"""What the asker thinks of an answer: Slack's own feedback buttons, and a modal for the reason."""

import asyncio
import logging
from collections.abc import Awaitable, Callable, Mapping
from contextlib import suppress

from bots.errors import PlatformError
from bots.slack.beside_queue.payload_fields import Payload, person, pressed
from bots.slack.outgoing.answer.answer_buttons import ACTION, BAD, COMMENT, GOOD, comment_modal
from bots.slack.outgoing.web_api import WebApi
from identity.people import ChatUser

LONGEST_CALL = 2.0
"""Seconds: a modal can be opened for three after the click."""
LONGEST_COMMENT = 1_000
FEEDBACK = {GOOD: "up", BAD: "down"}

Judge = Callable[[str, ChatUser, str, str], Awaitable[bool]]

_log = logging.getLogger(__name__)


class AnswerFeedback:
    """Takes clicks and comments; those of anybody but the asker change nothing.

    :param judge: keeps a judgement, and a comment if there is one, with the turn; False for a turn
        that isn't this person's.
    """

    def __init__(self, judge: Judge, api: WebApi) -> None:
        self._judge = judge
        self._api = api

    async def take(self, payload: Payload) -> bool:
        """Whether it was about feedback."""
        if action := pressed(payload, ACTION):
            verdict, _, turn = str(action.get("value", "")).partition(" ")
            if verdict in FEEDBACK:
                await self._clicked(payload, verdict, turn)
            return True
        view = payload.get("view")
        if not isinstance(view, Mapping) or view.get("callback_id") != COMMENT:
            return False
        if payload.get("type") == "view_submission":
            await self._commented(payload, view)
        return True

    async def _clicked(self, payload: Payload, verdict: str, turn: str) -> None:
        if not await self._judge(turn, person(payload), FEEDBACK[verdict], ""):
            _log.info("feedback on %s is of nobody who asked it", turn)
            return
        if verdict == BAD:
            await self._ask_why(str(payload.get("trigger_id", "")), turn)

    async def _ask_why(self, trigger: str, turn: str) -> None:
        """A modal that doesn't open costs only the comment."""
        try:
            async with asyncio.timeout(LONGEST_CALL):
                await self._api.made(
                    "views.open",
                    lambda: self._api.once.views_open(trigger_id=trigger, view=comment_modal(turn)),
                    patience=0.0,
                )
        except (TimeoutError, PlatformError) as error:
            _log.warning("nobody is asked what was wrong with %s: %s", turn, error)

    async def _commented(self, payload: Payload, view: Payload) -> None:
        comment = ""
        with suppress(LookupError, TypeError):
            comment = str(view["state"]["values"][COMMENT][COMMENT]["value"] or "")
        turn = str(view.get("private_metadata", ""))
        if comment.strip():
            await self._judge(turn, person(payload), "down", comment.strip()[:LONGEST_COMMENT])
