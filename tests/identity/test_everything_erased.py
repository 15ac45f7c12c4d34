"""A person's data is exported and erased, and every store is read afterwards for what is left."""

import asyncio
import json
import secrets
import zipfile
from collections.abc import AsyncIterator, Iterator
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from boto3.dynamodb.types import TypeDeserializer

from bizassist.settings.bots import personal_data_settings
from bizassist.settings.ssm_parameters import Parameters
from bots.conversation_notes import ConversationNotes, ShownMessages
from bots.file_bucket import Files, StoredFile
from bots.personal_data.erasure_table import LEFT
from bots.personal_data.owner import WorkspaceOwner
from bots.personal_data.service import PersonalData
from bots.platform import Accepted, Turn
from bots.turn.decision_and_stop import TurnActions
from bots.turn.ledger import Ledger
from bots.web.transcripts import Transcripts
from identity.executor import Executor
from identity.people import ChatUser, Names, session_id
from identity.workspaces.settings import Settings, Workspace, Workspaces
from tests.bots.receipt import Held
from tests.identity.application import Deployment, IdentityApplication
from tests.identity.clock import Clock
from tests.identity.fresh_accounts import FreshAccount, Records

CONVERSATION, TURN = "1700000000000-0123456789abcdef", "1700000000001-0123456789abcdef"
AUDIT = "audit_table"


@dataclass
class Canary:
    """Somebody of whom every store has something, each with a word of theirs."""

    account: FreshAccount
    slack: ChatUser
    teams: ChatUser
    word: str

    @property
    def marks(self) -> set[str]:
        """What must be found nowhere afterwards."""
        chat_users = {user.key for user in (self.slack, self.teams)}
        return {self.word, self.account.subject, *chat_users, self.slack.user, self.teams.user}


@pytest.fixture
def data(
    application: IdentityApplication,
    deployment: Deployment,
    execute: Executor,
    monkeypatch: pytest.MonkeyPatch,
) -> PersonalData:
    monkeypatch.setattr("identity.memory.forgetting_table.LAG", timedelta(0))
    monkeypatch.setattr("identity.memory.forgetting_jobs.POLL_SECONDS", 0.1)
    settings = personal_data_settings(Parameters.model_validate(dict(deployment.parameters)))
    dynamodb = deployment.aws.client("dynamodb")
    return PersonalData.of(settings, deployment.aws, dynamodb, execute, application.identity)


@pytest.fixture
async def canary(
    application: IdentityApplication,
    person: FreshAccount,
    records: Records,
    execute: Executor,
) -> Canary:
    found = await somebody(application, person, records, execute)
    assert places(application.deployment, found.marks) >= EVERYWHERE
    return found


EVERYWHERE = {
    *("links_table", "link_requests_table", "sessions_table", "ledger_table"),
    *("transcripts_table", "forgetting_table", "uploads", "memory records", "memory events"),
}


async def somebody(
    application: IdentityApplication, person: FreshAccount, records: Records, execute: Executor
) -> Canary:
    """Fill every store, by the code that writes there when somebody asks."""
    tenant, word = f"T{secrets.token_hex(4).upper()}", f"canary{secrets.token_hex(5)}"
    slack, teams = (
        ChatUser("slack", tenant, f"U{secrets.token_hex(5).upper()}"),
        ChatUser("teams", tenant, f"29:{secrets.token_hex(8)}"),
    )
    known, aws = application.deployment.parameters, application.deployment.aws
    dynamodb, ledger_table = aws.client("dynamodb"), known["ledger_table"]
    for chat_user in (slack, teams):
        link = await application.link(person.browser, chat_user, person.username)
        await application.identity.receipts.write(link)
        await application.link_url(chat_user, Names("Acme", word))
        await asked(
            dynamodb, execute, ledger_table, asker=chat_user, subject=person.subject, word=word
        )
        files = Files(aws.client("s3"), execute, known["uploads_bucket"])
        key = f"{chat_user.key.replace('#', '/')}/event/file"
        await files.put(StoredFile(key, "a.txt", "text/plain", 9), word.encode())
    transcripts = Transcripts(dynamodb, execute, known["transcripts_table"])
    await transcripts.ask(person.subject, CONVERSATION, TURN, f"Where is {word}?")
    await transcripts.answered(person.subject, CONVERSATION, TURN, f"{word} is here.")
    await transcripts.claim_form(person.subject, CONVERSATION, "form", TURN)
    records.write(f"likes {word}", f"/people/{person.subject}/facts/")
    records.say(person.subject, session_id(person.subject, "web:1"), f"I like {word}")
    await application.identity.memory_pause.write(person.subject, paused=True)
    await application.identity.recently_forgotten.add(person.subject, f"mem-{'1' * 40}")
    return Canary(person, slack, teams, word)


