"""What a request names, looked for among what its signed-in person has: nobody else's is found."""

from collections.abc import Sequence

from aiohttp import web

from bots.web.transcripts import Transcripts, TranscriptTurn
from identity.sessions.signed_in_person import SignedIn, signed_in

NOT_FOUND = "There is no such question."


async def require_person(request: web.Request) -> SignedIn:
    """Who is signed in.

    :raises web.HTTPUnauthorized: when nobody is.
    """
    person = await signed_in(request)
    if person is None:
        raise web.HTTPUnauthorized(text="Please sign in first.")
    return person


async def find_turn(
    request: web.Request, person: SignedIn, transcripts: Transcripts
) -> tuple[TranscriptTurn, Sequence[TranscriptTurn]]:
    """The turn of the request's address, and those after it.

    :raises web.HTTPNotFound: when the person has asked no such question.
    """
    turns = await transcripts.turns(person.subject, request.match_info["conversation"])
    for place, turn in enumerate(turns, 1):
        if turn.id == request.match_info["turn"]:
            return turn, turns[place:]
    raise web.HTTPNotFound(text=NOT_FOUND)
