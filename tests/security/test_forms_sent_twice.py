"""Every form of every page, sent twice at once and once more: one result, one page."""

import asyncio
import re
import secrets
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from contextlib import AsyncExitStack
from dataclasses import dataclass
from pathlib import Path

import boto3
import httpx
import pytest

from agent.authorization.rights import POLICY
from identity.executor import Executor
from identity.linking.link_receipt import Receipts
from identity.linking.link_requests import LinkRequests
from identity.links import Link, Links
from identity.people import ChatUser, Names
from tests.conftest import Stack
from tests.identity.application import Deployment
from tests.identity.fresh_accounts import Records
from tests.person import Person, answered, signed_in
from tests.some import some

ROUTES = Path(__file__).parents[1] / "data" / "routes.txt"
PLATFORMS = ("/slack/", "/api/messages", "/agui")
"""What Slack, Teams and AG-UI's clients send again is one event: tests/bots tells."""

APPROVAL = "Which devices does alice@example.com have?"
FORM_NUMBER = re.compile(r'name="form" value="[^"]*"')


@dataclass(frozen=True)
class Filled:
    """A form, filled in by somebody, and what the page says in the end."""

    person: Person
    url: str
    fields: Mapping[str, str]
    said: str


@dataclass
class World:
    """The running product, and people who are about to click."""

    stack: Stack
    aws: boto3.Session
    execute: Executor
    opened: AsyncExitStack

    async def person(self, username: str, path: str) -> Person:
        person = await self.opened.enter_async_context(signed_in(self.stack, username))
        await person.open(f"{self.stack.chat}{path}")
        return person

    async def to_link(self, chat_user: ChatUser) -> Person:
        """Somebody before the page of a link request."""
        table = self.stack.parameters["link_requests_table"]
        requests = LinkRequests(self.aws.client("dynamodb"), table, self.execute)
        secret = await requests.create(chat_user, Names("Acme", "Alice A."))
        return await self.person("alice", f"/link/{secret}")

    async def to_confirmation(self, chat_user: ChatUser) -> Person:
        person = await self.to_link(chat_user)
        await person.submit("/link/")
        await person.submit("/login", username="alice", password=self.stack.password("alice"))
        return person

    async def linked(self) -> tuple[Person, Link]:
        chat_user = ChatUser("slack", "T0ACME", f"U{secrets.token_hex(5).upper()}")
        person = await self.to_confirmation(chat_user)
        await person.submit("/link/confirm", answer="link")
        table = self.stack.parameters["links_table"]
        link = await Links(self.aws.client("dynamodb"), table, self.execute).active(chat_user)
        assert link
        return person, link


@pytest.fixture
async def world(stack: Stack, aws: boto3.Session) -> AsyncIterator[World]:
    execute = Executor(4)
    async with AsyncExitStack() as opened:
        yield World(stack, aws, execute, opened)
    execute.close()


def filled(person: Person, action: str, said: str, **fields: str) -> Filled:
    url, given = person.form(action)
    return Filled(person, url, {**given, **fields}, said)


def fresh_user() -> ChatUser:
    return ChatUser("slack", "T0ACME", f"U{secrets.token_hex(5).upper()}")


async def audit_export(world: World) -> Filled:
    admin = await world.person("admin", "/admin/audit")
    return filled(admin, "/admin/audit/export", "", format="csv")


async def people_export(world: World) -> Filled:
    return filled(await world.person("admin", "/admin/people"), "/admin/people/export", "")


async def invite_new(world: World) -> Filled:
    admin, name = await world.person("admin", "/admin/invite"), f"twice-{secrets.token_hex(4)}"
    email = f"{name}@example.com"
    return filled(admin, "/admin/invite/new", "may come in", username=name, email=email)


async def invite_pick(world: World) -> Filled:
    made = await invite_new(world)
    await made.person.post(made.url, made.fields)
    name = made.fields["username"]
    await made.person.open(f"{world.stack.chat}/admin/invite?q={name}")
    return filled(made.person, "/admin/invite/pick", "may come in", password="new")


async def revoke(world: World) -> Filled:
    _, link = await world.linked()
    path = f"/admin/people/revoke?chat_user={link.chat_user.key.replace('#', '%23')}"
    return filled(await world.person("admin", path), "/admin/people/revoke", "is revoked.")


async def sign_out_person(world: World) -> Filled:
    _, link = await world.linked()
    path = f"/admin/people/revoke?chat_user={link.chat_user.key.replace('#', '%23')}"
    admin = await world.person("admin", path)
    return filled(admin, "/admin/people/sign-out", "is signed out of every browser.")


