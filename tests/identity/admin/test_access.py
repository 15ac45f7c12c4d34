"""Who may open which address of the administrators' pages at all."""

from urllib.parse import quote

import pytest

from identity.people import ChatUser, Names
from tests.identity.admin.conftest import linked
from tests.identity.application import Deployment, IdentityApplication
from tests.identity.browser import Browser

PAGES = ("/admin", "/admin/people", "/admin/people/revoke?chat_user=x", "/admin/audit")
FORMS = (
    "/admin/people/export",
    "/admin/people/revoke",
    "/admin/people/sign-out",
    "/admin/audit/export",
)


@pytest.mark.parametrize("page", PAGES)
async def test_a_stranger_signs_in_first(alice: Browser, page: str) -> None:
    answer = await alice.get(page, follow=False)

    assert answer.status == 302
    assert answer.headers["Location"].startswith("/auth/login?next=/admin")


@pytest.mark.parametrize("page", PAGES)
async def test_an_employee_sees_none_of_it(employee: Browser, page: str) -> None:
    answer = await employee.get(page)

    assert answer.status == 403
    assert "for administrators" in answer.text


@pytest.mark.parametrize("form", FORMS)
async def test_a_stranger_changes_nothing(alice: Browser, form: str) -> None:
    assert (await alice.post(form)).status == 401


@pytest.mark.parametrize("form", FORMS)
async def test_an_employee_changes_nothing(employee: Browser, form: str) -> None:
    assert (await employee.post(form)).status == 403


@pytest.mark.parametrize("form", FORMS)
async def test_a_form_from_elsewhere_changes_nothing(admin: Browser, form: str) -> None:
    assert (await admin.post(form, {"csrf_token": "another"})).status == 403


async def test_an_administrator_gets_in(admin: Browser) -> None:
    assert (await admin.get("/admin")).status == 200
    assert (await admin.get("/admin/audit")).status == 200


async def test_being_refused_is_written_down(
    application: IdentityApplication, admin: Browser, employee: Browser
) -> None:
    await employee.get("/admin/people")

    log = await application.identity.audit.page()
    assert ("refused", "alice@example.com") in [(one.action, one.by) for one in log]
    assert "refused" in (await admin.get("/admin/audit")).text


async def test_whoever_ceases_to_be_an_administrator_is_out_with_the_next_token(
    application: IdentityApplication, deployment: Deployment, admin: Browser
) -> None:
    cognito, pool = deployment.aws.client("cognito-idp"), deployment.settings.user_pool_id
    who = {"UserPoolId": pool, "Username": "admin", "GroupName": "bizassist-admins"}
    assert (await admin.get("/admin/people")).status == 200
    cognito.admin_remove_user_from_group(**who)
    try:
        await application.web_sign_in(admin, "admin")  # a new link, and so a new access token
        assert (await admin.get("/admin/people")).status == 403
    finally:
        cognito.admin_add_user_to_group(**who)


async def test_the_way_there_is_shown_to_administrators_only(
    admin: Browser, employee: Browser
) -> None:
    assert 'href="/admin"' in (await admin.get("/me")).text
    assert 'href="/admin"' not in (await employee.get("/me")).text


async def test_no_name_acts_on_the_page(
    application: IdentityApplication, deployment: Deployment, admin: Browser, chat_user: ChatUser
) -> None:
    names = Names("<script>alert(1)</script>", "\u202egro.elpmaxe@nimda")
    await linked(application, deployment, chat_user, names)

    page = await admin.get(f"/admin/people?q={chat_user.user}")

    assert "<script>alert" not in page.text
    assert "\u202e" not in page.text


@pytest.mark.parametrize("address", ["/admin/people?q={}", "/admin/people?sort={}&page={}&q=x"])
async def test_nothing_that_is_asked_for_acts_on_the_page(admin: Browser, address: str) -> None:
    hostile = quote('"><script>alert(1)</script>\u202e', safe="")

    page = await admin.get(address.replace("{}", hostile))

    assert page.status == 200
    assert "<script>alert" not in page.text
    assert '"><script' not in page.text
