"""The app in several workspaces: installed by administrators, each answered by its own token."""

import asyncio
import base64
import time
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from http import HTTPStatus
from types import SimpleNamespace
from typing import Any, cast
from urllib.parse import parse_qs, urlsplit

import aiohttp
import aiohttp_session
import pytest
from aiohttp import web
from aiohttp.test_utils import TestServer
from botocore.exceptions import EndpointConnectionError
from slack_sdk.oauth.installation_store import Installation

from bizassist.local.slack.server import Settings, application
from bizassist.local.slack.team import EASTWIND, NORTHWIND, SOUTHWIND
from bots.errors import After, InstallationRefused, PlatformUnavailable
from bots.platform import Accepted, Answer, Turn
from bots.slack.installations.bot_tokens import BotTokens
from bots.slack.installations.install_pages import TEMPLATES
from bots.slack.installations.installation_store import InstallationStore, KeptInstallation
from bots.slack.installations.retention import EndedWorkspaces
from bots.slack.installed_platforms import InstalledPlatforms
from bots.slack.registration import SlackApp
from bots.slack.scopes import BOT_SCOPES
from bots.slack.service import InstallationParts, slack
from identity.errors import NotAnAdministrator
from identity.people import ChatUser
from identity.web.html import Html
from identity.workspaces.pauses import REMOVED_THERE, Pauses
from identity.workspaces.settings import Workspace
from tests.bots.receipt import MemoryReceipt
from tests.bots.slack.service_parts import Parts, at_once
from tests.bots.slack.slack_client import ALICE, GENERAL, SECRET, TOKEN
from tests.bots.slack.test_platform import answering, written
from tests.ports import free_port
from tests.simulation.aws_models import DynamoDBModel
from tests.simulation.table_model import TableModel
from tests.some import some

CLIENT, CLIENT_SECRET = "1.2", "client-secret-of-the-tests"


class KMS:
    """Binds what it encrypts to its context, as KMS does."""

    def encrypt(self, **given: Any) -> Any:
        salt = str(time.monotonic_ns()).encode()
        sealed = base64.b64encode(given["Plaintext"])
        return {"CiphertextBlob": b"|".join([context(given), salt, sealed])}

    def decrypt(self, **given: Any) -> Any:
        bound, _, sealed = given["CiphertextBlob"].split(b"|")
        assert bound == context(given)
        return {"Plaintext": base64.b64decode(sealed)}


def context(given: dict[str, Any]) -> bytes:
    return repr(sorted(given["EncryptionContext"].items())).encode()


@dataclass
class Admins:
    """Lets everybody through, or nobody; and what was audited."""

    refuses: bool = False
    audited: list[dict[str, str]] = field(default_factory=list)

    async def for_page(self, _: web.Request) -> Any:
        if self.refuses:
            raise NotAnAdministrator("not in the group")
        return SimpleNamespace(label="admin@example.com")

    async def write(self, action: str, **entry: str) -> None:
        self.audited.append({"action": action, **entry})


@dataclass
class Rows:
    """Links, as far as they are listed and erased."""

    chat_users: list[ChatUser]

    async def everybody(self) -> list[Any]:
        return [SimpleNamespace(chat_user=one) for one in self.chat_users]

    async def erase(self, chat_user: ChatUser) -> None:
        self.chat_users.remove(chat_user)


