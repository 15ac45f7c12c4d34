"""What the assistant remembers about me: shown to me alone, and forgotten when I say so."""

import asyncio
import json
from threading import Event
from typing import Any

import pytest
from botocore.exceptions import ClientError, EndpointConnectionError

from bizassist.__main__ import main
from bizassist.local.ministack.memory_limits import MOST_SECONDS
from identity.memory import records as memory_records
from identity.memory.record_text import readable
from identity.memory.records import is_own
from tests.identity.application import IdentityApplication
from tests.identity.browser import Page
from tests.identity.fresh_accounts import FreshAccount, Records
from tests.some import some

DENIED: Any = {"Error": {"Code": "AccessDeniedException", "Message": "no such right"}}


async def forget(person: FreshAccount, record: str, namespace: str) -> Page:
    """The form as somebody may send it who has read our page's source."""
    token = (await person.me()).form("/auth/logout").fields["csrf_token"]
    fields = {"csrf_token": token, "record": record, "namespace": namespace}
    return await person.browser.post("/me/memories/forget", fields)


async def memory_versions(person: FreshAccount) -> set[str]:
    """What the agent is told with each question, so that it recalls nothing that is forgotten."""
    links = await person.application.identity.links.by_subject(person.subject)
    return {link.memory_version for link in some(links)}


async def test_nothing_remembered_says_how_to_begin(person: FreshAccount) -> None:
    page = await person.me()
    assert "Nothing yet." in page.text
    assert "Remember that I prefer short answers" in page.text
    assert (
        "There is nothing to forget" in (await person.browser.get("/me/memories/forget-all")).text
    )


async def test_what_is_remembered_is_searched(person: FreshAccount, records: Records) -> None:
    records.write("leads the Zürich office", f"/people/{person.subject}/facts/")
    records.write("prefers short answers", f"/people/{person.subject}/preferences/")

    found = await person.browser.get("/me?q=OFFICE+z%C3%BCrich")
    assert "leads the Zürich office" in found.text
    assert "prefers short answers" not in found.text
    assert "has these words" in (await person.browser.get("/me?q=nothing")).text


async def test_all_three_kinds_are_shown_and_nobody_elses(
    person: FreshAccount, other: FreshAccount, records: Records
) -> None:
    sub = person.subject
    records.write("leads the Zürich office", f"/people/{sub}/facts/")
    records.write("prefers short answers", f"/people/{sub}/preferences/")
    records.write("asked about three laptops", f"/people/{sub}/summaries/session-1/")
    records.write("asked about a phone", f"/people/{sub}/summaries/session-2/")
    for foreign in (other.subject, f"{sub}2", f"{sub}2/{sub}", f"x{sub}"):
        for kind in ("facts", "preferences", "summaries"):
            records.write("somebody else's secret", f"/people/{foreign}/{kind}/")
    page = await person.me()
    for text in (
        "leads the Zürich office",
        "prefers short answers",
        "asked about three laptops",
        "asked about a phone",
    ):
        assert text in page.text
    assert "secret" not in page.text


async def test_one_memory_is_forgotten_and_the_others_stay(
    person: FreshAccount, records: Records
) -> None:
    gone = records.write("likes tea", f"/people/{person.subject}/facts/")
    kept = records.write("leads the office", f"/people/{person.subject}/preferences/")
    form = next(form for form in (await person.me()).forms if form.fields.get("record") == gone)
    before = await memory_versions(person)
    done = await person.browser.post(form.action, form.fields)
    assert "That is forgotten." in done.text
    assert "likes tea" not in done.text
    assert "leads the office" in done.text
    assert not records.exists(gone)
    assert records.exists(kept)
    assert not before & await memory_versions(person)
    assert (await person.browser.post(form.action, form.fields)).text == done.text


