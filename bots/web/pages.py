"""The web chat's pages: ask, read the answer while it is written, come back to it later."""

import hashlib
import secrets
from collections.abc import Callable, Iterable
from pathlib import Path
from urllib.parse import quote

from aiohttp import web

from bots.answer.explanation.run_explanation import LONGEST_COMMENT
from bots.errors import ConversationDeleted, InboxUnavailable
from bots.file_bucket import TYPES
from bots.web.conversations import Conversations
from bots.web.incoming.ownership import find_turn, require_person
from bots.web.incoming.question_intake import QuestionIntake
from bots.web.incoming.uploads import Uploads
from bots.web.incoming.uploads_under_way import UploadsUnderWay
from bots.web.new_id import new_id
from bots.web.outgoing.answer_html import html_of_piece
from bots.web.outgoing.markdown_pieces import pieces
from bots.web.server_sent_events import AnswerStreams
from bots.web.suggested_questions import suggested_questions
from bots.web.transcripts import ID, Transcripts, TranscriptTurn
from identity.sessions.signed_in_person import SignedIn, signed_in
from identity.web.html import Html

HERE = Path(__file__).parent
TEMPLATES = HERE / "templates"
LONGEST_QUESTION = 16_000
LONGEST_QUERY = 200
LISTED = 30
"""So many conversations are listed at first."""

TOO_LONG = f"Please ask something of at most {LONGEST_QUESTION:,} characters."
NOT_TAKEN = "Your question couldn't be taken right now. Please send it again in a minute."


ACCEPTED = ",".join(TYPES)


class WebChat:
    """The handlers of ``/chat``.

    :param questions: takes what is asked.
    """

    def __init__(
        self,
        transcripts: Transcripts,
        uploads: Uploads,
        questions: QuestionIntake,
        html: Html,
        *,
        streams: AnswerStreams,
        conversations: Conversations,
    ) -> None:
        self._transcripts = transcripts
        self._conversations = conversations
        self._uploads = uploads
        self._questions = questions
        self._html = html
        self._streams = streams
        self._arriving = UploadsUnderWay()

    def routes(self) -> list[web.AbstractRouteDef]:
        """Every route of the web chat."""
        conversation = f"/chat/{{conversation:{ID}}}"
        return [
            web.get("/chat", self.new),
            web.get(conversation, self.read),
            web.post(conversation, self.ask),
            web.get(f"{conversation}/{{turn:{ID}}}", self.turn),
            web.get(f"{conversation}/{{turn:{ID}}}/events", self.events),
            web.get(f"{conversation}/{{turn:{ID}}}/files/{{upload}}", self._uploads.download),
            web.static("/static/chat", HERE / "static"),
        ]

    async def new(self, request: web.Request) -> web.Response:
        """An empty conversation, or what the assistant is for when nobody is signed in."""
        person = await signed_in(request)
        if person is None:
            return await self._html.page(request, "welcome.html")
        return await self._page(request, person, new_id(), [])

    async def read(self, request: web.Request) -> web.Response:
        """A conversation of the signed-in person; another person's is an empty one."""
        person = await signed_in(request)
        if person is None:
            raise web.HTTPFound(f"/auth/login?next={quote(request.path)}")
        conversation = request.match_info["conversation"]
        turns = await self._transcripts.turns(person.subject, conversation)
        return await self._page(request, person, conversation, turns)

    async def ask(self, request: web.Request) -> web.Response:
        """Take a question; the page then shows it waiting for its answer."""
        person = await require_person(request)
        question = await self._arriving.read(request, person.subject)
        text = question.text
        if not text or len(text) > LONGEST_QUESTION:
            raise web.HTTPBadRequest(text=TOO_LONG)
        conversation, turn = request.match_info["conversation"], new_id()
        kept = await self._uploads.keep(person.subject, conversation, turn, question.files)
        place = (person.subject, conversation, turn, text)
        try:
            asked = await self._questions.take(*place, question.sent_again)
        except (InboxUnavailable, ConversationDeleted) as refused:
            await self._uploads.withdraw(person.subject, conversation, kept)
            if isinstance(refused, ConversationDeleted):
                raise web.HTTPGone(text=refused.sentence) from None
            raise web.HTTPServiceUnavailable(text=NOT_TAKEN) from None
        if asked != turn:  # it was sent before, with the same files
            await self._uploads.withdraw(person.subject, conversation, kept)
        raise web.HTTPSeeOther(f"/chat/{conversation}/{asked}")

    async def turn(self, request: web.Request) -> web.Response:
        """One turn: the piece of page a script asks for, the whole conversation otherwise."""
        if request.headers.get("X-Requested-With") != "fetch":
            raise web.HTTPSeeOther(f"/chat/{request.match_info['conversation']}")
        person = await require_person(request)
        turn, later = await find_turn(request, person, self._transcripts)
        conversation = request.match_info["conversation"]
        return await self._html.page(
            request,
            "turn.html",
            turn=turn,
            dropped=bool(later),
            conversation=conversation,
            files=await self._uploads.of(person.subject, conversation),
            rendered=await self._rendered([turn]),
            longest_comment=LONGEST_COMMENT,
            number=secrets.token_urlsafe(16),
        )

    async def events(self, request: web.Request) -> web.StreamResponse:
        """The turn's agent events as they happen (server-sent events, AG-UI)."""
        person = await require_person(request)
        turn, _ = await find_turn(request, person, self._transcripts)
        return await self._streams.stream(request, person.subject, turn.live)

    async def _rendered(self, turns: Iterable[TranscriptTurn]) -> Callable[[str], str]:
        """What a template shows of the Markdown of ``turns``, one after the other off the loop."""
        known = {}
        said = (text for turn in turns for text in (turn.kept, turn.answer, *_passages(turn)))
        for markdown in filter(None, said):
            html = [await self._streams.render(html_of_piece, one) for one in pieces(markdown)]
            known[markdown] = "\n".join(html)
        return lambda markdown: known.get(markdown, "")

    async def _page(
        self, request: web.Request, person: SignedIn, conversation: str, turns: list[TranscriptTurn]
    ) -> web.Response:
        query = request.query.get("q", "").strip()[:LONGEST_QUERY]
        conversations = await self._conversations.of(person.subject)
        listed = conversations
        if query:
            listed = await self._conversations.matching(person.subject, conversations, query)
        elif "all" not in request.query:
            listed = conversations[:LISTED]
        titles = {one.id: one.title for one in conversations}
        edited = request.query.get("edit")
        return await self._html.page(
            request,
            "chat.html",
            conversation=conversation,
            title=titles.get(conversation, "") if turns else "",
            turns=turns,
            conversations=listed,
            more=0 if query else len(conversations) - len(listed),
            query=query,
            draft=next((turn.question for turn in turns if turn.id == edited), ""),
            owner=hashlib.sha256(person.subject.encode()).hexdigest()[:16],
            pending=any(turn.answer is None for turn in turns),
            suggestions=suggested_questions(person.groups, [one.title for one in conversations]),
            files=await self._uploads.of(person.subject, conversation),
            accepted=ACCEPTED,
            number=secrets.token_urlsafe(16),
            rendered=await self._rendered(turns),
            longest_comment=LONGEST_COMMENT,
        )


def _passages(turn: TranscriptTurn) -> Iterable[str]:
    return (source.passage for source in turn.sources)
