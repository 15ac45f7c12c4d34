"""The whole of what people send reaches the agent: names, quotes, threads and files."""

import base64
import io
import zipfile
from types import SimpleNamespace
from typing import Any, cast

import pytest

from bots.file_bucket import type_by_content
from bots.platform import Quote, Turn
from bots.slack.name_cache import NameCache
from bots.slack.outgoing.web_api import WebApi
from tests.bots.slack.slack_client import (
    ADMIN,
    ALICE,
    ALICE_DM,
    GENERAL,
    PARTNERS,
    SlackClient,
)
from tests.bots.slack.test_platform import answering, written
from tests.local.slack.test_payload_shapes import recorded

PDF = b"%PDF-1.7 an offer"
VISITOR, OTHER_BOT = "U0VISITOR00", "U0OTHERBOT0"


def file(name: str, content: bytes = PDF, **more: Any) -> dict[str, Any]:
    return {"name": name, "content": base64.b64encode(content).decode(), **more}


async def read(slack: SlackClient, text: str, **how: Any) -> Turn:
    """What reaches the agent of a message of somebody's who is known."""
    slack.parts.account.link(ALICE, "alice@example.com")
    turns: list[Turn] = []
    await slack.message(text, **how)
    await slack.work(answering(slack, *written("x"), turns=turns))
    [turn] = turns
    return turn


async def test_people_and_channels_are_called_by_their_names(slack: SlackClient) -> None:
    said = {"text": f"<@U0BIZASSIST> what did <@{ADMIN}> and <@{OTHER_BOT}> order in <#{GENERAL}>?"}
    turn = await read(slack, "@BizAssist x", channel=GENERAL, event=said)
    assert turn.text == "what did @Admin Example and @Other Bot order in #general?"

    unknown = {"text": f"<@{VISITOR}> asked in <#C0NOWHERE00> and <#C1|named>"}
    turn = await read(slack, "x", event=unknown)
    assert turn.text == "@someone asked in #a-channel and #named"


@pytest.mark.parametrize(
    ("sample", "quote"),
    [
        ("message_forwarded", Quote("Bea, forwarded", "My phone PHONE-2021-007 is broken")),
        ("message_table", Quote("a table that was pasted", "Manufacturer | Units\nSamsung | 3")),
    ],
)
async def test_what_others_wrote_is_quoted_and_is_not_the_question(
    slack: SlackClient, sample: str, quote: Quote
) -> None:
    carried = {"attachments": recorded(sample)["event"]["attachments"]}
    turn = await read(slack, "can you check this?", event=carried)
    assert turn.text == "can you check this?"
    assert turn.quotes == (quote,)

    turn = await read(slack, "@BizAssist", channel=GENERAL, event=carried)
    assert (turn.text, turn.quotes) == ("Please summarise this.", (quote,))


async def test_tables_and_forwarded_blocks_in_other_places_are_read(slack: SlackClient) -> None:
    def section(text: str) -> list[dict[str, Any]]:
        words = {"type": "rich_text_section", "elements": [{"type": "text", "text": text}]}
        return [{"type": "rich_text", "elements": [words]}]

    cell = {"type": "rich_text", "elements": section("Rich")[0]["elements"]}
    table = {"type": "table", "rows": [[cell, {"type": "raw_number", "value": 1.5}], ["no cell"]]}
    message = {"message": {"blocks": section("Only blocks")}}
    forwarded = {"is_msg_unfurl": True, "channel_name": "sales", "message_blocks": [message]}
    event = {"blocks": [*section("look"), table], "attachments": [forwarded, {"title": "a link"}]}
    turn = await read(slack, "look", event=event)
    assert turn.quotes == (
        Quote("a table that was pasted", "Rich | 1.5"),
        Quote("somebody, forwarded from #sales", "Only blocks"),
    )


async def test_a_mention_in_a_thread_knows_its_last_fifty_messages_with_names(
    slack: SlackClient,
) -> None:
    await slack.message("The printer is broken", user=ADMIN, channel=GENERAL)
    [root] = await slack.sees(ALICE, GENERAL)
    await slack.set("rate-limits", on=False)
    for number in range(220):
        await slack.message(f"Reply {number}", user=ADMIN, channel=GENERAL, thread=root["ts"])
    await slack.message("A bot says so", user=OTHER_BOT, channel=GENERAL, thread=root["ts"])
    there = {"channel": GENERAL, "thread": root["ts"]}
    turn = await read(slack, "@BizAssist summarise this", **there)
    assert turn.text == "summarise this"
    assert len(turn.quotes) == 50
    assert turn.quotes[0] == Quote("Admin Example, earlier in this thread", "Reply 171")
    assert turn.quotes[-1] == Quote("Other Bot, earlier in this thread", "A bot says so")

    turn = await read(slack, "And shorter?", **there)
    assert turn.quotes == ()


