"""Who may open which address of these pages at all."""

from datetime import UTC, datetime

import pytest

from identity.web.html import timestamp
from tests.identity.application import IdentityApplication
from tests.identity.browser import Browser
from tests.identity.fresh_accounts import FreshAccount, Records

PAGES = ("/me", "/me/unlink?chat_user=slack%23T1%23U1", "/me/memories/forget-all")
FORMS = (
    "/me/unlink",
    "/me/sessions/end",
    "/me/sessions/end-others",
    "/me/memories/forget",
    "/me/memories/forget-all",
)


@pytest.mark.parametrize("page", PAGES)
async def test_a_stranger_signs_in_first_and_comes_back(
    application: IdentityApplication, alice: Browser, page: str
) -> None:
    answer = await alice.get(page, follow=False)
    assert answer.status == 302
    assert answer.headers["Location"].startswith("/auth/login?next=/me")
    back = await application.web_sign_in(alice, "alice", page)
    assert back.url.endswith(page)


@pytest.mark.parametrize("form", FORMS)
async def test_a_stranger_changes_nothing(
    application: IdentityApplication, alice: Browser, form: str
) -> None:
    assert (await alice.post(form)).status == 401


@pytest.mark.parametrize("form", FORMS)
@pytest.mark.parametrize("token", [None, "", "another"])
async def test_a_form_from_elsewhere_changes_nothing(
    person: FreshAccount, form: str, token: str | None
) -> None:
    fields = {} if token is None else {"csrf_token": token}
    assert (await person.browser.post(form, fields)).status == 403


@pytest.mark.parametrize("form", FORMS)
async def test_opening_an_address_does_nothing(
    person: FreshAccount, records: Records, form: str
) -> None:
    """At most it asks; what acts is the form on the page that it opens."""
    record = records.write("likes tea", f"/people/{person.subject}/facts/")
    opened = await person.browser.get(form)
    assert opened.status == (
        200 if form.endswith("forget-all") else 404 if form == "/me/unlink" else 405
    )
    assert records.exists(record)


async def test_the_pages_run_no_script_and_style_nothing_inline(person: FreshAccount) -> None:
    for page in ("/me", "/me/memories/forget-all"):
        shown = await person.browser.get(page)
        assert shown.status == 200
        assert shown.scripts == 0
        assert "style=" not in shown.text


async def test_a_person_finds_the_page_from_every_other(person: FreshAccount) -> None:
    assert "/me" in (await person.me()).links
    assert "/me" in (await person.browser.get("/me/memories/forget-all")).links


def test_a_moment_is_readable_by_people_and_machines() -> None:
    shown = timestamp(datetime(2026, 11, 4, 7, 5, 59, tzinfo=UTC))
    assert shown == '<time datetime="2026-11-04T07:05+00:00">4 Nov 2026, 07:05 UTC</time>'
