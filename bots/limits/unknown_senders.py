"""How many requests one address may make before we know who sends them."""

from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager

from aiohttp import web
from aiohttp.typedefs import Handler, Middleware

from bots.edge import refusals_answered
from bots.errors import Overloaded, TooManyRequests
from identity.errors import TooManyRequests as BucketEmpty
from identity.sessions.known_sender import STRANGER, Stranger
from identity.web.rate_limit_per_address import RateLimit

BURST, PER_SECOND = 1_000, 20.0
"""Requests of one address whose sender stays unknown; a load balancer's own questions are some."""
AT_ONCE = 20
"""Requests of one address that are under way and unknown: each may hold a body for ten seconds."""
LARGE, WEIGHT_OF_LARGE = 64 * 1024, 5
"""A body of more bytes than this, or of unknown length, counts as so many requests."""
ALL_AT_ONCE = 200
"""The same, of all addresses."""
STATIC = "/static/"
"""Costs next to nothing, and every page asks for a dozen of it."""


def strangers_limited(trusted_proxies: int) -> Middleware:
    """A middleware that counts requests until their sender is known; known ones cost nothing.

    :param trusted_proxies: how many proxies of ours add to ``X-Forwarded-For``.
    """
    rate = RateLimit(burst=BURST, per_second=PER_SECOND, trusted_proxies=trusted_proxies)
    strangers = _Strangers()

    @web.middleware
    async def middleware(request: web.Request, handler: Handler) -> web.StreamResponse:
        if request.path.startswith(STATIC):
            return await handler(request)

        async def counted(request: web.Request) -> web.StreamResponse:
            with strangers.counting(rate, request):
                return await handler(request)

        return await refusals_answered(counted)(request)

    return middleware


class _Strangers:
    """The requests under way whose sender is unknown, by address."""

    def __init__(self) -> None:
        self._under_way: Counter[str] = Counter()

    @contextmanager
    def counting(self, rate: RateLimit, request: web.Request) -> Iterator[None]:
        """Count one request as a stranger's, until it is over or its sender recognised.

        :raises TooManyRequests: when its address has made too many, or has too many under way.
        :raises Overloaded: when all addresses together have.
        """
        address, weight = rate.address(request), _weight(request)
        if self._under_way[address] + weight > AT_ONCE:
            raise TooManyRequests
        if self._under_way.total() + weight > ALL_AT_ONCE:
            raise Overloaded
        try:
            rate.check(request)
        except BucketEmpty:
            raise TooManyRequests from None
        self._under_way[address] += weight
        counted = True

        def over() -> bool:
            nonlocal counted
            was, counted = counted, False
            if was:
                self._under_way[address] -= weight
                self._under_way += Counter()  # forgets who has none left
            return was

        def recognised() -> None:
            if over():
                rate.give_back(request)

        request[STRANGER] = Stranger(recognised)
        try:
            yield
        finally:
            over()


def _weight(request: web.Request) -> int:
    if not request.can_read_body:
        return 1
    length = request.content_length
    return 1 if length is not None and length <= LARGE else WEIGHT_OF_LARGE