@dataclass
class Scene:
    """The service with its OAuth pages, and Slack."""

    http: aiohttp.ClientSession
    slack: str
    service: str
    table: TableModel
    store: InstallationStore
    pauses: Pauses
    admins: Admins
    inbox: list[Accepted] = field(default_factory=list)
    platform: Any = None
    parts: Parts = field(default_factory=Parts)

    async def begin(self) -> dict[str, str]:
        """Open the page, and say what its link to Slack asks."""
        async with self.http.get(f"{self.service}/slack/install") as page:
            text = await page.text()
        address = text.partition('href="')[2]
        link = next(part for part in text.split('"') if "/oauth/v2/authorize?" in part)
        assert address
        asked = parse_qs(urlsplit(link.replace("&amp;", "&")).query)
        return {name: value for name, (value,) in asked.items()}

    async def allow(self, asked: dict[str, str], **form: str) -> tuple[int, str]:
        """Choose a workspace on Slack's page, and see what comes after it."""
        url = f"{self.slack}/oauth/v2/authorize"
        async with self.http.post(url, params=asked, data=form) as answer:
            return answer.status, await answer.text()

    async def install(self, team: str) -> None:
        status, text = await self.allow(await self.begin(), team=team)
        assert (status, "is installed in" in text) == (200, True), text

    async def act(self, team: str, what: str, **given: object) -> int:
        """What somebody does in a workspace."""
        place = "" if team == NORTHWIND.domain else f"/{team}"
        async with self.http.post(f"{self.slack}{place}/double/{what}", json=given) as answer:
            assert answer.status == 200, await answer.text()
            return int((await answer.json()).get("status", 0))

    async def set(self, what: str, **given: object) -> None:
        async with self.http.post(f"{self.slack}/double/{what}", json=given) as answer:
            assert answer.status == 200, await answer.text()

    async def work(self, answer: Answer) -> None:
        while self.inbox:
            await self.platform.dispatch(self.inbox.pop(0), answer)

    async def sees(self, team: str, channel: str) -> list[str]:
        place = "" if team == NORTHWIND.domain else f"/{team}"
        query = {"user": ALICE, "channel": channel}
        async with self.http.get(f"{self.slack}{place}/double/view", params=query) as answer:
            return [str(one["text"]) for one in (await answer.json())["messages"]]

    def row(self, key: str) -> dict[str, Any]:
        return self.table.items.get(f"slack#{key}", {})


@pytest.fixture
async def scene() -> AsyncIterator[Scene]:
    slack_url, service_url = (f"http://127.0.0.1:{free_port()}" for _ in range(2))
    table, admins = TableModel("workspace"), Admins()
    dynamodb = cast("Any", DynamoDBModel({"workspaces": table}))
    call = cast("Any", at_once)
    store = InstallationStore(dynamodb, cast("Any", KMS()), call, table="workspaces", key="k")
    pauses = Pauses(dynamodb, "workspaces", call)
    settings = Settings(
        slack_url,
        service_url,
        SECRET,
        TOKEN,
        retries=(),
        client_id=CLIENT,
        client_secret=CLIENT_SECRET,
    )
    installing = InstallationParts(
        store,
        pauses,
        Html(TEMPLATES),
        cast("Any", admins),
        cast("Any", admins),
        service_url,
    )
    app = web.Application()
    aiohttp_session.setup(app, aiohttp_session.SimpleCookieStorage())
    registered = SlackApp(SECRET, TOKEN, f"{slack_url}/api/", "", CLIENT, CLIENT_SECRET)
    jar = aiohttp.CookieJar(unsafe=True)
    async with aiohttp.ClientSession(cookie_jar=jar) as http:
        made = Scene(http, slack_url, service_url, table, store, pauses, admins)

        async def accept(accepted: Accepted) -> None:
            made.inbox.append(accepted)

        async with (
            slack(
                registered,
                accept,
                cast("Any", None),
                made.parts.for_slack(),
                installing,
                connections=10,
            ) as connected,
            TestServer(application(settings), port=urlsplit(slack_url).port),
        ):
            app.add_routes(connected.routes)
            made.platform = connected.platform
            async with TestServer(app, port=urlsplit(service_url).port):
                yield made


def replying(scene: Scene, text: str) -> Answer:
    async def answer(turn: Turn) -> None:
        async with scene.platform.reply(turn, MemoryReceipt()) as reply:
            for event in written(text):
                await reply.show(event)

    return answer


async def test_each_scope_is_explained_before_slack_is_asked(scene: Scene) -> None:
    async with scene.http.get(f"{scene.service}/slack/install") as page:
        text = await page.text()
    for scope in some(BOT_SCOPES):
        assert f"<code>{scope}</code>" in text
    asked = await scene.begin()
    assert asked["scope"].split(",") == list(BOT_SCOPES)
    assert asked["redirect_uri"] == f"{scene.service}/slack/oauth_redirect"
    assert len(asked["state"]) >= 32


async def test_several_workspaces_are_each_answered_by_their_own_installation(
    scene: Scene,
) -> None:
    await scene.install(SOUTHWIND.id)
    assert scene.admins.audited == [
        {"action": "installed", "by": "admin@example.com", "about": f"slack {SOUTHWIND.id}"}
    ]
    for team in (NORTHWIND, SOUTHWIND):
        told = {"user": ALICE, "channel": GENERAL, "text": "@BizAssist Is it active?"}
        assert await scene.act(team.domain, "message", **told) == 200
        [accepted] = scene.inbox
        assert accepted.body["installation"] == team.id
        assert accepted.asker == ChatUser("slack", team.id, ALICE).key
        await scene.work(replying(scene, f"Yes, in {team.name}."))
        assert (await scene.sees(team.domain, GENERAL))[-1] == f"Yes, in {team.name}."
    assert len(await scene.sees(NORTHWIND.domain, GENERAL)) == 2
    await scene.act(SOUTHWIND.domain, "command", user=ALICE, channel=GENERAL, text="help")
    await scene.work(answering(cast("Any", scene)))
    assert "/bizassist" in (await scene.sees(SOUTHWIND.domain, GENERAL))[-1]


