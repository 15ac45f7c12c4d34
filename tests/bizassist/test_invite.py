"""``/admin/invite``: an administrator makes or picks somebody, and gets what to send them."""

import asyncio
import re
import secrets
from functools import partial
from typing import Any, cast

import boto3
import pytest
from botocore.exceptions import ConnectTimeoutError

from identity.admin.invite_page import InvitePages
from identity.audit_log import AuditLog
from identity.directory import user_provisioning
from identity.directory.user_provisioning import EMAIL, WORD, Invited, temporary_password
from tests.conftest import Stack
from tests.person import Person, signed_in
from tests.some import some

FORMS = ("/admin/invite/new", "/admin/invite/pick")


@pytest.fixture
def name() -> str:
    """Whom no other test knows."""
    return f"new-{secrets.token_hex(4)}"


async def invite(admin: Person, stack: Stack, name: str) -> str:
    """Make somebody; returns the temporary password."""
    await admin.open(f"{stack.chat}/admin/invite")
    await admin.submit("/admin/invite/new", email=f"{name}@example.com", username=name)
    shown = re.search(r"<code>([^<]+)</code>", admin.page.text)
    assert shown, admin.text()
    return shown[1]


async def test_who_is_invited_signs_in_and_chooses_a_password(stack: Stack, name: str) -> None:
    async with signed_in(stack, "admin") as admin:
        password = await invite(admin, stack, name)
        said, headers = admin.text(), admin.page.headers
        await admin.open(f"{stack.chat}/admin/audit")
        log = admin.text()

    assert headers["cache-control"] == "no-store"
    address = re.search(r"http\S+/auth/login\?next=/me", said)
    assert address
    assert re.search(rf"invited admin@example.com {name} new person", log)
    assert password not in log
    async with Person() as person:
        await person.open(address[0])
        await person.submit("/login", username=name, password=password)
        chosen = f"Own-{secrets.token_hex(8)}-9Z"
        await person.submit("/login", new_password=chosen, confirm_password=chosen)
        assert str(person.page.url) == f"{stack.chat}/me"
        assert f"{name}@example.com" in person.text()


async def test_who_makes_somebody_by_a_double_click_sees_the_password_that_works(
    stack: Stack, name: str
) -> None:
    """The second answer is the one that a browser shows."""
    async with signed_in(stack, "admin") as admin:
        await admin.open(f"{stack.chat}/admin/invite")
        fields = {"email": f"{name}@example.com", "username": name}
        url, given = admin.form("/admin/invite/new")
        send = partial(admin.send, "POST", url, data={**given, **fields})
        answers = [*await asyncio.gather(send(), send()), await send()]
        # Somebody else's form makes nobody a second time.
        await admin.open(f"{stack.chat}/admin/invite")
        await admin.submit("/admin/invite/new", email=f"x-{name}@example.com", username=name)
        assert admin.page.status_code == 422

    assert [one.status_code for one in answers] == [200] * 3
    shown = {one.text.partition("<code>")[2].partition("</code>")[0] for one in answers}
    (password,) = shown
    async with Person() as person:
        await person.open(f"{stack.chat}/auth/login")
        await person.submit("/login", username=name, password=password)
        assert "new_password" in person.page.text


async def test_an_invitation_is_written_down_before_it_is_made_and_after(
    stack: Stack, name: str
) -> None:
    async with signed_in(stack, "admin") as admin:
        await invite(admin, stack, name)
        await admin.open(f"{stack.chat}/admin/audit")
        newest_first = admin.text()

    done = newest_first.index(f"invited admin@example.com {name} new person")
    assert newest_first.index(f"inviting admin@example.com {name} new person") > done


async def test_nobody_is_made_whom_the_audit_log_does_not_take() -> None:
    made: list[str] = []

    async def make() -> Invited:
        made.append("somebody")
        return Invited(user_provisioning.Person("somebody", "somebody@example.com", "CONFIRMED"))

    class Down:
        async def write(self, *_: object, **__: object) -> None:
            raise ConnectTimeoutError(endpoint_url="https://dynamodb")

    nowhere: Any = None
    pages = InvitePages(
        html=nowhere,
        administrators=nowhere,
        invitations=nowhere,
        audit=cast("AuditLog", Down()),
        address="",
    )
    with pytest.raises(ConnectTimeoutError):
        await pages._noted(make(), by="admin", about="somebody", detail="")
    assert made == []


async def test_somebody_is_found_and_picked(stack: Stack, aws: boto3.Session, name: str) -> None:
    cognito, pool = aws.client("cognito-idp"), stack.parameters["user_pool_id"]
    cognito.admin_create_user(
        UserPoolId=pool,
        Username=name,
        UserAttributes=[{"Name": "email", "Value": f"{name}@example.com"}],
    )

    async with signed_in(stack, "admin") as admin:
        await admin.open(f"{stack.chat}/admin/invite?q={name[:10]}")
        assert f"{name}@example.com" in admin.text()
        await admin.submit("/admin/invite/pick")
        picked = admin.text()
        await admin.open(f"{stack.chat}/admin/invite?q={name}")
        await admin.submit("/admin/invite/pick", password="new")
        renewed = admin.text()

    assert "may come in" in picked
    assert "Password" not in picked
    assert "Password" in renewed
    groups = cognito.admin_list_groups_for_user(UserPoolId=pool, Username=name)["Groups"]
    assert [group["GroupName"] for group in groups] == ["bizassist-users"]


