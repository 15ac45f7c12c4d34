"""What the administrators of a workspace allow: the channels to ask in, and how much in a day."""

import logging
from collections.abc import AsyncGenerator
from contextlib import aclosing
from dataclasses import replace

from ag_ui.core import BaseEvent
from botocore.exceptions import BotoCoreError, ClientError

from bots.platform import Audience, Turn
from bots.workspace_rules.daily_question_count import QUOTA_USED_UP, Quotas
from bots.workspace_rules.daily_token_usage import DailyUsage
from identity.workspaces.settings import Settings, Workspace, Workspaces

_log = logging.getLogger(__name__)

CHANNEL_NOT_ALLOWED = (
    "I don't answer questions in this channel. "
    "Please ask me in a direct message, or ask your administrator to allow this channel."
)


class WorkspaceRules:
    """The settings of each turn's workspace, applied."""

    def __init__(self, workspaces: Workspaces, quotas: Quotas, daily_usage: DailyUsage) -> None:
        self._workspaces = workspaces
        self._quotas = quotas
        self._daily_usage = daily_usage

    async def settings(self, turn: Turn) -> Settings:
        """What holds where ``turn`` was asked."""
        return await self._workspaces.settings(Workspace.of(turn.chat_user))

    async def quota_refusal(self, turn: Turn, subject: str, settings: Settings) -> str | None:
        """Count the turn for its person; the sentence to tell them when it is one too many.

        What goes on after a decision has been counted with its question.
        """
        if turn.resume:
            return None
        if refusal := await self._daily_usage.refusal(turn, subject, settings):
            return refusal
        quota = settings.quota
        if quota is None or await self._quotas.count(turn, subject, quota):
            return None
        return QUOTA_USED_UP.format(quota=quota)

    async def with_usage(
        self, turn: Turn, subject: str, settings: Settings, events: AsyncGenerator[BaseEvent]
    ) -> AsyncGenerator[BaseEvent]:
        """The turn's events; what its run has used counts for its person where a day has a limit.

        Elsewhere nobody would ever read it: the day of a new limit begins when it is settled.
        """
        async with aclosing(events):
            async for event in events:
                if not settings.limits_usage:
                    yield event
                    continue
                try:  # an answer isn't made again because its price was not noted
                    await self._daily_usage.record(turn, subject, event)
                except (BotoCoreError, ClientError) as error:
                    _log.warning("what %s used is not counted: %s", turn.id, type(error).__name__)
                yield event


def in_workspace(turn: Turn, settings: Settings) -> Turn:
    """The turn as its workspace has it: to whom its answer goes, and what that may use."""
    return replace(
        turn,
        private=settings.private,
        audience=Audience.ALONE if settings.private else turn.audience,
        personal_memory=settings.recall_in_channels,
    )


def channel_refusal(turn: Turn, settings: Settings) -> str | None:
    """The sentence for a question in a channel that isn't allowed."""
    if turn.channel is None or not settings.channels or turn.channel in settings.channels:
        return None
    return CHANNEL_NOT_ALLOWED
