"""``/admin/workspaces``: what holds in a workspace is settled in a form, and then holds."""

import secrets

import boto3
import pytest

from identity.errors import InvalidSettings
from identity.executor import Executor
from identity.workspaces.pauses import Pauses
from identity.workspaces.settings import Settings, Workspace
from tests.conftest import Stack
from tests.person import Person, signed_in

SETTINGS = "/admin/workspaces/settings"


def web(stack: Stack) -> str:
    """The one workspace that every signed-in person makes known."""
    return f"web#{stack.parameters['user_pool_id']}"


async def form(admin: Person, stack: Stack, workspace: str = "") -> None:
    await admin.open(f"{stack.chat}{SETTINGS}", params={"workspace": workspace or web(stack)})


@pytest.fixture
def slack(stack: Stack, aws: boto3.Session) -> str:
    """A workspace that no other test knows."""
    key = f"slack#T{secrets.token_hex(5).upper()}"
    aws.client("dynamodb").put_item(
        TableName=stack.parameters["workspaces_table"],
        Item={"workspace": {"S": key}, "private": {"BOOL": False}},
    )
    return key


async def test_settings_are_saved_shown_and_written_down(stack: Stack, slack: str) -> None:
    name = slack.partition("#")[2]
    async with signed_in(stack, "admin") as admin:
        await form(admin, stack, slack)
        day = {"tool_calls": "96", "tokens": "95000", "seconds": "94"}
        await admin.submit(SETTINGS, quota="997", channels="C2 C1, C1", private="yes", **day)
        saved = admin.text()
        await form(admin, stack, slack)
        again = admin.page.text
        nothing = dict.fromkeys(day, "")
        await admin.submit(SETTINGS, quota="", private="", channels="", **nothing)
        reset = admin.text()
        await admin.open(f"{stack.chat}/admin/audit")
        await admin.submit("/admin/audit/export")

    assert f"The settings of {name} are saved." in saved
    assert "997 a person" in saved
    assert "2 allowed" in saved
    assert "To the asker alone" in saved
    for typed in ("997", *day.values()):
        assert f'value="{typed}"' in again
    assert f"{name} Slack working 0 All In the thread Any number" in reset
    written = admin.page.text
    assert "channels: C1 C2, answers: to the asker alone, memory in channels: used" in written
    assert "questions a day: 997" in written
    assert "tool calls a day: 96, tokens a day: 95000, seconds a day: 94" in written


async def test_who_saves_over_what_somebody_else_saved_is_told_what_holds(
    stack: Stack, slack: str
) -> None:
    async with signed_in(stack, "admin") as first, signed_in(stack, "admin") as second:
        await form(first, stack, slack)
        await form(second, stack, slack)
        await first.submit(SETTINGS, quota="11", private="")
        await second.submit(SETTINGS, quota="12", private="yes")
        refused = second.page
        assert "Somebody else has changed these settings meanwhile." in second.text()
        assert "Nothing of yours was saved." in second.text()
        assert 'value="11"' in refused.text
        await second.submit(SETTINGS, quota="13", private="")
        await form(first, stack, slack)

    assert refused.status_code == 409
    assert 'value="13"' in first.page.text


@pytest.mark.parametrize(
    ("typed", "said"),
    [
        ({"quota": "0"}, "from 1 to 1,000"),
        ({"quota": "1001"}, "from 1 to 1,000"),
        ({"quota": "many"}, "from 1 to 1,000"),
        ({"quota": "٣"}, "from 1 to 1,000"),
        ({"tokens": "0"}, "The tokens of a day are a number from 1 to 100,000,000"),
        ({"tool_calls": "-1"}, "The tool calls of a day are a number from 1 to 100,000"),
        ({"seconds": "86401"}, "The seconds of a day are a number from 1 to 86,400"),
        ({"channels": "#general"}, "not an id"),
        ({"channels": " ".join(f"C{n}" for n in range(201))}, "At most 200"),
    ],
)
async def test_what_cannot_be_meant_is_said_and_kept_in_the_form(
    stack: Stack, typed: dict[str, str], said: str
) -> None:
    async with signed_in(stack, "admin") as admin:
        await form(admin, stack)
        await admin.submit(SETTINGS, **typed)

        assert admin.page.status_code == 422
        assert said in admin.text()
        assert "Nothing was saved" in admin.text()
        if "quota" in typed:
            assert f'value="{typed["quota"]}"' in admin.page.text


async def test_an_unknown_workspace_is_a_page(stack: Stack) -> None:
    async with signed_in(stack, "admin") as admin:
        for key in ("slack#TNOBODY", "nonsense", "", "slack#T1#U1", "web#"):
            page = await admin.open(f"{stack.chat}{SETTINGS}", params={"workspace": key})
            assert page.status_code == 404


async def test_who_may_not_settle(stack: Stack) -> None:
    pages = ("/admin/workspaces", SETTINGS)
    async with Person() as stranger:
        assert (await stranger.send("POST", f"{stack.chat}{SETTINGS}")).status_code == 401
        for page in pages:
            await stranger.open(f"{stack.chat}{page}")
            assert "/oauth2/authorize" in str(stranger.page.url)
    async with signed_in(stack, "alice") as alice:
        assert (await alice.send("POST", f"{stack.chat}{SETTINGS}")).status_code == 403
        for page in pages:
            assert (await alice.open(f"{stack.chat}{page}")).status_code == 403
    async with signed_in(stack, "admin") as admin:
        data = {"csrf_token": secrets.token_hex(8), "workspace": web(stack), "quota": "1"}
        answer = await admin.send("POST", f"{stack.chat}{SETTINGS}", data=data)
        assert answer.status_code == 403
        await form(admin, stack)
        assert 'value="1"' not in admin.page.text


def test_settings_out_of_bounds_cannot_be_made() -> None:
    for quota in (0, -1, 1_001):
        with pytest.raises(InvalidSettings):
            Settings(quota=quota)
    with pytest.raises(InvalidSettings):
        Settings(channels=("<script>",))


@pytest.mark.parametrize("key", ["", "slack", "slack#", "irc#T1", "slack#T1#U1"])
def test_what_is_no_workspace_cannot_be_made(key: str) -> None:
    with pytest.raises(ValueError, match=r"\w"):
        Workspace.from_key(key)


async def test_a_paused_workspace_is_named_with_what_to_do_and_stays_paused_when_it_is_settled(
    stack: Stack, slack: str, aws: boto3.Session
) -> None:
    table, call = stack.parameters["workspaces_table"], Executor(2)
    pauses, workspace = Pauses(aws.client("dynamodb"), table, call), Workspace.from_key(slack)
    assert await pauses.begin(workspace, "token_revoked")
    assert not await pauses.begin(workspace, "account_inactive")
    async with signed_in(stack, "admin") as admin:
        await form(admin, stack, slack)
        await admin.submit(SETTINGS, quota="7", private="")
        said = admin.text()
        assert await pauses.end(workspace)
        assert not await pauses.end(workspace)
        await admin.open(f"{stack.chat}/admin/workspaces")
        after = admin.text()
    call.close()

    assert f"{workspace.tenant} (Slack) is paused since" in said
    assert "token_revoked" in said
    assert "Install the app in the workspace again" in said
    assert "7 a person" in after
    assert f"{workspace.tenant} (Slack) is paused" not in after
