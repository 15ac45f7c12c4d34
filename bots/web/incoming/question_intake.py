"""Takes a question once: into the inbox first, then into the transcript of its person."""

from dataclasses import dataclass

from botocore.exceptions import BotoCoreError, ClientError

from bots.errors import ConversationDeleted, InboxUnavailable
from bots.platform import Accept
from bots.web.incoming.accepted import accepted_question
from bots.web.transcripts import Transcripts


@dataclass(frozen=True, slots=True)
class QuestionIntake:
    """Takes questions of the web chat.

    :param accept: puts a question into the inbox.
    :param tenant: the user pool's id, the tenant of every web chat user.
    """

    transcripts: Transcripts
    accept: Accept
    tenant: str

    async def take(
        self, subject: str, conversation: str, turn: str, text: str, sent_again: str = ""
    ) -> str:
        """Take a question as ``turn``; the turn that it is, an earlier one where it came before.

        The inbox comes first, and whoever answers writes the question down as well: a process that
        dies in between leaves no question that nobody will answer.

        :param sent_again: the same for a question that is sent again; empty where none can be told.
        :raises InboxUnavailable: when it can't be taken now.
        :raises ConversationDeleted: when its person has deleted the conversation.
        """
        own = (subject, conversation, sent_again)
        try:
            asked = await self.transcripts.claim_form(*own, turn)
        except (BotoCoreError, ClientError) as error:
            raise InboxUnavailable(f"claim: {type(error).__name__}") from error
        try:
            await self.accept(accepted_question(self.tenant, subject, conversation, asked, text))
        except InboxUnavailable:
            await self.transcripts.release_form(*own, turn)
            raise
        if not await self.transcripts.ask(subject, conversation, asked, text):
            raise ConversationDeleted(conversation)
        return asked
