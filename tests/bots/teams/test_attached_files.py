"""Files that come with a question are read; each that isn't is named with its reason."""

from collections.abc import AsyncIterator
from typing import Any

import pytest
from aiohttp import web
from aiohttp.test_utils import TestServer

from bots.file_bucket import MOST_BYTES
from bots.platform import Turn
from bots.teams.incoming import shared_files as rules
from bots.teams.incoming.shared_files import DOWNLOAD, shared_files
from tests.bots.teams.connector import GROUP, PERSONAL
from tests.bots.teams.teams_client import ASKER, TeamsClient
from tests.bots.teams.test_activity_shapes import recorded

PDF = b"%PDF-1.7 total: 12"


@pytest.fixture
async def sharepoint(monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Any]:
    """A host that counts for SharePoint's; it keeps the headers of each request."""
    asked: list[dict[str, str]] = []
    answers = {
        "/offer.pdf": PDF,
        "/empty.pdf": b"",
        "/large.pdf": b"%PDF" + b"x" * MOST_BYTES,
        "/setup.pdf": b"MZ\x00\x01",
    }

    async def give(request: web.Request) -> web.Response:
        asked.append(dict(request.headers))
        content = answers.get(request.path)
        return web.Response(body=content) if content is not None else web.Response(status=404)

    app = web.Application()
    app.add_routes([web.get("/{name}", give)])
    monkeypatch.setattr(
        rules, "_refusal", lambda url: "" if "127.0.0.1" in url else rules.ELSEWHERE
    )
    async with TestServer(app) as server:
        server.asked = asked  # type: ignore[attr-defined]
        yield server


def attached(url: str, name: str = "offer.pdf") -> dict[str, Any]:
    content = {"downloadUrl": url, "uniqueId": name, "fileType": "pdf"}
    return {"contentType": DOWNLOAD, "name": name, "content": content}


async def asked(teams: TeamsClient, *attachments: dict[str, Any], text: str = "total?") -> Turn:
    teams.parts.link(ASKER, "alice@example.com")
    return await teams.turn(teams.accepted(attachments=list(attachments), text=text))


async def test_a_file_is_kept_for_the_conversation_without_our_token(
    teams: TeamsClient, sharepoint: Any
) -> None:
    turn = await asked(teams, attached(str(sharepoint.make_url("/offer.pdf"))))
    (file,) = turn.files
    assert (file.name, file.type, file.size) == ("offer.pdf", "application/pdf", len(PDF))
    assert teams.parts.bucket.kept == {file.key: PDF}
    (headers,) = sharepoint.asked
    assert "Authorization" not in headers
    # The next question can speak of it; a redelivery fetches nothing again.
    assert (await teams.turn(teams.accepted(id="question-2"))).files == (file,)
    await asked(teams, attached(str(sharepoint.make_url("/offer.pdf"))))
    assert len(sharepoint.asked) == 1


async def test_a_file_alone_is_a_question(teams: TeamsClient, sharepoint: Any) -> None:
    turn = await asked(teams, attached(str(sharepoint.make_url("/offer.pdf"))), text="")
    assert turn.text == "Please summarise offer.pdf."


async def test_each_that_cannot_be_read_is_named_with_the_reason(
    teams: TeamsClient, sharepoint: Any
) -> None:
    names = ("empty.pdf", "large.pdf", "setup.pdf", "gone.pdf")
    files = [attached(str(sharepoint.make_url(f"/{name}")), name) for name in names]
    files.append(attached("https://evil.example/x", "evil.pdf"))
    files.append({"contentType": "image/*", "contentUrl": f"{teams.service_url}v3/attachments/0"})
    files.append({"contentType": "reference", "name": "channel.docx"})
    turn = await asked(teams, *files)
    assert turn.files == ()
    (told,) = teams.connector.texts(PERSONAL)
    lines = told.splitlines()
    assert [line.partition(":")[0] for line in lines] == [
        f"I can't read {name}" for name in (*names, "evil.pdf", "the picture", "channel.docx")
    ]
    assert "larger than 20 MB" in lines[1]
    assert "I read PDF" in lines[2]


async def test_a_redelivery_tells_nothing_of_it_again(teams: TeamsClient, sharepoint: Any) -> None:
    for _ in range(2):
        await asked(teams, attached(str(sharepoint.make_url("/empty.pdf")), "empty.pdf"))
    assert len(teams.connector.texts(PERSONAL)) == 1


@pytest.mark.parametrize(
    ("html", "told"),
    [
        (
            '<div>total? <attachment id="4c1b"></attachment></div>',
            f"I can't read the attached file: {rules.IN_A_GROUP}.",
        ),
        (
            '<p><img itemtype="http://schema.skype.com/AMSImage" src="https://x/imgo"></p>',
            f"I can't read the picture: {rules.PICTURE}.",
        ),
    ],
)
async def test_what_a_channel_tells_of_by_a_tag_alone_is_named_too(
    teams: TeamsClient, html: str, told: str
) -> None:
    teams.parts.link(ASKER, "alice@example.com")
    html_part = {"contentType": "text/html", "content": html}
    turn = await teams.turn(teams.accepted_in_group(attachments=[html_part]))
    assert turn.text == "Is it?"
    (said,) = teams.connector.targeted(GROUP)
    assert said["text"].startswith(told)


@pytest.mark.parametrize(
    "html",
    [
        "<div>attachment id=1</div>",
        '<p><img itemtype="http://schema.skype.com/Emoji" alt="x"></p>',
        "<attachment id=" * 100_000,
    ],
)
def test_not_every_tag_is_a_file(html: str) -> None:
    found = shared_files({"attachments": [{"contentType": "text/html", "content": html}]})
    assert len(found) == ("<attachment" in html)


def test_a_file_that_is_described_is_not_named_twice() -> None:
    tag = {"contentType": "text/html", "content": '<attachment id="1"></attachment>'}
    (file,) = shared_files({"attachments": [attached("https://x.sharepoint.com/a"), tag]})
    assert file.name == "offer.pdf"


async def test_of_strangers_nothing_is_fetched(teams: TeamsClient, sharepoint: Any) -> None:
    file = attached(str(sharepoint.make_url("/offer.pdf")))
    turn = await teams.turn(teams.accepted(attachments=[file]))
    assert (turn.files, sharepoint.asked) == ((), [])


@pytest.mark.parametrize(
    "url",
    [
        "http://contoso.sharepoint.com/x",
        "https://contoso.sharepoint.com.evil.example/x",
        "https://contoso.sharepoint.com:8443/x",
        "https://user@contoso.sharepoint.com/x",
        "https://sharepoint.com@evil.example/x",
        "https://169.254.169.254/latest",
        "https://[",
        "",
    ],
)
def test_files_are_fetched_from_sharepoint_only(url: str) -> None:
    (file,) = shared_files({"attachments": [attached(url)]})
    assert file.refusal == rules.ELSEWHERE


def test_a_recorded_file_may_be_fetched() -> None:
    (file,) = shared_files(recorded("message_file"))
    assert (file.name, file.refusal) == ("offer.pdf", "")
