"""The web chat, put together: its pages, and the platform that answers into them."""

from dataclasses import dataclass

from bots.connected_platform import ConnectedPlatform
from bots.platform import Accept
from bots.turn.service import TurnService
from bots.web.agui.endpoint import AguiEndpoint, Callers
from bots.web.approval_display import Approvals
from bots.web.conversations import Conversations
from bots.web.incoming.answer_actions import AnswerActions
from bots.web.incoming.conversation_settings import ConversationSettings, ForgetSession
from bots.web.incoming.feedback import Feedback
from bots.web.incoming.question_intake import QuestionIntake
from bots.web.incoming.uploads import Uploads
from bots.web.live_answer_reader import LiveAnswers
from bots.web.pages import WebChat
from bots.web.platform import WebPlatform
from bots.web.server_sent_events import AnswerStreams
from bots.web.transcripts import Transcripts
from identity.executor import Executor
from identity.web.html import Html


@dataclass(frozen=True, slots=True)
class WebSettings:
    """What the web chat needs to know of a deployment.

    :param user_pool_id: the tenant of every web chat user.
    :param public_url: our own base URL, as browsers know it, without a slash at its end.
    """

    transcripts_table: str
    user_pool_id: str
    public_url: str


def web_chat(
    settings: WebSettings,
    turns: TurnService,
    accept: Accept,
    html: Html,
    render: Executor,
    *,
    forget_session: ForgetSession,
    callers: Callers,
) -> ConnectedPlatform:
    """The web chat as a platform.

    :param accept: puts a question into the inbox.
    :param html: knows the templates of this package.
    :param render: a thread for what takes as long as an answer is.
    :param callers: who may call with a token instead of a browser's session.
    :param forget_session: ends what the memory keeps of a conversation that is deleted.
    """
    dynamodb, execute = turns.clients.dynamodb, turns.execute
    table, tenant = settings.transcripts_table, settings.user_pool_id
    transcripts = Transcripts(dynamodb, execute, table)
    approvals = Approvals(dynamodb, execute, table)
    uploads = Uploads(dynamodb, execute, table, turns.files)
    live = LiveAnswers(transcripts)
    streams = AnswerStreams(live, render)
    conversations = Conversations(dynamodb, execute, table, transcripts)
    questions = QuestionIntake(transcripts, accept, tenant)
    pages = WebChat(
        *(transcripts, uploads, questions, html),
        streams=streams,
        conversations=conversations,
    )
    conversation_settings = ConversationSettings(
        *(conversations, transcripts, uploads, turns.runs, forget_session, html, tenant)
    )
    feedback = Feedback(transcripts, turns.ledger, tenant)
    actions = AnswerActions(transcripts, approvals, turns.actions, turns.runs, accept, tenant)
    chat_url = f"{settings.public_url}/chat"
    agui = AguiEndpoint(callers, questions, actions, transcripts, streams, chat_url)
    return ConnectedPlatform(
        "web",
        WebPlatform(transcripts, live, approvals, uploads, settings.public_url),
        [
            *pages.routes(),
            *conversation_settings.routes(),
            *feedback.routes(),
            *actions.routes(),
            *agui.routes(),
        ],
    )