async def test_nothing_is_fetched_for_somebody_who_is_not_known(slack: SlackClient) -> None:
    turns: list[Turn] = []
    await slack.message("", files=[file("offer.pdf")])
    await slack.message("@BizAssist hi", channel=GENERAL)
    await slack.work(answering(slack, turns=turns))
    assert [(turn.text, turn.files) for turn in turns] == [
        ("Please summarise what I sent.", ()),
        ("hi", ()),
    ]
    assert slack.parts.bucket.kept == {}
    assert await slack.calls("conversations.history") == []


async def test_files_are_kept_and_later_questions_of_the_thread_know_them(
    slack: SlackClient,
) -> None:
    turn = await read(slack, "", files=[file("offer.pdf"), file("b/../notes", b"plain words")])
    assert turn.text == "Please summarise offer.pdf, notes."
    assert [(one.name, one.type) for one in turn.files] == [
        ("offer.pdf", "application/pdf"),
        ("notes", "text/plain"),
    ]
    assert list(slack.parts.bucket.kept.values()) == [PDF, b"plain words"]
    thread = (await slack.sees(ALICE, ALICE_DM))[0]["ts"]
    later = await read(slack, "And this?", thread=thread, files=[file("offer.pdf")])
    assert [one.name for one in later.files] == ["offer.pdf", "notes", "offer (2).pdf"]
    other = await read(slack, "Elsewhere?")
    assert other.files == ()


async def test_files_of_a_mention_are_looked_for_in_its_message(slack: SlackClient) -> None:
    turn = await read(slack, "@BizAssist", channel=GENERAL, files=[file("offer.pdf")])
    assert [one.name for one in turn.files] == ["offer.pdf"]
    root = (await slack.sees(ALICE, GENERAL))[0]["ts"]
    turn = await read(
        slack, "@BizAssist this?", channel=GENERAL, thread=root, files=[file("plan.pdf")]
    )
    assert [one.name for one in turn.files] == ["offer.pdf", "plan.pdf"]


REFUSED = [
    (file("photo.png", b"\x89PNG\r\n\x1a\n\0\0"), "it is of a kind that I can't read"),
    (file("tool.pdf", b"MZ\x90\0\x03"), "it is of a kind that I can't read"),
    (file("nothing.txt", b""), "it is empty"),
    (file("huge.pdf", size=21 * 1024 * 1024), "it is larger than 20 MB"),
    (file("drive.docx", is_external=True), "it is not kept in Slack"),
    (file("theirs.pdf", file_access="check_file_info"), "Slack doesn't show it to me"),
    (
        file("evil.pdf", url_private_download="https://evil.example/x", url_private=""),
        "its address is not one of Slack's",
    ),
]


@pytest.mark.parametrize(("shared", "why"), REFUSED)
async def test_each_refused_file_is_named_with_the_reason(
    slack: SlackClient, shared: dict[str, Any], why: str
) -> None:
    turn = await read(slack, "Compare them", files=[shared, file("good.pdf")])
    assert turn.text == "Compare them"
    assert [one.name for one in turn.files] == ["good.pdf"]
    told = [m["text"] for m in await slack.from_us(ALICE, ALICE_DM)]
    assert [text for text in told if text.startswith(f"I can't read {shared['name']}: {why}")]