async def test_a_memory_of_an_earlier_conversation_is_forgotten(
    person: FreshAccount, records: Records
) -> None:
    record = records.write("asked about tea", f"/people/{person.subject}/summaries/session-1/")
    await person.browser.submit(await person.me(), "/me/memories/forget")
    assert not records.exists(record)


async def test_nobody_forgets_another_persons_memory(
    person: FreshAccount, other: FreshAccount, records: Records
) -> None:
    own, theirs = f"/people/{person.subject}/facts/", f"/people/{other.subject}/facts/"
    record = records.write("somebody else's secret", theirs)
    for namespace in (
        own,
        theirs,
        f"/people/{person.subject}/summaries/",
        "/",
        "/people/",
        "",
        f"{own}*",
    ):
        refused = await forget(person, record, namespace)
        assert refused.status == 404
        assert "secret" not in refused.text
    assert records.exists(record)


async def test_a_memory_that_two_people_share_is_nobodys_to_show_or_forget(
    application: IdentityApplication, person: FreshAccount, other: FreshAccount, records: Records
) -> None:
    """Today a record has one namespace; the answer's shape allows several."""
    own, theirs = f"/people/{person.subject}/facts/", f"/people/{other.subject}/facts/"
    record = records.write("a shared secret", own)

    def shared(parsed: dict[str, Any], **_: object) -> None:
        found = [*parsed.get("memoryRecordSummaries", []), parsed.get("memoryRecord", {})]
        for one in found:
            one.setdefault("namespaces", []).append(theirs)

    client = application.identity.memories._role.client(person.subject)
    for operation in ("ListMemoryRecords", "GetMemoryRecord"):
        client.meta.events.register(f"after-call.bedrock-agentcore.{operation}", shared)
    assert "a shared secret" not in (await person.me()).text
    assert (await forget(person, record, own)).status == 404
    assert records.exists(record)


@pytest.mark.parametrize("record", ["", "mem-", "mem-" + "0" * 35, "../../x", "x" * 5_000])
async def test_what_is_no_record_is_not_there(person: FreshAccount, record: str) -> None:
    assert (await forget(person, record, f"/people/{person.subject}/facts/")).status == 404


async def test_everything_is_forgotten_after_a_confirmation(
    person: FreshAccount, other: FreshAccount, records: Records
) -> None:
    mine = [
        records.write(f"memory {number}", f"/people/{person.subject}/{kind}/")
        for kind in ("facts", "preferences", "summaries")
        for number in range(3)
    ]
    theirs = records.write("stays", f"/people/{other.subject}/facts/")
    asked = await person.browser.get("/me/memories/forget-all")
    assert "9 things" in asked.text
    assert all(records.exists(record) for record in mine)
    before = await memory_versions(person)
    done = await person.browser.submit(asked, "/me/memories/forget-all")
    assert "Everything is forgotten." in done.text
    assert "Nothing yet." in done.text
    assert not before & await memory_versions(person)
    assert not any(records.exists(record) for record in mine)
    assert records.exists(theirs)


async def test_what_was_said_is_forgotten_with_everything(
    person: FreshAccount, other: FreshAccount, records: Records
) -> None:
    """The memory learns from what was said: kept, it would remember all of it again."""
    for number in range(3):
        records.say(person.subject, f"session-{number}", "I like tea")
    records.say(person.subject, "memory-switch", "paused")
    records.say(other.subject, "session-1", "stays")
    asked = await person.browser.get("/me/memories/forget-all")
    assert "said in your conversations" in asked.text

    done = await person.browser.submit(asked, "/me/memories/forget-all")

    assert "Everything is forgotten." in done.text
    assert records.said(person.subject) == ["paused"]  # a pause is a setting, no memory
    assert records.said(other.subject) == ["stays"]
    assert (
        "There is nothing to forget" in (await person.browser.get("/me/memories/forget-all")).text
    )