async def test_an_organisation_installs_for_all_of_its_workspaces(scene: Scene) -> None:
    await scene.install(EASTWIND.id)
    assert "installation" in scene.row(EASTWIND.enterprise)
    told = {"user": ALICE, "channel": GENERAL, "text": "@BizAssist Is it active?"}
    await scene.act(EASTWIND.domain, "message", **told)
    [accepted] = scene.inbox
    assert accepted.body["installation"] == EASTWIND.enterprise
    assert accepted.asker == ChatUser("slack", EASTWIND.enterprise, ALICE).key
    await scene.work(replying(scene, "Yes."))
    assert (await scene.sees(EASTWIND.domain, GENERAL))[-1] == "Yes."
    await scene.platform.check_installation(EASTWIND.enterprise)


async def test_no_token_is_kept_as_it_is(scene: Scene) -> None:
    await scene.install(SOUTHWIND.id)
    kept = await scene.store.find(SOUTHWIND.id)
    assert kept is not None
    token = str(kept.installation.bot_token)
    assert token.startswith("xoxe.xoxb-")
    assert token not in repr(scene.row(SOUTHWIND.id))
    assert token not in repr(kept)
    bot = await scene.store.async_find_bot(enterprise_id=None, team_id=SOUTHWIND.id)
    assert bot is not None
    assert (bot.bot_token, bot.team_id) == (token, SOUTHWIND.id)


@pytest.mark.parametrize("wrong", ["state", "browser", "late", "twice"])
async def test_a_redirect_that_this_browser_did_not_begin_installs_nothing(
    scene: Scene, monkeypatch: pytest.MonkeyPatch, wrong: str
) -> None:
    asked = await scene.begin()
    if wrong == "state":
        asked["state"] = "x" * len(asked["state"])
    elif wrong == "browser":
        scene.http.cookie_jar.clear()
    elif wrong == "late":
        now = time.time
        monkeypatch.setattr("bots.slack.installations.install_pages.time.time", lambda: now() + 700)
    else:
        await scene.allow(asked, cancel="1")
    status, text = await scene.allow(asked, team=SOUTHWIND.id)
    assert (status, "begun in this browser" in text) == (400, True)
    assert scene.row(SOUTHWIND.id) == {}


async def test_what_is_cancelled_or_not_confirmed_is_said(scene: Scene) -> None:
    status, text = await scene.allow(await scene.begin(), cancel="1")
    assert (status, "cancelled at Slack" in text) == (200, True)
    await scene.set("fault", method="oauth.v2.access", error="invalid_code")
    status, text = await scene.allow(await scene.begin(), team=SOUTHWIND.id)
    assert (status, "Please try again" in text) == (502, True)
    assert scene.row(SOUTHWIND.id) == {}


async def test_only_an_administrator_installs(scene: Scene) -> None:
    asked = await scene.begin()
    scene.admins.refuses = True
    for path in ("/slack/install", f"/slack/oauth_redirect?code=x&state={asked['state']}"):
        async with scene.http.get(f"{scene.service}{path}") as answer:
            assert answer.status == HTTPStatus.INTERNAL_SERVER_ERROR  # no error pages in this app
    assert scene.row(SOUTHWIND.id) == {}


async def test_a_token_is_rotated_before_it_expires_and_by_one_process(
    scene: Scene, monkeypatch: pytest.MonkeyPatch
) -> None:
    await scene.install(SOUTHWIND.id)
    kept = await scene.store.find(SOUTHWIND.id)
    assert kept is not None
    rotator = scene.platform._tokens._rotator
    later = time.time() + 11 * 60 * 60
    first, second = (BotTokens(scene.store, rotator, lambda: later) for _ in range(2))
    monkeypatch.setattr("slack_sdk.oauth.token_rotation.async_rotator.time", lambda: later)
    old = str(kept.installation.bot_token)
    assert await scene.store.lease(kept, 60)
    assert await first.token(SOUTHWIND.id) == old  # another process is at it
    await scene.store.replace(kept, kept.installation)
    first.forget(SOUTHWIND.id)
    new = await first.token(SOUTHWIND.id)
    assert new != old
    assert await second.token(SOUTHWIND.id) == new


