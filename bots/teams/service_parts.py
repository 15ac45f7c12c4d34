"""What Teams needs of the rest of the chat service."""

from dataclasses import dataclass
from typing import Self

from bots.conversation_notes import ConversationNotes, ShownMessages
from bots.text_commands.execution import TextCommands
from bots.turn.attached_files import AttachedFiles
from bots.turn.ledger import Ledger
from bots.turn.run import Runs
from bots.turn.service import TurnService


@dataclass(frozen=True, slots=True)
class ServiceParts:
    """What people's clicks and words act on.

    :param words: acts on words that no model is asked about.
    :param notes: what is noted of one person's part in a conversation.
    :param messages: which answer a message shows.
    :param attached: reads and keeps the files that come with questions.
    """

    words: TextCommands
    notes: ConversationNotes
    runs: Runs
    ledger: Ledger
    messages: ShownMessages
    attached: AttachedFiles

    @classmethod
    def of(cls, words: TextCommands, turns: TurnService) -> Self:
        """The parts of a running service."""
        return cls(words, turns.notes, turns.runs, turns.ledger, turns.messages, turns.attached)