async def test_nobody_gets_another_password_for_somebody_who_has_their_own(stack: Stack) -> None:
    async with signed_in(stack, "admin") as admin:
        await admin.open(f"{stack.chat}/admin/invite?q=alice")
        await admin.submit("/admin/invite/pick", username="alice", password="new")

        assert admin.page.status_code == 422
        assert "a password of their own already" in admin.text()


async def test_whoever_is_disabled_is_not_invited(
    stack: Stack, aws: boto3.Session, name: str
) -> None:
    async with signed_in(stack, "admin") as admin:
        await invite(admin, stack, name)
        pool = stack.parameters["user_pool_id"]
        aws.client("cognito-idp").admin_disable_user(UserPoolId=pool, Username=name)
        await admin.open(f"{stack.chat}/admin/invite?q=alice")
        await admin.submit("/admin/invite/pick", username=name)

        assert admin.page.status_code == 422
        assert "disabled in the user pool" in admin.text()


@pytest.mark.parametrize(
    ("username", "email", "said"),
    [
        ("alice", "other@example.com", "somebody of that name already"),
        ("two words", "other@example.com", "A user name has"),
        ("", "nonsense", "no e-mail address"),
        ("somebody-else", 'x"@example.com', "no e-mail address"),
    ],
)
async def test_what_cannot_be_is_one_sentence(
    stack: Stack, username: str, email: str, said: str
) -> None:
    async with signed_in(stack, "admin") as admin:
        await admin.open(f"{stack.chat}/admin/invite")
        await admin.submit("/admin/invite/new", username=username, email=email)

        assert admin.page.status_code == 422
        assert said in admin.text()


async def test_a_search_that_would_be_another_filter_finds_nobody(stack: Stack) -> None:
    async with signed_in(stack, "admin") as admin:
        await admin.open(f"{stack.chat}/admin/invite", params={"q": 'a" or status = "'})

        assert "Nobody's address or name begins with" in admin.text()


async def test_nothing_that_was_typed_acts_on_the_page(
    stack: Stack, aws: boto3.Session, name: str
) -> None:
    """Nor does what stands in the user pool: whoever fills it from elsewhere is nobody of ours."""
    hostile = '"><script>alert(1)</script>'
    aws.client("cognito-idp").admin_create_user(
        UserPoolId=stack.parameters["user_pool_id"],
        Username=name,
        UserAttributes=[{"Name": "email", "Value": f"{name}\u202e<script>alert(1)</script>"}],
        MessageAction="SUPPRESS",
    )
    async with signed_in(stack, "admin") as admin:
        await admin.open(f"{stack.chat}/admin/invite", params={"q": hostile})
        pages = [admin.page.text]
        await admin.submit("/admin/invite/new", username=hostile, email=hostile)
        pages.append(admin.page.text)
        await admin.open(f"{stack.chat}/admin/invite", params={"q": name})
        pages.append(admin.page.text)
        await admin.submit("/admin/invite/pick")
        pages.append(admin.page.text)

    assert name in pages[2]
    assert f"{name}⟨U+202E⟩&lt;script&gt;" in pages[3]
    for page in some(pages):
        assert "<script>alert" not in page
        assert "\u202e" not in page


async def test_who_may_not_invite(stack: Stack) -> None:
    async with Person() as stranger:
        for form in FORMS:
            answer = await stranger.send("POST", f"{stack.chat}{form}")
            assert answer.status_code == 401
        await stranger.open(f"{stack.chat}/admin/invite")
        assert "/oauth2/authorize" in str(stranger.page.url)
    async with signed_in(stack, "alice") as alice:
        for form in FORMS:
            assert (await alice.send("POST", f"{stack.chat}{form}")).status_code == 403
        assert (await alice.open(f"{stack.chat}/admin/invite")).status_code == 403
    async with signed_in(stack, "admin") as admin:
        for form in FORMS:
            answer = await admin.send("POST", f"{stack.chat}{form}", data={"csrf_token": "x"})
            assert answer.status_code == 403
            assert "no longer valid" in answer.text


def test_temporary_passwords_fit_cognitos_strictest_policy() -> None:
    for number in range(50):
        password = temporary_password("secret", str(number))
        assert len(password) >= 16
        for kind in ("[a-z]", "[A-Z]", "[0-9]", "[^A-Za-z0-9]"):
            assert re.search(kind, password)


@pytest.mark.parametrize("text", ['a"b', "a b", "a\\b", "a\n", ""])
def test_nothing_leaves_a_filters_quotes(text: str) -> None:
    assert not WORD.fullmatch(text)
    assert not EMAIL.fullmatch(f"{text}@example.com")
