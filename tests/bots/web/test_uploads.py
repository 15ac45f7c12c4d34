"""Files in the web chat without scripts, and what comes to the edge in place of files."""

import asyncio
import json
import re
from typing import Any
from urllib.parse import urljoin

import boto3
import pytest

from bots.file_bucket import MOST_BYTES, Files, StoredFile, plain_name
from identity.executor import Executor
from tests.agent.tools.documents import sample_documents
from tests.conftest import Stack
from tests.person import Person, signed_in

File = tuple[str, bytes]


async def send(person: Person, *files: File, text: str = "Summarise this contract") -> str:
    """Fill in the form of the page that is open and send it, as a browser without scripts does."""
    form = re.search(r'<form class="ask".*?</form>', person.page.text, re.DOTALL)
    assert form
    assert 'enctype="multipart/form-data"' in form[0]
    action = re.search(r'action="([^"]+)"', form[0])
    token = re.search(r'name="csrf_token" value="([^"]+)"', form[0])
    assert action
    assert token
    given: list[tuple[str, Any]] = [("csrf_token", (None, token[1])), ("text", (None, text))]
    # An empty field comes as a file without a name.
    given += [("files", file) for file in files] or [("files", ("", b""))]
    url = urljoin(str(person.page.url), action[1])
    await person.send("POST", url, files=given)
    return person.text()


async def answer(person: Person) -> str:
    async with asyncio.timeout(30):
        while "Thinking…" in person.page.text:
            await asyncio.sleep(0.2)
            await person.open(str(person.page.url))
    return person.text()


def links(person: Person) -> list[str]:
    return re.findall(r'<a href="(/chat/[^"]+/files/[^"]+)"', person.page.text)


async def test_a_file_is_attached_without_scripts_and_found_again_by_a_later_question(
    stack: Stack,
) -> None:
    async with signed_in(stack, "alice") as alice:
        await send(alice, ("contract.pdf", sample_documents.pdf()))
        first = await answer(alice)
        assert "EUR 2,400.00" in first
        assert re.search(r"contract\.pdf \d+ KB", first)

        await send(alice, text="How does the contract end?")
        later = await answer(alice)
        assert "months' notice" in later

        (link,) = links(alice)
        saved = await alice.open(urljoin(str(alice.page.url), link))

    assert saved.content == sample_documents.pdf() or saved.content.startswith(b"%PDF-")
    assert saved.headers["content-type"] == "application/octet-stream"
    assert saved.headers["content-disposition"] == "attachment; filename*=UTF-8''contract.pdf"
    assert saved.headers["x-content-type-options"] == "nosniff"
    assert saved.headers["cache-control"] == "no-store"


async def test_nobody_else_has_a_persons_file(stack: Stack) -> None:
    async with signed_in(stack, "alice") as alice, signed_in(stack, "admin") as admin:
        await send(alice, ("secret plans.txt", b"The secret is blue."))
        conversation = str(alice.page.url)
        (link,) = links(alice)
        address = urljoin(conversation, link)
        await answer(alice)

        assert (await admin.open(address)).status_code == 404
        await admin.open(conversation)
        assert "secret plans" not in admin.page.text
        await send(admin, text="What does the attached file say?")
        assert "blue" not in await answer(admin)
        async with Person() as stranger:
            assert (await stranger.open(address)).status_code == 401
        guessed = re.sub(r"[0-9a-f]{32}$", "0" * 32, address)
        assert (await alice.open(guessed)).status_code == 404


@pytest.mark.parametrize(
    ("files", "sentence"),
    [
        ([("setup.exe", b"MZ")], "I can't read setup.exe. Please attach PDF"),
        ([("<b>x</b>.svg", b"x")], "I can't read b_.svg."),
        ([("a.txt", b"")], "a.txt is empty."),
        ([(f"{n}.txt", b"x") for n in range(11)], "at most 10 files"),
        ([("a.txt", b"x" * (MOST_BYTES + 1))], "at most 20 MB"),
        ([("a.txt", b"x" * MOST_BYTES), ("b.txt", b"x" * 2_000_000)], "at most 20 MB"),
    ],
)
async def test_what_is_no_document_is_refused_in_a_sentence(
    stack: Stack, files: list[File], sentence: str
) -> None:
    async with signed_in(stack, "alice") as alice:
        text = await send(alice, *files)

    assert alice.page.status_code == 400
    assert sentence in text


