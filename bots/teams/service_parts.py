"""What Teams needs of the rest of the chat service."""

import asyncio
from dataclasses import dataclass
from typing import Self

from bots.conversation_notes import ConversationNotes, ShownMessages
from bots.teams.incoming.activity import IncomingActivity, question_text
from bots.text_commands.execution import TextCommands
from bots.turn.attached_files import AttachedFiles
from bots.turn.explanations.kept_explanations import KeptExplanations
from bots.turn.ledger import Ledger
from bots.turn.run import Runs
from bots.turn.service import TurnService


@dataclass(frozen=True, slots=True)
class ServiceParts:
    """What people's clicks and words act on.

    :param words: acts on words that no model is asked about.
    :param notes: what is noted of one person's part in a conversation.
    :param messages: which answer a message shows.
    :param explanations: keeps why answers are as they are.
    :param attached: reads and keeps the files that come with questions.
    """

    words: TextCommands
    notes: ConversationNotes
    runs: Runs
    ledger: Ledger
    messages: ShownMessages
    attached: AttachedFiles
    explanations: KeptExplanations

    @classmethod
    def of(cls, words: TextCommands, turns: TurnService) -> Self:
        """The parts of a running service."""
        return cls(
            words,
            turns.notes,
            turns.runs,
            turns.ledger,
            turns.messages,
            turns.attached,
            KeptExplanations.of(turns),
        )

    async def note_edit(self, incoming: IncomingActivity) -> None:
        """Note how a question reads now, while it has no answer yet; nothing of any other message.

        A question that is still in the inbox can't be told from what is none of ours.
        """
        turn = f"teams:{incoming.event_id}"
        if not await self.ledger.is_over(turn):
            text = await asyncio.to_thread(question_text, incoming)
            await self.messages.note_edit(turn, text)
