"""The audit log: added to, read newest first, never changed."""

import inspect
import json
import time
from datetime import timedelta

import pytest
from botocore.exceptions import ClientError

from identity import audit_log
from identity.audit_log import AuditLog
from tests.identity.application import IdentityApplication
from tests.identity.browser import Browser


async def test_entries_come_newest_first_in_pages(application: IdentityApplication) -> None:
    log = application.identity.audit
    for number in range(7):
        await log.write("revoked", by="test", about=f"number {number}")

    first = await log.page(limit=3)
    second = await log.page(before=first[-1].position, limit=20)

    # What others wrote of days to come may stand between them.
    found = [one.about for one in (*first, *second) if one.about.startswith("number ")]
    assert found[:6] == [f"number {n}" for n in (6, 5, 4, 3, 2, 1)]


async def test_yesterday_is_read_after_today(
    application: IdentityApplication, monkeypatch: pytest.MonkeyPatch
) -> None:
    log, now = application.identity.audit, time.time_ns()
    day = int(timedelta(days=1).total_seconds() * 1e9)
    for ago in (-3, -2, -1):  # days that no other test writes in
        monkeypatch.setattr("identity.audit_log.time.time_ns", lambda ago=ago: now - ago * day)
        await log.write("revoked", by="test", about=f"{-ago} days on")

    found = [one.about for one in await log.page(limit=3)]

    assert found == ["3 days on", "2 days on", "1 days on"]


async def test_there_is_no_way_to_change_or_remove_an_entry() -> None:
    calls = inspect.getsource(audit_log)

    assert not {"update_item", "delete_item", "batch_write_item"} & set(calls.split("."))
    assert {name for name in vars(AuditLog) if not name.startswith("_")} == {
        "write",
        "page",
        "search",
        "entries",
    }


async def test_entries_are_searched_by_their_words_and_by_what_happened(
    application: IdentityApplication, admin: Browser, monkeypatch: pytest.MonkeyPatch
) -> None:
    log = application.identity.audit
    await log.write("revoked", by="Search Admin", about="zoe@example.com", detail="slack T9")
    await log.write("linked", by="zoe@example.com", about="teams T8")

    assert [one.action for one in await log.search("ZOE admin")] == ["revoked"]
    assert [one.action for one in await log.search("zoe@", "linked")] == ["linked"]
    assert await log.search("zoe nobody") == []

    page = await admin.get("/admin/audit?q=zoe%40&action=linked")
    assert "teams T8" in page.text
    assert "slack T9" not in page.text
    page = await admin.get("/admin/audit?q=zoe+nobody")
    assert "entries fits" in page.text

    monkeypatch.setattr(audit_log, "SEARCHED", 1)
    assert await log.search("slack T9") == []  # older than what is looked at


async def test_the_log_is_exported_whole_and_that_is_written_down(admin: Browser) -> None:
    page = await admin.get("/admin/audit")

    download = await admin.submit(page, "/admin/audit/export")

    lines = download.text.splitlines()
    assert lines[0] == "at,action,by,about,detail"
    assert any(",exported," in line for line in lines)


async def test_a_position_that_is_none_shows_the_newest(admin: Browser) -> None:
    newest = (await admin.get("/admin/audit")).text.partition("<tbody>")[2]
    for none in ("nonsense", "%00", "1" * 20 + "x", "9" * 40, "9" * 20 + "-0000000g"):
        page = await admin.get(f"/admin/audit?before={none}")
        assert page.status == 200, none
        assert newest[:200] in page.text


async def test_the_log_is_exported_as_json_too(admin: Browser) -> None:
    page = await admin.get("/admin/audit")

    download = await admin.submit(page, "/admin/audit/export", format="json")

    entries = json.loads(download.text)
    assert 'filename="audit.json"' in download.headers["Content-Disposition"]
    assert {"at", "action", "by", "about", "detail"} == set(entries[0])
    assert "exported" in {entry["action"] for entry in entries}


async def test_signing_in_and_out_is_written_down(
    application: IdentityApplication, alice: Browser
) -> None:
    await application.web_sign_in(alice, "alice")
    await alice.submit(await alice.get("/auth/logout"), "/auth/logout", follow=False)

    mine = [one for one in await application.identity.audit.page() if one.by == "alice@example.com"]

    assert [one.action for one in mine[:2]] == ["signed out", "signed in"]


async def test_nobody_stays_signed_in_by_a_log_that_does_not_answer(
    application: IdentityApplication, alice: Browser, monkeypatch: pytest.MonkeyPatch
) -> None:
    await application.web_sign_in(alice, "alice")
    page = await alice.get("/auth/logout")

    async def down(*_: object, **__: object) -> None:
        raise ClientError({"Error": {"Code": "InternalServerError"}}, "PutItem")

    monkeypatch.setattr(application.identity.audit, "write", down, raising=False)
    answer = await alice.submit(page, "/auth/logout", follow=False)

    assert answer.status == 303
    assert (await alice.get("/chat")).text == "hello stranger"