async def test_a_refresh_token_that_slack_refuses_ends_in_the_installations_error(
    scene: Scene, monkeypatch: pytest.MonkeyPatch
) -> None:
    await scene.install(SOUTHWIND.id)
    rotator = scene.platform._tokens._rotator
    await scene.set("fault", method="oauth.v2.access", error="invalid_refresh_token", times=2)
    soon, over = time.time() + 11 * 60 * 60, time.time() + 13 * 60 * 60
    monkeypatch.setattr("slack_sdk.oauth.token_rotation.async_rotator.time", lambda: soon)
    assert await BotTokens(scene.store, rotator, lambda: soon).token(SOUTHWIND.id)
    assert "rotating_until" not in scene.row(SOUTHWIND.id)
    with pytest.raises(InstallationRefused) as refused:
        await BotTokens(scene.store, rotator, lambda: over).token(SOUTHWIND.id)
    assert refused.value.word == "invalid_refresh_token"


def tokens_at(scene: Scene, monkeypatch: pytest.MonkeyPatch, hours: float) -> BotTokens:
    """Tokens so many hours after the installation, of which each lasts twelve."""
    then = time.time() + hours * 60 * 60
    monkeypatch.setattr("slack_sdk.oauth.token_rotation.async_rotator.time", lambda: then)
    return BotTokens(scene.store, scene.platform._tokens._rotator, lambda: then)


async def test_an_expired_token_is_neither_handed_out_nor_believed(
    scene: Scene, monkeypatch: pytest.MonkeyPatch
) -> None:
    await scene.install(SOUTHWIND.id)
    kept = await scene.store.find(SOUTHWIND.id)
    assert kept is not None
    tokens = tokens_at(scene, monkeypatch, 13)
    assert await scene.store.lease(kept, 60)  # another process is at it
    with pytest.raises(PlatformUnavailable) as unavailable:
        await tokens.token(SOUTHWIND.id)
    assert unavailable.value.again == After(5)

    await scene.store.release(kept)  # it has given up
    assert await tokens.token(SOUTHWIND.id) != kept.installation.bot_token


async def test_all_who_ask_at_once_are_told_one_rotated_token(
    scene: Scene, monkeypatch: pytest.MonkeyPatch
) -> None:
    await scene.install(SOUTHWIND.id)
    tokens = tokens_at(scene, monkeypatch, 13)
    told = await asyncio.gather(*(tokens.token(SOUTHWIND.id) for _ in range(5)))
    assert len(set(told)) == 1


@pytest.mark.parametrize("word", ["ratelimited", "internal_error"])
async def test_a_rotation_that_slack_can_not_do_now_pauses_nobody(
    scene: Scene, monkeypatch: pytest.MonkeyPatch, word: str
) -> None:
    await scene.install(SOUTHWIND.id)
    tokens = tokens_at(scene, monkeypatch, 13)
    await scene.set("fault", method="oauth.v2.access", error=word)
    with pytest.raises(PlatformUnavailable):
        await tokens.token(SOUTHWIND.id)
    assert "rotating_until" not in scene.row(SOUTHWIND.id)
    assert await tokens.token(SOUTHWIND.id)


async def test_rotated_tokens_are_kept_though_nobody_waits_and_the_table_is_away(
    scene: Scene, monkeypatch: pytest.MonkeyPatch
) -> None:
    await scene.install(SOUTHWIND.id)
    monkeypatch.setattr("bots.slack.installations.bot_tokens.PACE", 0.01)
    replace, failed = scene.store.replace, asyncio.Event()

    async def failing(kept: KeptInstallation, rotated: Installation) -> bool:
        if failed.is_set():
            return await replace(kept, rotated)
        failed.set()
        raise EndpointConnectionError(endpoint_url="https://dynamodb.example")

    monkeypatch.setattr(scene.store, "replace", failing)
    old = await scene.store.find(SOUTHWIND.id)
    tokens = tokens_at(scene, monkeypatch, 11)
    asking = asyncio.create_task(tokens.token(SOUTHWIND.id))
    await failed.wait()
    asking.cancel()
    await tokens.finish()
    new = await scene.store.find(SOUTHWIND.id)
    assert old is not None
    assert new is not None
    assert new.installation.bot_refresh_token != old.installation.bot_refresh_token
    assert await tokens.token(SOUTHWIND.id) == new.installation.bot_token


