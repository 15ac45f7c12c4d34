"""What a request names, looked for among what its signed-in person has: nobody else's is found."""

from collections.abc import Sequence

from aiohttp import web

from bots.web.transcripts import Asked, Transcripts
from identity.sessions.signed_in import SignedIn, signed_in

NOT_FOUND = "There is no such question."


async def own_person(request: web.Request) -> SignedIn:
    """Who is signed in.

    :raises web.HTTPUnauthorized: when nobody is.
    """
    person = await signed_in(request)
    if person is None:
        raise web.HTTPUnauthorized(text="Please sign in first.")
    return person


async def own_turns(
    request: web.Request, person: SignedIn, transcripts: Transcripts
) -> tuple[Asked, Sequence[Asked]]:
    """The turn of the request's address, and those after it.

    :raises web.HTTPNotFound: when the person has asked no such question.
    """
    turns = await transcripts.turns(person.subject, request.match_info["conversation"])
    for place, asked in enumerate(turns, 1):
        if asked.turn == request.match_info["turn"]:
            return asked, turns[place:]
    raise web.HTTPNotFound(text=NOT_FOUND)
