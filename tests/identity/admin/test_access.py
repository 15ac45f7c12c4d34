"""Who may open which address of the administrators' pages at all."""

import asyncio
from typing import Any
from unittest.mock import Mock
from urllib.parse import quote

import pytest
from botocore.exceptions import ConnectTimeoutError

from identity.directory.enabled_check import FAILURE_PAUSE, RECHECK
from identity.people import ChatUser, Names
from tests.identity.admin.conftest import linked
from tests.identity.application import Deployment, IdentityApplication
from tests.identity.browser import Browser
from tests.identity.clock import Clock

PAGES = ("/admin", "/admin/people", "/admin/people/revoke?chat_user=x", "/admin/audit")
FORMS = (
    "/admin/people/export",
    "/admin/people/revoke",
    "/admin/people/sign-out",
    "/admin/audit/export",
)


def listings(application: IdentityApplication) -> list[Any]:
    """Every question to the user pool about its groups, from now on."""
    calls: list[Any] = []
    events = application.identity.administrators._group._cognito.meta.events
    events.register(
        "before-parameter-build.cognito-identity-provider.ListUsersInGroup",
        lambda params, **_: calls.append(params),
    )
    return calls


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


async def test_whoever_ceases_to_be_an_administrator_is_out_within_a_minute(
    application: IdentityApplication, deployment: Deployment, admin: Browser, clock: Clock
) -> None:
    """Also at a page that is open: what its forms do is asked about as well."""
    cognito, pool = deployment.aws.client("cognito-idp"), deployment.settings.user_pool_id
    who = {"UserPoolId": pool, "Username": "admin", "GroupName": "bizassist-admins"}
    clock.forward(RECHECK)
    opened = await admin.get("/admin/people")
    assert opened.status == 200
    cognito.admin_remove_user_from_group(**who)
    try:
        clock.forward(RECHECK)
        for page in PAGES:
            assert (await admin.get(page)).status == 403
        assert (await admin.submit(opened, "/admin/people/export")).status == 403
        # They are still an employee like others.
        assert (await admin.get("/chat")).text == "hello admin"
    finally:
        cognito.admin_add_user_to_group(**who)
    clock.forward(RECHECK)
    assert (await admin.get("/admin/people")).status == 200


async def test_administrators_are_asked_for_rarely_and_only_by_their_pages(
    application: IdentityApplication, admin: Browser, employee: Browser, clock: Clock
) -> None:
    calls = listings(application)
    clock.forward(RECHECK)
    for _ in range(3):
        await employee.get("/me")
        await admin.get("/chat")
    assert calls == []
    await asyncio.gather(*(admin.get("/admin/people") for _ in range(5)))
    await admin.get("/admin/audit")
    assert len(calls) == 1


async def test_while_the_pool_does_not_say_who_administers_nobody_does(
    application: IdentityApplication,
    admin: Browser,
    clock: Clock,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    cognito = application.identity.administrators._group._cognito
    paginator = Mock(side_effect=ConnectTimeoutError(endpoint_url="https://cognito"))
    clock.forward(RECHECK)
    with monkeypatch.context() as down:
        down.setattr(cognito, "get_paginator", paginator)
        for _ in range(2):
            refused = await admin.get("/admin/people")
            assert refused.status == 503
            assert refused.headers["Retry-After"] == "60"
        assert paginator.call_count == 1
    clock.forward(FAILURE_PAUSE)
    assert (await admin.get("/admin/people")).status == 200


async def test_a_token_alone_makes_no_administrator_and_a_group_without_it_neither(
    application: IdentityApplication, deployment: Deployment, employee: Browser, clock: Clock
) -> None:
    """Whoever joins the group is in with the next token, which a new sign-in brings."""
    cognito, pool = deployment.aws.client("cognito-idp"), deployment.settings.user_pool_id
    who = {"UserPoolId": pool, "Username": "alice", "GroupName": "bizassist-admins"}
    assert (await employee.get("/admin/people")).status == 403
    cognito.admin_add_user_to_group(**who)
    try:
        clock.forward(RECHECK)
        assert (await employee.get("/admin/people")).status == 403
        await application.web_sign_in(employee, "alice")
        assert (await employee.get("/admin/people")).status == 200
    finally:
        cognito.admin_remove_user_from_group(**who)


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
