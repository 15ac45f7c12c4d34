"""People: found, revoked, signed out and exported by an administrator."""

import csv
import io
import time
from datetime import UTC, datetime
from urllib.parse import quote

import pytest

from identity.admin.export import csv_file
from identity.directory.linked_people import PAGE, page, searched
from identity.links import Link
from identity.people import ChatUser, Names
from tests.identity.admin.conftest import linked
from tests.identity.application import Deployment, IdentityApplication
from tests.identity.browser import Browser
from tests.identity.linking.test_undo import undo_url
from tests.some import some


def somebody(number: int) -> Link:
    return Link(
        chat_user=ChatUser("slack", "T1", f"U{number:05d}"),
        subject=f"subject-{number}",
        encrypted_token=b"x",
        account=f"person{number:05d}@example.com",
        linked_at=datetime.fromtimestamp(1_700_000_000 + number, UTC),
        names=Names("Acme", f"Person {number}"),
    )


EVERYBODY = [somebody(number) for number in range(10_000)]


@pytest.mark.parametrize(
    ("words", "found"),
    [
        ("", 10_000),
        ("person 77", sum("77" in f"{number:05d}" for number in range(10_000))),
        ("PERSON00042", 1),
        ("acme u00007", 1),
        ("nobody", 0),
    ],
)
def test_every_word_must_occur(words: str, found: int) -> None:
    assert len(searched(EVERYBODY, words)) == found


def test_people_are_sorted_and_paged() -> None:
    newest = searched(EVERYBODY, "", "linked")

    assert page(newest, 1).links[0].account == "person09999@example.com"
    assert page(newest, 200).links[-1].account == "person00000@example.com"
    assert page(newest, 999).number == page(newest, 1).pages == 200
    assert len(page(newest, 3).links) == PAGE