async def asked(
    dynamodb: Any, execute: Executor, table: str, *, asker: ChatUser, subject: str, word: str
) -> None:
    """A question that waits, its approval, and what is noted of the conversation."""
    name, place = secrets.token_hex(6), f"{asker.platform}:{asker.tenant}:C1"
    accepted = Accepted(asker.platform, name, place, {"text": word})
    turn = Turn(f"{asker.platform}:{name}", asker, place, word, accepted)
    ledger = Ledger(dynamodb, execute, table)
    entry = await ledger.begin(turn, Held())
    assert entry
    await entry.keep_result(b"encrypted", subject)
    await TurnActions(dynamodb, execute, table).ask_approval(turn.id, subject, [])
    await TurnActions(dynamodb, execute, table).end_approvals(subject)
    await TurnActions(dynamodb, execute, table).stop_waiting(asker, place, 1.0)
    await ledger.wait(turn, entry)
    await ConversationNotes(dynamodb, execute, table).note_answered(place, asker)
    shown = ShownMessages(dynamodb, execute, table)
    await shown.note(f"{place}:1", turn.id, asker)
    await shown.note_edit(turn.id, word)


def kept(deployment: Deployment) -> Iterator[tuple[str, str]]:
    """All that any store has: the store, and what is in it as text."""
    aws = deployment.aws
    dynamodb, s3 = aws.client("dynamodb"), aws.client("s3")
    tables = {known: name for known, name in deployment.parameters.items() if "_table" in known}
    assert set(tables.values()) == set(dynamodb.list_tables()["TableNames"])
    for known, table in tables.items():
        for page in dynamodb.get_paginator("scan").paginate(TableName=table):
            for row in page["Items"]:
                yield known, str({name: _read(value) for name, value in row.items()})
    for bucket in ("uploads", "policies"):
        name = deployment.parameters[f"{bucket}_bucket"]
        for version in s3.list_object_versions(Bucket=name).get("Versions", []):
            yield bucket, version["Key"]
        for one in s3.list_objects_v2(Bucket=name).get("Contents", []):
            content = s3.get_object(Bucket=name, Key=one["Key"])["Body"].read()
            yield bucket, content.decode(errors="replace")
    yield from memory(deployment)


def memory(deployment: Deployment) -> Iterator[tuple[str, str]]:
    """What is remembered of anybody, and what was said."""
    client: Any = deployment.aws.client("bedrock-agentcore")
    whole = {"memoryId": deployment.parameters["memory_id"]}
    found = client.list_memory_records(**whole, namespacePath="/people/", maxResults=100)
    for record in found["memoryRecordSummaries"]:
        yield "memory records", json.dumps([record["namespaces"], record["content"]])
    for actor in client.list_actors(**whole, maxResults=100)["actorSummaries"]:
        who = {**whole, "actorId": actor["actorId"]}
        for session in client.list_sessions(**who, maxResults=100)["sessionSummaries"]:
            events = client.list_events(**who, sessionId=session["sessionId"], maxResults=100)
            for event in events["events"]:
                yield "memory events", json.dumps([event["actorId"], event["payload"]], default=str)


def places(deployment: Deployment, marks: set[str]) -> set[str]:
    """The stores in which any of these is found."""
    return {store for store, text in kept(deployment) if any(mark in text for mark in marks)}


def _read(value: Any) -> Any:
    return TypeDeserializer().deserialize(value)


@pytest.fixture
async def workers(application: IdentityApplication) -> AsyncIterator[None]:
    async with application.identity.forgetting.working():
        yield


async def until_erased(data: PersonalData) -> None:
    async with asyncio.timeout(60):
        while await data.erasures.work():  # noqa: ASYNC110 - memory is at it meanwhile
            await asyncio.sleep(0.1)


@pytest.mark.usefixtures("workers")
async def test_of_a_person_who_is_erased_nothing_is_left_in_any_store(
    data: PersonalData, canary: Canary, deployment: Deployment
) -> None:
    account = canary.account
    owner = await data.erasures.owner(account.subject, f"{account.username}@example.com")
    await data.erasures.ask(owner, by="command line")
    assert (await account.browser.get("/me", follow=False)).status == 302
    await until_erased(data)

    assert places(deployment, canary.marks) == {AUDIT}  # who linked which account stays
    assert await data.table.everybody() == []
    entries = await account.application.identity.audit.page()
    mine = [one for one in entries if one.about == owner.account]
    assert [(one.action, one.by) for one in mine if one.action.startswith("eras")] == [
        ("erased", "command line"),
        ("erasing", "command line"),
    ]


