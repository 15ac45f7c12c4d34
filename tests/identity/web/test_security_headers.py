"""What every response tells the browser."""

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