async def test_a_form_with_files_needs_its_token_too(stack: Stack) -> None:
    async with signed_in(stack, "alice") as alice:
        conversation = f"{stack.chat}/chat/1234567890123-0123456789abcdef"
        given: list[tuple[str, Any]] = [
            ("text", (None, "Hello")),
            ("files", ("a.txt", b"hello")),
            ("csrf_token", (None, "forged")),
        ]
        forged = await alice.send("POST", conversation, files=given)
        broken = await alice.send(
            "POST",
            conversation,
            content=b"--x\r\nno header",
            headers={"Content-Type": "multipart/form-data; boundary=x"},
        )

    assert forged.status_code == 403
    assert broken.status_code == 400


async def test_the_queue_carries_no_file_and_the_bucket_has_it_under_its_person(
    stack: Stack, aws: boto3.Session
) -> None:
    marker = "Zaphod-8841"
    async with signed_in(stack, "alice") as alice:
        await send(alice, (f"{marker}.txt", b"hello"))
        await answer(alice)
        conversation = str(alice.page.url).rsplit("/", 1)[-1]
    subject = next(
        one["Value"]
        for one in aws.client("cognito-idp").admin_get_user(
            UserPoolId=stack.parameters["user_pool_id"], Username="alice"
        )["UserAttributes"]
        if one["Name"] == "sub"
    )
    bucket = stack.parameters["uploads_bucket"]
    keys = [
        one["Key"]
        for one in aws.client("s3").list_objects_v2(
            Bucket=bucket, Prefix=f"{subject}/{conversation}/"
        )["Contents"]
    ]
    (key,) = keys
    assert re.fullmatch(rf"{subject}/{conversation}/[\w-]+/[0-9a-f]{{32}}", key)
    assert marker not in stack.log("chat") + stack.log("agent")
    rules = aws.client("s3").get_bucket_lifecycle_configuration(Bucket=bucket)["Rules"]
    assert [rule["Expiration"]["Days"] for rule in rules] == [30]


async def test_a_question_carries_the_newest_files_that_fit(
    stack: Stack, aws: boto3.Session
) -> None:
    call = Executor(2)
    files = Files(aws.client("s3"), call, stack.parameters["uploads_bucket"])
    s3 = aws.client("s3")
    stored = []
    for number, size in enumerate((1, MOST_BYTES - 10, 4, 5)):
        file = StoredFile(f"test/newest/{number}", f"{number}.txt", "text/plain", size)
        s3.put_object(Bucket=stack.parameters["uploads_bucket"], Key=file.key, Body=b"x" * size)
        stored.append(file)
    gone = StoredFile("test/newest/gone", "gone.txt", "text/plain", 1)
    try:
        sent = await files.newest([*stored, gone])
    finally:
        call.close()

    assert [file.name for file in sent] == ["1.txt", "2.txt", "3.txt"]
    assert json.dumps([len(file.data) for file in sent]) == json.dumps([MOST_BYTES - 10, 4, 5])


@pytest.mark.parametrize(
    ("name", "taken", "plain"),
    [
        ("offer.pdf", [], "offer.pdf"),
        ("offer.pdf", ["Offer.pdf"], "offer (2).pdf"),
        ("offer.pdf", ["offer.pdf", "offer (2).pdf"], "offer (3).pdf"),
        ("../../x.txt", [], "x.txt"),
        ('"><script>.html', [], "___script_.html"),
        ("a\r\nSet-Cookie: x.txt", [], "a__Set-Cookie_ x.txt"),
        ("", [], "document"),
    ],
)
def test_a_name_is_made_plain(name: str, taken: list[str], plain: str) -> None:
    assert plain_name(name, taken) == plain