@pytest.mark.usefixtures("workers")
async def test_who_has_left_is_erased_after_the_retention_time_and_not_if_they_are_back(
    data: PersonalData,
    canary: Canary,
    deployment: Deployment,
    clock: Clock,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("bots.personal_data.erasure_table.RETENTION", timedelta(0))
    subject, account = canary.account.subject, canary.account
    await data.table.schedule(subject)
    assert await data.erasures.work() == 0  # they are there: nothing is erased, nor later
    assert await data.table.everybody() == []
    assert places(deployment, canary.marks) >= EVERYWHERE

    account.disable()
    clock.forward(60)
    await data.table.schedule(subject)
    assert await data.erasures.work() == 0
    await until_erased(data)

    # That they are erased is known until they are enabled again.
    assert places(deployment, canary.marks) == {AUDIT, "forgetting_table"}
    await data.table.schedule(subject)
    assert await data.table.everybody() == []
    page = await account.application.identity.audit.page()
    assert LEFT in {one.by for one in page if one.action == "erased"}


@pytest.fixture
async def second(other: FreshAccount, records: Records, execute: Executor) -> Canary:
    return await somebody(other.application, other, records, execute)


@pytest.mark.usefixtures("workers")
async def test_of_nobody_else_anything_is_erased_and_a_workspace_takes_what_is_its_own(
    data: PersonalData, canary: Canary, second: Canary, deployment: Deployment, execute: Executor
) -> None:
    leaver = await data.erasures.owner(canary.account.subject, canary.account.username)
    await data.erasures.ask(leaver, by="command line")
    await until_erased(data)
    assert places(deployment, canary.marks) == {AUDIT}
    assert places(deployment, second.marks) >= EVERYWHERE

    workspace = Workspace("slack", second.slack.tenant)
    settings = Workspaces(
        deployment.aws.client("dynamodb"), deployment.parameters["workspaces_table"], execute
    )
    await settings.put(workspace, Settings(quota=7))
    await data.erasures.erase_workspace(WorkspaceOwner(workspace), by="command line")
    assert places(deployment, {f"{workspace.key}#", f"{workspace.key}'", second.slack.user}) == {
        AUDIT
    }
    assert places(deployment, {second.teams.user}) >= {"links_table", "ledger_table", "uploads"}
    assert "memory records" in places(deployment, {second.word})  # the person's own


async def test_an_export_has_all_that_is_kept_of_its_person_and_no_secret_and_nobody_elses(
    data: PersonalData,
    canary: Canary,
    other: FreshAccount,
    deployment: Deployment,
    tmp_path: Path,
) -> None:
    account, file = canary.account, tmp_path / "data.zip"
    owner = await data.erasures.owner(account.subject, f"{account.username}@example.com")
    await data.exports.write(owner, "command line", file)

    with zipfile.ZipFile(file) as archive:
        content = json.loads(archive.read("data.json"))
        files = {archive.read(name).decode() for name in archive.namelist() if "files/" in name}
    assert set(content["kept"]) == {
        *("links", "link_requests", "sessions", "ledger", "transcripts", "forgetting"),
    }
    text = json.dumps(content)
    assert canary.slack.key in text
    assert canary.teams.key in text
    assert files == {canary.word}
    assert canary.word in json.dumps(content["kept"]["ledger"])
    assert canary.word in json.dumps(content["kept"]["transcripts"])
    assert [one["text"] for one in content["memory"]["records"]["facts"]] == [
        f"likes {canary.word}"
    ]
    assert f"I like {canary.word}" in json.dumps(content["memory"]["conversations"])
    assert {"linked", "exported"} <= {one["action"] for one in content["audit"]}
    assert other.subject not in text
    cookie = account.browser.cookie
    row = cookie and deployment.session_row(cookie)
    assert row
    assert row["id"]["S"] not in text
    for secret in ("sealed", "csrf"):
        assert secret not in text


async def test_what_can_not_be_written_down_is_not_erased_and_what_breaks_off_goes_on(
    data: PersonalData, canary: Canary, deployment: Deployment, monkeypatch: pytest.MonkeyPatch
) -> None:
    owner = await data.erasures.owner(canary.account.subject, canary.account.username)
    with monkeypatch.context() as refused:
        refused.setattr(data.erasures.audit, "write", down)
        with pytest.raises(ConnectionError):
            await data.erasures.ask(owner, by="command line")
    assert places(deployment, canary.marks) >= EVERYWHERE
    assert (await canary.account.me()).status == 200

    await data.erasures.ask(owner, by="command line")
    with monkeypatch.context() as broken:
        broken.setattr("bots.personal_data.kept_files.KeptFiles.erase", down)
        with pytest.raises(ConnectionError):
            await data.erasures.work()
    async with canary.account.application.identity.forgetting.working():
        await until_erased(data)
    assert places(deployment, canary.marks) == {AUDIT}


async def down(*_: object, **__: object) -> None:
    raise ConnectionError