async def test_rotated_tokens_that_can_not_be_kept_are_an_error_in_the_log(
    scene: Scene, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    await scene.install(SOUTHWIND.id)
    monkeypatch.setattr("bots.slack.installations.bot_tokens.PACE", 0.01)
    monkeypatch.setattr("bots.slack.installations.bot_tokens.LEASE", 0.05)

    async def failing(*_: object) -> bool:
        raise EndpointConnectionError(endpoint_url="https://dynamodb.example")

    monkeypatch.setattr(scene.store, "replace", failing)
    assert await tokens_at(scene, monkeypatch, 11).token(SOUTHWIND.id)
    [error] = [one.getMessage() for one in caplog.records if one.levelname == "ERROR"]
    assert error.startswith(f"the rotated tokens of {SOUTHWIND.id} are lost")


async def test_a_removed_app_answers_nobody_there_until_it_is_installed_again(
    scene: Scene,
) -> None:
    workspace = Workspace("slack", SOUTHWIND.id)
    await scene.install(SOUTHWIND.id)
    await scene.set("remove", team=SOUTHWIND.id)
    row = scene.row(SOUTHWIND.id)
    assert "installation" not in row
    assert "installation_ended" in row
    pause = await scene.pauses.current(workspace)
    assert pause is not None
    assert pause.word == "tokens_revoked"
    with pytest.raises(InstallationRefused):
        await scene.platform.check_installation(SOUTHWIND.id)
    await scene.platform.check_installation(NORTHWIND.id)

    ended = int(time.time()) - 60
    await scene.install(SOUTHWIND.id)
    await scene.set("remove", team=SOUTHWIND.id, happened=ended)
    assert "installation" in scene.row(SOUTHWIND.id)
    assert "installation_ended" not in scene.row(SOUTHWIND.id)
    await scene.platform.check_installation(SOUTHWIND.id)


async def test_a_crash_between_the_end_and_the_pause_is_mended_when_the_event_comes_again(
    scene: Scene, monkeypatch: pytest.MonkeyPatch
) -> None:
    await scene.install(SOUTHWIND.id)

    async def crashing(*_: object) -> bool:
        raise EndpointConnectionError(endpoint_url="https://dynamodb.example")

    with monkeypatch.context() as patch:
        patch.setattr(scene.pauses, "begin", crashing)
        await scene.set("remove", team=SOUTHWIND.id)
    assert "installation_ended" in scene.row(SOUTHWIND.id)
    assert await scene.pauses.current(Workspace("slack", SOUTHWIND.id)) is None

    await scene.set("remove", team=SOUTHWIND.id, happened=int(time.time()))
    assert await scene.pauses.current(Workspace("slack", SOUTHWIND.id)) is not None


async def test_who_came_back_and_is_removed_again_is_dated_anew(scene: Scene) -> None:
    await scene.set("remove", team=NORTHWIND.id)
    scene.row(NORTHWIND.id)["installation_ended"] = {"N": "1"}  # nobody has told of the return
    await scene.set("remove", team=NORTHWIND.id)
    assert scene.row(NORTHWIND.id)["installation_ended"] != {"N": "1"}


async def test_the_workspace_of_the_given_token_ends_when_slack_refuses_it(scene: Scene) -> None:
    await scene.set("remove", team=NORTHWIND.id, happened=int(time.time()))
    assert scene.row(NORTHWIND.id) == {}  # late: the token is taken
    await scene.set("remove", team=NORTHWIND.id)
    assert "installation_ended" in scene.row(NORTHWIND.id)


async def test_what_comes_from_where_it_is_not_installed_is_left_alone(scene: Scene) -> None:
    told = {"user": ALICE, "channel": GENERAL, "text": "@BizAssist Is it active?"}
    await scene.act(SOUTHWIND.domain, "message", **told)
    platform: InstalledPlatforms = scene.platform
    with pytest.raises(InstallationRefused):
        await platform.dispatch(scene.inbox[0], replying(scene, "No."))
    assert len(await scene.sees(SOUTHWIND.domain, GENERAL)) == 1


async def test_workspaces_of_an_organisation_may_each_have_an_installation(scene: Scene) -> None:
    installation = Installation(
        enterprise_id=EASTWIND.enterprise,
        team_id=EASTWIND.id,
        bot_token="xoxb-no-token",
        user_id=ALICE,
    )
    await scene.store.async_save(installation)
    assert await scene.store.within(EASTWIND.enterprise) == [EASTWIND.id]
    with pytest.raises(InstallationRefused) as refused:
        await scene.platform.check_installation(EASTWIND.enterprise)
    assert refused.value.word == "invalid_auth"  # Slack was asked by that token
    await scene.store.async_delete_all(enterprise_id=EASTWIND.enterprise, team_id=EASTWIND.id)
    assert await scene.store.find(EASTWIND.id) is None


def retention(scene: Scene, links: Rows) -> EndedWorkspaces:
    return EndedWorkspaces(
        cast("Any", DynamoDBModel({"workspaces": scene.table})),
        cast("Any", at_once),
        "workspaces",
        cast("Any", links),
        scene.platform.is_installed,
    )


async def test_what_is_kept_of_a_workspace_goes_after_the_retention_time(
    scene: Scene, monkeypatch: pytest.MonkeyPatch
) -> None:
    links = Rows([ChatUser("slack", team.id, ALICE) for team in (NORTHWIND, SOUTHWIND)])
    ended = retention(scene, links)
    await scene.install(SOUTHWIND.id)
    await scene.set("remove", team=SOUTHWIND.id)
    await ended.look()
    assert len(links.chat_users) == 2

    monkeypatch.setattr("bots.slack.installations.retention.RETENTION", -10)
    await ended.look()
    await ended.look()
    assert links.chat_users == [ChatUser("slack", NORTHWIND.id, ALICE)]
    assert list(scene.row(SOUTHWIND.id)) == ["workspace"]
    assert await scene.pauses.current(Workspace("slack", SOUTHWIND.id)) is None


async def test_a_workspace_of_the_given_token_that_came_back_is_kept(
    scene: Scene, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("bots.slack.installations.retention.RETENTION", -10)
    somebody = ChatUser("slack", NORTHWIND.id, ALICE)
    links = Rows([somebody])
    await scene.store.end(NORTHWIND.id, before=time.time())
    await scene.set("fault", method="auth.test", error="internal_error")
    await retention(scene, links).look()
    assert "installation_ended" in scene.row(NORTHWIND.id)  # Slack doesn't say: not now

    await retention(scene, links).look()
    assert "installation_ended" not in scene.row(NORTHWIND.id)
    assert links.chat_users == [somebody]


async def test_a_given_token_says_nothing_of_another_workspace(scene: Scene) -> None:
    platform: InstalledPlatforms = scene.platform
    platform._tokens = None
    assert await platform.is_installed(NORTHWIND.id)
    assert not await platform.is_installed(SOUTHWIND.id)


async def test_an_organisation_is_kept_as_long_as_one_of_its_workspaces(
    scene: Scene, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("bots.slack.installations.retention.RETENTION", -10)
    somebody = ChatUser("slack", EASTWIND.enterprise, ALICE)
    links = Rows([somebody])
    await scene.install(EASTWIND.id)
    own = Installation(
        enterprise_id=EASTWIND.enterprise, team_id=EASTWIND.id, bot_token="xoxb-1", user_id=ALICE
    )
    await scene.store.async_save(own)
    await scene.store.end(EASTWIND.enterprise, before=time.time() + 1)
    await retention(scene, links).look()
    assert links.chat_users == [somebody]

    await scene.store.end(EASTWIND.id, before=time.time() + 1)
    for _ in range(2):  # its workspace's time is over first, then its own
        await retention(scene, links).look()
    assert links.chat_users == []


@pytest.mark.parametrize("kind", ["user_change", "user_guest_status_changed"])
async def test_a_closed_account_is_unlinked_in_whichever_workspace(scene: Scene, kind: str) -> None:
    account = scene.parts.account
    await scene.install(SOUTHWIND.id)
    for team in (NORTHWIND, SOUTHWIND):
        account.link(ALICE, "alice", team.id)
    for team in (NORTHWIND, SOUTHWIND):
        assert await scene.act(team.domain, "deactivate", user=ALICE, kind=kind) == 200
        assert ChatUser("slack", team.id, ALICE).key not in account.linked
    assert account.linked == {}


async def test_people_of_a_removed_workspace_are_told_so(scene: Scene) -> None:
    somebody = ChatUser("slack", SOUTHWIND.id, ALICE)
    await scene.install(SOUTHWIND.id)
    assert await scene.pauses.notice_of(somebody) == ""
    await scene.set("remove", team=SOUTHWIND.id)
    await scene.pauses.current(Workspace.of(somebody))
    assert await scene.pauses.notice_of(somebody) == REMOVED_THERE
