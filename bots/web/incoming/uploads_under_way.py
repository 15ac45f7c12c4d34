"""Questions with files while they arrive: large, so few are read at once, and none for ever."""

import asyncio
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager, nullcontext

from aiohttp import web

from bots.web.incoming.question_form import QuestionForm, read_form

FORM_SECONDS = 180.0
"""In which the whole form must be here: twenty megabytes at a megabit a second."""
SMALL, SMALL_SECONDS = 256 * 1024, 10.0
"""Bytes and seconds of a question without files, or with small ones; these are not counted."""
TOO_SLOW = "Your files took too long to arrive. Please send fewer at once, or smaller ones."
MOST_AT_ONCE, MOST_OF_PERSON = 8, 3
"""Forms with files that are being read, each of which may hold twenty megabytes."""
BUSY = "Other files are still on their way. Please wait for them and send this again."


class UploadsUnderWay:
    """Counts what is being read, by person."""

    def __init__(self) -> None:
        self._under_way: Counter[str] = Counter()

    async def read(self, request: web.Request, subject: str) -> QuestionForm:
        """The form of a request.

        :raises FormRejected: when no page of this session has made it.
        :raises HTTPBadRequest: with a sentence, when it can't be read, or its files can't be taken.
        :raises HTTPTooManyRequests: with a sentence, when too many others are being read.
        :raises HTTPRequestTimeout: with a sentence, when it doesn't come.
        """
        if request.content_type != "multipart/form-data":
            return await read_form(request)
        small = request.content_length is not None and request.content_length <= SMALL
        try:
            with nullcontext() if small else self._one_more(subject):
                async with asyncio.timeout(SMALL_SECONDS if small else FORM_SECONDS):
                    return await read_form(request)
        except TimeoutError:
            raise web.HTTPRequestTimeout(text=TOO_SLOW) from None

    @contextmanager
    def _one_more(self, subject: str) -> Iterator[None]:
        of_person, of_all = self._under_way[subject], self._under_way.total()
        if of_person >= MOST_OF_PERSON or of_all >= MOST_AT_ONCE:
            raise web.HTTPTooManyRequests(text=BUSY)
        self._under_way[subject] += 1
        try:
            yield
        finally:
            self._under_way[subject] -= 1
            self._under_way += Counter()  # forgets who has none left
