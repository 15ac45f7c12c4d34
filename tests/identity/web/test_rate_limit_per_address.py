"""How many requests one address may make."""

import pytest
from aiohttp.test_utils import make_mocked_request

from identity.errors import TooManyRequests
from identity.web import rate_limit_per_address
from identity.web.rate_limit_per_address import RateLimit


async def test_one_address_is_slowed_down_and_another_is_not() -> None:
    limit = RateLimit(burst=3, per_second=0.001, trusted_proxies=1)

    def ask(forwarded: str) -> None:
        limit.check(make_mocked_request("GET", "/", headers={"X-Forwarded-For": forwarded}))

    for invented in ("1.1.1.1", "2.2.2.2", "3.3.3.3"):
        ask(f"{invented}, 192.0.2.7")
    with pytest.raises(TooManyRequests):
        ask("4.4.4.4, 192.0.2.7")
    ask("192.0.2.8")


def test_a_flood_of_addresses_is_forgotten(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(rate_limit_per_address, "MAX_ADDRESSES", 100)
    limit = RateLimit(trusted_proxies=1)
    for number in range(150):
        headers = {"X-Forwarded-For": f"2001:db8:0:{number:x}::1"}
        limit.check(make_mocked_request("GET", "/", headers=headers))
    assert len(limit._buckets) == 100


def test_the_addresses_of_one_ipv6_network_are_one() -> None:
    limit = RateLimit(burst=2, per_second=0.001, trusted_proxies=1)

    def ask(forwarded: str) -> None:
        limit.check(make_mocked_request("GET", "/", headers={"X-Forwarded-For": forwarded}))

    ask("2001:db8::1")
    ask("2001:db8::ffff:2")
    with pytest.raises(TooManyRequests):
        ask("2001:db8::3")
    ask("2001:db8:0:1::3")


def test_a_request_that_is_given_back_counts_for_nothing() -> None:
    limit = RateLimit(burst=1, per_second=0.001)
    request = make_mocked_request("GET", "/")
    for _ in range(5):
        limit.check(request)
        limit.give_back(request)
    limit.check(request)
    with pytest.raises(TooManyRequests):
        limit.check(request)