async def compared_rights(world: World) -> Filled:
    admin = await world.person("admin", "/admin/rights")
    return filled(admin, "/admin/rights", "Nothing would change", policy=POLICY)


async def workspace(world: World) -> Filled:
    key = f"web%23{world.stack.parameters['user_pool_id']}"
    admin = await world.person("admin", f"/admin/workspaces/settings?workspace={key}")
    return filled(admin, "/admin/workspaces/settings", "are saved.", quota="")


async def log_out(world: World) -> Filled:
    return filled(await world.person("alice", "/me"), "/auth/logout", "You are signed out")


async def question(world: World) -> Filled:
    alice = await world.person("alice", "/chat")
    _, fields = alice.form("/chat/")
    action = re.search(r'class="ask" method="post" action="([^"]*)"', alice.page.text)
    assert action
    url = f"{world.stack.chat}{action[1]}"
    return Filled(alice, url, {**fields, "text": "What can you do for me?"}, "What can you do")


async def decision(world: World) -> Filled:
    admin = await world.person("admin", "/chat")
    await answered(admin, APPROVAL)
    return filled(admin, "/decision", "You didn't approve this.", decision="refuse")


async def feedback(world: World) -> Filled:
    alice = await world.person("alice", "/chat")
    await answered(alice, "Is serial LAPTOP-2024-001 still under warranty?")
    return filled(alice, "/feedback", "LAPTOP-2024-001", feedback="up")


async def colours(world: World) -> Filled:
    alice = await world.person("alice", "/me")
    return filled(alice, "/colours", 'data-colours="dark"', colours="dark")


async def stop(world: World) -> Filled:
    asked = await question(world)
    answer = await asked.person.post(asked.url, asked.fields)
    token = {"csrf_token": asked.fields["csrf_token"]}
    url = f"{world.stack.chat}{answer.headers['location']}/stop"
    return Filled(asked.person, url, token, "What can you do")


async def renamed(world: World) -> Filled:
    alice = await world.person("alice", "/chat")
    await answered(alice, "What can you do for me?")
    await alice.open(f"{alice.page.url}/settings")
    return filled(alice, "/title", "A name of mine", title="A name of mine")


async def deleted(world: World) -> Filled:
    alice = await world.person("alice", "/chat")
    await answered(alice, "What can you do for me?")
    await alice.open(f"{alice.page.url}/settings")
    return filled(alice, "/delete", "What would you like to know?")


async def link_claim(world: World) -> Filled:
    return filled(await world.to_link(fresh_user()), "/link/", "Username")


async def link_confirm(world: World) -> Filled:
    person = await world.to_confirmation(fresh_user())
    return filled(person, "/link/confirm", "You can close this page", answer="link")


async def remembered(world: World, path: str) -> Person:
    """Somebody of whom something is remembered, before a page that forgets it."""
    person, link = await world.linked()
    records = Records(Deployment(world.stack.parameters, {}, 0, world.aws))
    records.write("likes tea", f"/people/{link.subject}/facts/")
    records.say(link.subject, f"session-{secrets.token_hex(4)}", "I like tea")
    await person.open(f"{world.stack.chat}{path}")
    return person


async def forget_one(world: World) -> Filled:
    alice = await remembered(world, "/me")
    return filled(alice, "/me/memories/forget", "That is forgotten.")


async def forget_all(world: World) -> Filled:
    alice = await remembered(world, "/me/memories/forget-all")
    return filled(alice, "/me/memories/forget-all", "Everything is forgotten.")


async def before_own_data(world: World, path: str) -> Person:
    """Somebody whom no other test knows, just signed in, before a page of their data."""
    cognito, name = world.aws.client("cognito-idp"), f"owner-{secrets.token_hex(4)}"
    pool, password = world.stack.parameters["user_pool_id"], f"Try-{secrets.token_hex(4)}-9Z"
    cognito.admin_create_user(
        UserPoolId=pool,
        Username=name,
        MessageAction="SUPPRESS",
        UserAttributes=[{"Name": "email", "Value": f"{name}@example.com"}],
    )
    cognito.admin_set_user_password(
        UserPoolId=pool, Username=name, Password=password, Permanent=True
    )
    person = await world.opened.enter_async_context(Person())
    await person.open(f"{world.stack.chat}/auth/login?next={path}")
    await person.submit("/login", username=name, password=password)
    return person