async def test_who_was_just_linked_is_found_at_once(
    application: IdentityApplication,
    deployment: Deployment,
    admin: Browser,
    chat_user: ChatUser,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    where = f"/admin/people?q={chat_user.user}"
    assert "Just Linked" not in (await admin.get(where)).text
    monkeypatch.setattr("identity.directory.linked_people.FRESH", 1_000.0)
    monkeypatch.setattr("identity.directory.linked_people.STALE", 1_000.0)

    await linked(application, deployment, chat_user, Names("Acme", "Just Linked"))

    assert "Just Linked" in (await admin.get(where)).text


async def test_a_link_is_found_and_revoked_here_and_at_the_pool(
    application: IdentityApplication, deployment: Deployment, admin: Browser, chat_user: ChatUser
) -> None:
    await linked(application, deployment, chat_user, Names("Acme", "Alice A."))
    link = await application.identity.links.active(chat_user)
    assert link is not None
    token = await application.identity.token_encryption.decrypt(link.encrypted_token, chat_user)

    found = await admin.get(f"/admin/people?q={chat_user.user}")
    assert "Alice A." in found.text
    asked = await admin.submit_get(found, "/admin/people/revoke")
    assert chat_user.user in asked.text
    after = await admin.submit(asked, "/admin/people/revoke")

    assert "is revoked" in after.text
    assert await application.identity.links.active(chat_user) is None
    assert not await application.refreshes(token)
    entries = [
        one for one in await application.identity.audit.page() if one.detail == chat_user.key
    ]
    assert [(one.action, one.by) for one in entries] == [("revoked", "admin@example.com")]
    assert chat_user.key in (await admin.get("/admin/audit")).text


async def test_a_link_that_is_gone_says_so(admin: Browser) -> None:
    for key in ("slack#T1#UNOBODY", "nonsense", "", "slack#T1#U1#more"):
        page = await admin.get(f"/admin/people/revoke?chat_user={quote(key, safe='')}")
        assert page.status == 404


async def test_a_person_is_signed_out_everywhere(
    application: IdentityApplication,
    deployment: Deployment,
    admin: Browser,
    employee: Browser,
    chat_user: ChatUser,
) -> None:
    await linked(application, deployment, chat_user, Names("Acme", "Alice A."))
    found = await admin.get(f"/admin/people?q={chat_user.user}")
    asked = await admin.submit_get(found, "/admin/people/revoke")
    assert (await employee.get("/me")).url.endswith("/me")

    said = await admin.submit(asked, "/admin/people/sign-out")

    assert "signed out of" in said.text
    assert (await employee.get("/me", follow=False)).status == 302


async def test_an_export_has_what_was_found_and_runs_nothing(
    application: IdentityApplication, deployment: Deployment, admin: Browser, chat_user: ChatUser
) -> None:
    await linked(application, deployment, chat_user, Names('=HYPERLINK("x")', "@SUM(A1)"))
    found = await admin.get(f"/admin/people?q={chat_user.user}")

    download = await admin.submit(found, "/admin/people/export")

    assert download.headers["Content-Type"].startswith("text/csv")
    assert "attachment" in download.headers["Content-Disposition"]
    columns, row = csv.reader(io.StringIO(download.text))
    values = dict(zip(columns, row, strict=True))
    assert values["chat user id"] == chat_user.user
    assert values["workspace"] == '\'=HYPERLINK("x")'
    assert values["chat user"] == "'@SUM(A1)"
    assert "1 links" in (await admin.get("/admin/audit")).text


BEGINNINGS = [
    *"=+-@",
    "\uff1d",
    "\uff0b",
    "\uff0d",
    "\uff20",
    "\ufe66",
    "\ufe62",
    "\ufe63",
    "\ufe6b",
]
"""Full-width and small forms too: spreadsheets in Japanese take them for the signs themselves."""

BEFORE = ["", " ", "\u3000", "\u00a0", "\ufeff", "\u200b", "\u202e", "\t", "\r", "\n", " \t "]
"""What a spreadsheet drops before it looks."""


@pytest.mark.parametrize("separator", [",", ";", "\t"])
@pytest.mark.parametrize("within", ["{}", "Ann;{}", 'Ann";"{}', "Ann\t{}", "Ann,{}", "Ann\n{}"])
def test_no_cell_of_an_export_is_a_formula(separator: str, within: str) -> None:
    """Read by the list separator of any country, as Excel does where it is ``;``."""
    cells = [within.format(before + begin + "1+1") for before in BEFORE for begin in BEGINNINGS]
    file = csv_file("people", ("one", "two"), [(cell, cell) for cell in cells])

    rows = csv.reader(io.StringIO(str(file.text), newline=""), delimiter=separator)
    for cell in some(cell for row in rows for cell in row):
        seen = "".join(sign for sign in cell if sign.isprintable()).strip().strip('"')
        assert not seen.startswith(tuple(BEGINNINGS)), repr(cell)


def test_an_export_changes_nothing_else() -> None:
    cells = ("Ann-Marie O'Neil", "a@example.com", "2026-11-27T10:00:00+00:00", "1 + 1 = 2", "مريم")
    file = csv_file("people", ("one",) * 5, [cells])

    assert list(csv.reader(io.StringIO(str(file.text), newline="")))[1] == list(cells)


async def test_nobody_found_says_how_to_go_on(admin: Browser) -> None:
    page = await admin.get("/admin/people?q=nobody-of-that-name")

    assert "Nobody fits" in page.text
    assert (await admin.get("/admin/people?page=nonsense&sort=nonsense")).status == 200


async def test_linking_and_replacing_is_written_down(
    application: IdentityApplication, deployment: Deployment, admin: Browser, chat_user: ChatUser
) -> None:
    began = time.time()
    await linked(application, deployment, chat_user, Names("Acme", "Alice A."))
    entries = await application.identity.audit.page()

    mine = [entry for entry in entries if entry.by == chat_user.key]
    assert [(entry.action, entry.about) for entry in mine] == [("linked", "alice@example.com")]
    assert began <= mine[0].at.timestamp() <= time.time()


async def test_unlinking_is_written_down(
    application: IdentityApplication, deployment: Deployment, employee: Browser, chat_user: ChatUser
) -> None:
    await linked(application, deployment, chat_user, Names("Acme", "Alice A."))
    asked = await employee.get(f"/me/unlink?chat_user={quote(chat_user.key, safe='')}")
    await employee.submit(asked, "/me/unlink")

    mine = [one for one in await application.identity.audit.page() if one.detail == chat_user.key]

    assert [(one.action, one.by) for one in mine] == [("revoked", "alice@example.com")]


async def test_undoing_is_written_down(
    application: IdentityApplication, deployment: Deployment, alice: Browser, chat_user: ChatUser
) -> None:
    await linked(application, deployment, chat_user, Names("Acme", "Alice A."))
    link = await application.identity.links.active(chat_user)
    assert link is not None
    page = await alice.get(await undo_url(application, link))
    (form,) = [form for form in page.forms if "/undo/" in form.action]
    await alice.submit(page, form.action)

    mine = [one for one in await application.identity.audit.page() if one.by == chat_user.key]

    assert [one.action for one in mine] == ["undone", "linked"]