async def test_a_listing_that_lags_tells_nobody_that_forgetting_failed(
    application: IdentityApplication,
    person: FreshAccount,
    records: Records,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    """Deleted records stay listed for minutes: neither the page nor the job takes that amiss."""
    space = f"/people/{person.subject}/facts/"
    for text in ("likes tea", "likes cake"):
        records.write(text, space)
    records.say(person.subject, "session-1", "I like tea")
    records.lag(MOST_SECONDS)
    try:
        asked = await person.me()
        form = next(
            form for form in asked.forms if "likes tea" in asked.text and form.fields.get("record")
        )
        one = await person.browser.post(form.action, form.fields)
        everything = await person.browser.get("/me/memories/forget-all")
        done = await person.browser.submit(everything, "/me/memories/forget-all")
        listed = records.listed(space)
    finally:
        records.lag(0)

    assert "That is forgotten." in one.text
    assert len(some(listed)) == 2
    assert one.text.count("likes") == 1 + one.text.count("“likes")
    assert "Everything is forgotten, 2 things." in done.text
    assert "Nothing yet." in done.text
    assert "looked at once more" in done.text
    job = await application.identity.forgetting.of(person.subject)
    assert job
    monkeypatch.setenv("BIZASSIST_SSM_PREFIX", "/app/test")
    assert await asyncio.to_thread(main, ["users", "forgotten", "--aws", "--json"]) == 0
    rows = json.loads(capsys.readouterr().out)
    row = next(row for row in some(rows) if row["account"] == job.account)
    assert (row["state"], row["events"], row["records"], row["found"]) == ("checking", *"112")
    assert (job.state, job.problem, job.progress.events, job.progress.records) == (
        *("checking", ""),
        *(1, 1),
    )


async def test_what_takes_long_goes_on_by_itself_and_the_page_shows_how_far_it_is(
    application: IdentityApplication,
    person: FreshAccount,
    records: Records,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    held = Event()
    monkeypatch.setattr("identity.memory.forgetting_jobs.QUICK_SECONDS", 0.3)
    delete = application.identity.conversations.delete

    def slowly(*event: str) -> bool:
        held.wait(30)
        return delete(*event)

    monkeypatch.setattr(application.identity.conversations, "delete", slowly)
    records.say(person.subject, "session-1", "I like tea")
    asked = await person.browser.get("/me/memories/forget-all")

    begun = await person.browser.submit(asked, "/me/memories/forget-all")
    under_way = await shown(person, "is being forgotten: 0 of 1 things are gone.")
    held.set()
    await shown(person, "Everything is forgotten, 1 things.")

    assert "goes on by itself" in begun.text
    assert "I like tea" not in under_way.text
    assert records.said(person.subject) == []


async def shown(person: FreshAccount, text: str) -> Page:
    """The account page once it says so."""
    page = await person.me()
    for _ in range(300):
        if text in page.text:
            break
        await asyncio.sleep(0.1)
        page = await person.me()
    assert text in page.text
    return page


async def test_what_refuses_to_be_deleted_is_tried_again_and_said(
    application: IdentityApplication,
    person: FreshAccount,
    records: Records,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def denied(*_: str) -> bool:
        raise ClientError(DENIED, "DeleteEvent")

    monkeypatch.setattr(application.identity.conversations, "delete", denied)
    records.say(person.subject, "session-1", "I like tea")
    kept = records.write("likes tea", f"/people/{person.subject}/facts/")
    asked = await person.browser.get("/me/memories/forget-all")

    failed = await person.browser.submit(asked, "/me/memories/forget-all")

    assert "goes on by itself" in failed.text
    assert "It was interrupted and goes on within a minute." in failed.text
    assert records.exists(kept)


async def test_a_long_memory_is_read_page_by_page(
    person: FreshAccount, records: Records, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(memory_records, "PAGE", 2)
    for number in range(5):
        records.write(f"memory number {number}.", f"/people/{person.subject}/facts/")
    page = await person.me()
    assert all(f"memory number {number}." in page.text for number in range(5))


@pytest.mark.parametrize(
    "error",
    [ClientError(DENIED, "AssumeRole"), EndpointConnectionError(endpoint_url="http://nowhere")],
)
async def test_without_the_role_nothing_is_shown_and_the_page_still_works(
    application: IdentityApplication,
    person: FreshAccount,
    records: Records,
    monkeypatch: pytest.MonkeyPatch,
    error: Exception,
) -> None:
    """Deny by default: there is no way to the memory besides the role."""
    record = records.write("likes tea", f"/people/{person.subject}/facts/")

    class Refused:
        def client(self, subject: str) -> None:
            raise error

    monkeypatch.setattr(application.identity.memories, "_role", Refused())
    page = await person.me()
    assert page.status == 200
    assert "can't be read right now" in page.text.replace("&#39;", "'")
    assert "likes tea" not in page.text
    assert "Where you are signed in" in page.text
    refused = await forget(person, record, f"/people/{person.subject}/facts/")
    assert refused.status == 503
    assert "look again in a minute" in refused.text
    assert records.exists(record)


async def test_what_is_still_there_is_not_called_forgotten(
    application: IdentityApplication,
    person: FreshAccount,
    records: Records,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    record = records.write("likes tea", f"/people/{person.subject}/facts/")
    monkeypatch.setattr(memory_records, "DELETION_CHECK_PAUSE", 0.01)
    role = application.identity.memories._role
    client = role.client(person.subject)
    monkeypatch.setattr(client, "delete_memory_record", lambda **_: {"memoryRecordId": record})
    refused = await forget(person, record, f"/people/{person.subject}/facts/")
    assert refused.status == 503
    assert "likes tea" in (await person.me()).text


async def test_what_is_remembered_stays_text(person: FreshAccount, records: Records) -> None:
    records.write(
        '<script>alert(1)</script> "><form action=//evil>', f"/people/{person.subject}/facts/"
    )
    records.write("\u202eevil\u2066 and {{ 7 * 7 }}", f"/people/{person.subject}/preferences/")
    page = await person.me()
    assert page.scripts == 0
    assert "&lt;script&gt;" in page.text
    assert "{{ 7 * 7 }}" in page.text
    assert not set(page.text) & set("\u202e\u2066")
    assert [form.action for form in some(page.forms) if "evil" in form.action] == []


@pytest.mark.parametrize(
    ("namespace", "own"),
    [
        ("/people/alice/facts/", True),
        ("/people/alice/summaries/s-1/", True),
        ("/people/alice", False),
        ("/people/alice/facts", False),
        ("/facts/alice/", False),
        ("/people/alice2/facts/", False),
        ("/people/alice2/facts/alice/", False),
        ("/people/", False),
        ("/people/alice/secrets/", False),
        ("/people/alice/facts/../bob/", False),
        ("/people/alice/facts/*", False),
        ("/people/alice/facts/\n", False),
        ("people/alice/facts/", False),
    ],
)
def test_a_namespace_is_own_by_each_of_its_parts(namespace: str, own: bool) -> None:
    assert is_own(namespace, "alice") is own
    assert not is_own(namespace.replace("alice", "al.ce"), "alXce")


@pytest.mark.parametrize(
    ("stored", "shown"),
    [
        ("likes tea", "likes tea"),
        ('{"context": "said so", "preference": "Prefers tea", "categories": []}', "Prefers tea"),
        (
            '<topic name="Tea">\n Asked about\n tea </topic><topic name="Cake">Ate it</topic>',
            "Tea: Asked about tea\nCake: Ate it",
        ),
        ('{"preference": 7}', '{"preference": 7}'),
        ("{not json", "{not json"),
        ('["preference"]', '["preference"]'),
    ],
)
def test_a_record_reads_as_a_sentence(stored: str, shown: str) -> None:
    assert readable(stored) == shown