async def test_a_file_that_is_larger_than_slack_says_is_left_in_the_midst_of_it(
    slack: SlackClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("bots.turn.attached_files.MOST_BYTES", len(PDF) - 1)
    await read(slack, "Read it", files=[file("lies.pdf", size=1)])
    assert slack.parts.bucket.kept == {}
    told = [m["text"] for m in await slack.from_us(ALICE, ALICE_DM)]
    assert "I can't read lies.pdf: it is larger than 20 MB." in told


@pytest.mark.parametrize(
    ("fields", "standing"),
    [
        ({"team_id": "T1"}, "person"),
        ({"team_id": "T2"}, "stranger"),
        ({}, "stranger"),
        ({"team_id": "T1", "is_stranger": True}, "stranger"),
        ({"team_id": "T9", "enterprise_user": {"enterprise_id": "T1"}}, "person"),
        ({"team_id": "T1", "is_bot": True}, "nobody"),
        ({"team_id": "T1", "deleted": True}, "nobody"),
    ],
)
async def test_who_speaks_is_a_closed_list(fields: dict[str, Any], standing: str) -> None:
    async def user(_: str) -> dict[str, Any]:
        return {"profile": {"real_name": "Bea"}, **fields}

    account = await NameCache(cast("WebApi", SimpleNamespace(user=user))).account("T1", "U1")
    assert (account.name, account.standing) == ("Bea", standing)


async def test_without_the_right_to_read_files_its_asker_is_told_and_nothing_is_asked(
    slack: SlackClient,
) -> None:
    slack.parts.account.link(ALICE, "alice@example.com")
    await slack.set("workspace", files_read=False)
    turns: list[Turn] = []
    await slack.message("", files=[file("offer.pdf")])
    await slack.message("@BizAssist", channel=GENERAL, files=[file("plan.pdf")])
    await slack.work(answering(slack, turns=turns))
    assert turns == []
    first, second = [m["text"] for m in await slack.from_us(ALICE, ALICE_DM)]
    assert "I can't read offer.pdf: Slack doesn't let me read files here" in first
    assert "I can't read plan.pdf" in second
    assert [m["author"] for m in await slack.sees(ADMIN, GENERAL)] == [ALICE]


async def test_a_file_that_can_not_be_kept_now_is_named_and_the_question_answered(
    slack: SlackClient,
) -> None:
    slack.parts.account.link(ALICE, "alice@example.com")
    slack.parts.bucket.is_down = True
    turns: list[Turn] = []
    await slack.message("What does it say?", files=[file("offer.pdf")])
    await slack.work(answering(slack, *written("x"), turns=turns))

    assert [turn.files for turn in turns] == [()]
    told = " ".join(message["text"] for message in await slack.from_us(ALICE, ALICE_DM))
    assert "I can't read offer.pdf: I couldn't fetch it just now, please send it again." in told


@pytest.mark.parametrize("event", [{}, {"user_team": ""}])
async def test_whose_company_cannot_be_told_is_a_stranger_also_by_their_account(
    slack: SlackClient, event: dict[str, str]
) -> None:
    turns: list[Turn] = []
    await slack.message("@BizAssist hi", user=VISITOR, channel=PARTNERS, event=event)
    await slack.work(answering(slack, turns=turns))
    [told] = await slack.from_us(VISITOR, PARTNERS)
    assert told["private"]
    assert "only answer people of the company" in told["text"]
    assert await slack.from_us(ALICE, PARTNERS) == []
    assert turns == []


async def test_a_thread_that_cannot_be_read_is_no_reason_to_fail(slack: SlackClient) -> None:
    await slack.fault(method="conversations.history", error="missing_scope")
    turn = await read(slack, "@BizAssist hi", channel=GENERAL)
    assert (turn.text, turn.quotes) == ("hi", ())


def archive(*names: str) -> bytes:
    content = io.BytesIO()
    with zipfile.ZipFile(content, "w") as written_to:
        for name in names:
            written_to.writestr(name, "x")
    return content.getvalue()


@pytest.mark.parametrize(
    ("name", "content", "kind"),
    [
        ("x.docx", archive("[Content_Types].xml", "word/document.xml"), "wordprocessingml"),
        ("x.pdf", archive("xl/workbook.xml"), "spreadsheetml"),
        ("x.zip", archive("ppt/presentation.xml"), "presentationml"),
        ("x.docx", archive("other.txt"), None),
        ("x.docx", b"PK\x03\x04broken", None),
        ("x.csv", b"a;b\n1;2", "text/csv"),
        ("x.exe", "Grüße".encode("latin-1"), "text/plain"),
        ("x.txt", "Grüße".encode("utf-16"), "text/plain"),
        ("x.pdf", b"words", "text/plain"),
        ("x.txt", b"\0\1", None),
    ],
)
def test_a_file_is_what_its_content_says(name: str, content: bytes, kind: str | None) -> None:
    found = type_by_content(name, content)
    assert (kind in found) if found and kind else found == kind
