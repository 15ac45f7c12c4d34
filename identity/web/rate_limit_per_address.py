"""Limits how many requests one address may make: a token bucket for each, in this process."""

from collections import OrderedDict
from collections.abc import Iterable
from dataclasses import dataclass
from ipaddress import IPv6Address, IPv6Network
from time import monotonic
from typing import cast

from aiohttp import web
from aiohttp.typedefs import Handler

from identity.errors import TooManyRequests

MAX_ADDRESSES = 10_000
"""Addresses; beyond it the one longest unseen is forgotten, so that a flood costs no memory."""


@dataclass(slots=True)
class _Bucket:
    left: float
    filled: float


class RateLimit:
    """A bucket of ``burst`` requests for each address, refilled at ``per_second``.

    An office of thousands shares one address and starts on the same morning (five requests a
    link), so this stops floods, not people; a link request can't be guessed at any rate.

    :param trusted_proxies: how many proxies of ours add to ``X-Forwarded-For``.
    """

    def __init__(
        self, *, burst: int = 600, per_second: float = 10.0, trusted_proxies: int = 0
    ) -> None:
        self._burst = burst
        self._per_second = per_second
        self._trusted_proxies = trusted_proxies
        self._buckets: OrderedDict[str, _Bucket] = OrderedDict()

    def limited(self, routes: Iterable[web.RouteDef]) -> list[web.RouteDef]:
        """The same routes, each of their requests counted first."""
        return [
            # Handlers here are functions; a class of aiohttp's would be one for each request.
            web.RouteDef(
                one.method, one.path, self._counted(cast("Handler", one.handler)), one.kwargs
            )
            for one in routes
        ]

    def check(self, request: web.Request) -> None:
        """Count a request.

        :raises TooManyRequests: when its address has used its bucket up.
        """
        address, now = self.address(request), monotonic()
        bucket = self._buckets.pop(address, None) or _Bucket(self._burst, now)
        gained = (now - bucket.filled) * self._per_second
        bucket.left, bucket.filled = min(self._burst, bucket.left + gained), now
        self._buckets[address] = bucket
        if len(self._buckets) > MAX_ADDRESSES:
            self._buckets.popitem(last=False)
        if bucket.left < 1:
            raise TooManyRequests(address)
        bucket.left -= 1

    def give_back(self, request: web.Request) -> None:
        """Don't count a request after all."""
        if bucket := self._buckets.get(self.address(request)):
            bucket.left = min(self._burst, bucket.left + 1)

    def _counted(self, handler: Handler) -> Handler:
        async def counted(request: web.Request) -> web.StreamResponse:
            self.check(request)
            return await handler(request)

        return counted

    def address(self, request: web.Request) -> str:
        """Whom we count a request for: its sender's address, of IPv6 the network of one site."""
        address = self._sender(request)
        return _network(address) if ":" in address else address

    def _sender(self, request: web.Request) -> str:
        # Each proxy appends whom it heard; what stands left of ours, the sender may have invented.
        hops = [
            hop.strip()
            for line in request.headers.getall("X-Forwarded-For", [])
            for hop in line.split(",")
        ]
        if self._trusted_proxies and len(hops) >= self._trusted_proxies:
            return hops[-self._trusted_proxies]
        return request.remote or ""


def _network(address: str) -> str:
    # Whoever has one address of IPv6 has the 2**64 beside it.
    try:
        if mapped := IPv6Address(address.partition("%")[0]).ipv4_mapped:
            return str(mapped)
        return str(IPv6Network((address.partition("%")[0], 64), strict=False))
    except ValueError:
        return address
