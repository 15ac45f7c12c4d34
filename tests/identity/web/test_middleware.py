"""What every response tells the browser."""

import pytest
from aiohttp.test_utils import make_mocked_request

from identity.errors import TooManyRequests
from identity.web import rate_limit
from identity.web.html import Html
from identity.web.rate_limit import RateLimit
from identity.web.untrusted_text import single_line
from tests.identity.application import Deployment, IdentityApplication
from tests.identity.browser import Browser


async def test_every_response_carries_its_headers(
    application: IdentityApplication, deployment: Deployment, alice: Browser
) -> None:
    for path in ("/auth/signed-out", "/link/unknown", "/static/identity/pages.css", "/nowhere"):
        headers = (await alice.get(path)).headers
        assert headers["X-Content-Type-Options"] == "nosniff"
        assert headers["Referrer-Policy"] == "no-referrer"
        assert headers["X-Frame-Options"] == "DENY"
        policy = headers["Content-Security-Policy"]
        assert "default-src 'none'" in policy
        assert "frame-ancestors 'none'" in policy
        assert "unsafe" not in policy
        # Over plain HTTP it would lock people out of whatever else runs on their machine.
        assert "Strict-Transport-Security" not in headers


async def test_pages_may_send_forms_to_us_and_to_the_pool_only(
    application: IdentityApplication, deployment: Deployment, alice: Browser
) -> None:
    headers = (await alice.get("/auth/signed-out")).headers
    pool = deployment.parameters["discovery_url"].split("/us-east-1", 1)[0]
    assert headers["Content-Security-Policy"].endswith(f"form-action 'self' {pool}")
    assert headers["Cache-Control"] == "no-store"


async def test_pages_run_no_script_and_style_nothing_inline(
    application: IdentityApplication, alice: Browser
) -> None:
    for path in ("/auth/signed-out", "/link/unknown"):
        page = await alice.get(path)
        assert page.scripts == 0
        assert "style=" not in page.text
        assert "<style" not in page.text


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
    monkeypatch.setattr(rate_limit, "MAX_ADDRESSES", 100)
    limit = RateLimit(trusted_proxies=1)
    for number in range(150):
        headers = {"X-Forwarded-For": f"2001:db8::{number:x}"}
        limit.check(make_mocked_request("GET", "/", headers=headers))
    assert len(limit._buckets) == 100


@pytest.mark.parametrize(
    ("given", "shown"),
    [
        ("Ålice Ünïcode", "Ålice Ünïcode"),
        ("مريم", "مريم"),
        ("👩\u200d💻 Dev", "👩\u200d💻 Dev"),
        ("moc.live\u202e@alice", "moc.live@alice"),
        ("two\nlines\x00and\x1b[31m", "two lines and [31m"),
        ("\ufeff\u2060a\u200bb", "a b"),
        ("", ""),
    ],
)
def test_a_name_is_made_harmless(given: str, shown: str) -> None:
    assert single_line(given) == shown


def test_a_template_that_misses_a_value_fails_loudly() -> None:
    with pytest.raises(Exception, match="sentence"):
        Html().render("message.html")