async def export_own_data(world: World) -> Filled:
    return filled(await before_own_data(world, "/me/data"), "/me/data/export", "")


async def erase_own_data(world: World) -> Filled:
    person = await before_own_data(world, "/me/data/erase")
    return filled(person, "/auth/erase", "Your data is being erased")


async def end_session(world: World) -> Filled:
    await world.person("alice", "/me")
    alice = await world.person("alice", "/me")
    return filled(alice, "/me/sessions/end", "That browser is signed out.")


async def end_others(world: World) -> Filled:
    await world.person("alice", "/me")
    alice = await world.person("alice", "/me")
    return filled(alice, "/me/sessions/end-others", "Every other browser is signed out.")


async def unlink(world: World) -> Filled:
    alice, link = await world.linked()
    key = link.chat_user.key.replace("#", "%23")
    await alice.open(f"{world.stack.chat}/me/unlink?chat_user={key}")
    return filled(alice, "/me/unlink", "Slack is unlinked.")


async def undo(world: World) -> Filled:
    alice, link = await world.linked()
    table, dynamodb = world.stack.parameters["link_requests_table"], world.aws.client("dynamodb")
    sentence = await Receipts(dynamodb, table, world.execute, world.stack.chat).write(link)
    await alice.open(sentence.rpartition(" ")[2])
    return filled(alice, "/undo/", "Nothing is linked by this any more")


FORMS: dict[str, Callable[[World], Awaitable[Filled]]] = {
    "/admin/audit/export": audit_export,
    "/admin/invite/new": invite_new,
    "/admin/invite/pick": invite_pick,
    "/admin/people/export": people_export,
    "/admin/people/revoke": revoke,
    "/admin/people/sign-out": sign_out_person,
    "/admin/rights": compared_rights,
    "/admin/workspaces/settings": workspace,
    "/auth/erase": erase_own_data,
    "/auth/logout": log_out,
    "/chat/{conversation}": question,
    "/chat/{conversation}/delete": deleted,
    "/chat/{conversation}/title": renamed,
    "/chat/{conversation}/{turn}/decision": decision,
    "/chat/{conversation}/{turn}/feedback": feedback,
    "/chat/{conversation}/{turn}/stop": stop,
    "/colours": colours,
    "/link/confirm": link_confirm,
    "/link/{request}": link_claim,
    "/me/data/export": export_own_data,
    "/me/memories/forget": forget_one,
    "/me/memories/forget-all": forget_all,
    "/me/sessions/end": end_session,
    "/me/sessions/end-others": end_others,
    "/me/unlink": unlink,
    "/undo/{secret}": undo,
}


def test_no_form_is_left_out() -> None:
    posts = re.findall(r"^POST +(\S+)", ROUTES.read_text(), re.MULTILINE)
    assert [path for path in posts if not path.startswith(PLATFORMS)] == sorted(FORMS)


@pytest.mark.parametrize("path", FORMS)
async def test_a_form_sent_twice_is_sent_once(world: World, path: str) -> None:
    form = await FORMS[path](world)
    person = form.person
    twice = (person.post(form.url, form.fields) for _ in range(2))
    answers = [*await asyncio.gather(*twice), await person.post(form.url, form.fields)]

    for answer in some(answers):
        assert shown(answer) == shown(answers[0])
        assert answer.status_code in {200, 303}
    if answers[-1].is_redirect:
        await person.open(str(httpx.URL(form.url).join(answers[-1].headers["location"])))
        said = person.page.text
    else:
        said = answers[-1].text
    assert form.said in said


def shown(answer: httpx.Response) -> tuple[int, str, str]:
    """What a person sees: every export names the one before, and each sign-in has its own state."""
    if "attachment" in answer.headers.get("content-disposition", ""):
        return answer.status_code, answer.headers["content-disposition"], ""
    where = answer.headers.get("location", "").partition("?")[0]
    return answer.status_code, where, FORM_NUMBER.sub("", answer.text)


async def test_a_question_sent_twice_is_asked_once(world: World) -> None:
    form = await question(world)
    twice = (form.person.post(form.url, form.fields) for _ in range(3))
    turns = {answer.headers["location"] for answer in await asyncio.gather(*twice)}
    assert len(turns) == 1
    other = await form.person.post(form.url, {**form.fields, "text": "What else?"})
    assert other.headers["location"] not in turns

    await form.person.open(form.url)
    assert form.person.conversation().count("What can you do for me?") == 1
    assert form.person.conversation().count("What else?") == 1
