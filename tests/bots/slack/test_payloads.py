"""What Slack sends is read as people mean it."""

from collections.abc import Mapping

import pytest

from bots.platform import Audience
from bots.slack.incoming.payloads import read_message
from bots.slack.message_content.markup import plain

AUTHORIZED = {"team_id": "T1", "enterprise_id": None, "user_id": "UBOT"}
POST = {"channel": "C1", "user": "U1", "ts": "17.5", "text": "<@UBOT> hello"}


def event(envelope: Mapping[str, object] | None = None, **fields: object) -> dict[str, object]:
    return {
        "type": "event_callback",
        "team_id": "T1",
        "authorizations": [AUTHORIZED],
        "is_ext_shared_channel": False,
        "event": POST | {"type": "app_mention"} | fields,
        **(envelope or {}),
    }


@pytest.mark.parametrize(
    ("sent", "meant"),
    [
        ("a &lt;b&gt; &amp;amp; c", "a <b> &amp; c"),
        ("<https://example.com/a?b=1&amp;c=2>", "https://example.com/a?b=1&c=2"),
        ("<http://example.com|example.com>", "http://example.com"),
        ("<https://example.com|our page>", "our page (https://example.com)"),
        ("<mailto:a@example.com|a@example.com>", "a@example.com"),
        ("<@U2> and <@U3|carol>", "@U2 and @carol"),
        ("<#C1|general> <!here> <!subteam^S1|@sales>", "#general @here @sales"),
        ("1 < 2 and 3 > 2", "1 < 2 and 3 > 2"),
    ],
)
def test_slacks_markup_becomes_plain_text(sent: str, meant: str) -> None:
    assert plain(sent) == meant


@pytest.mark.parametrize(
    ("sent", "meant"),
    [
        ("<@UBOT> hello", "hello"),
        ("hello <@UBOT|bizassist>", "hello"),
        ("<@UBOT> ask <@U2> too", "ask @U2 too"),
    ],
)
def test_the_mention_of_the_assistant_is_not_part_of_the_question(sent: str, meant: str) -> None:
    incoming = read_message(event(text=sent))
    assert incoming is not None
    assert incoming.text == meant


def test_a_mention_starts_a_thread_and_stays_in_one() -> None:
    first, later = read_message(event()), read_message(event(ts="18.1", thread_ts="17.5"))
    assert first is not None
    assert later is not None
    assert first.thread == later.thread == "17.5"
    assert first.conversation == later.conversation == "slack:T1:C1:17.5"


def test_nobody_waits_behind_a_colleague_in_the_same_thread() -> None:
    mine, theirs = (
        read_message(event(user=user, ts=f"{ts}.1", thread_ts="17.5"))
        for user, ts in (("U1", 18), ("U2", 19))
    )
    assert mine is not None
    assert theirs is not None
    assert mine.conversation == theirs.conversation
    groups = {one.accepted({}).conversation for one in (mine, theirs)}
    assert groups == {"slack:T1:C1:17.5#U1", "slack:T1:C1:17.5#U2"}


def test_each_direct_message_begins_a_thread_of_its_own_or_goes_on_with_one() -> None:
    said = {"type": "message", "channel_type": "im", "channel": "D1", "text": "hello"}
    first, later = (
        read_message(event(None, **said, **more)) for more in ({}, {"thread_ts": "9.1"})
    )
    assert first is not None
    assert later is not None
    assert (first.kind, first.thread, first.conversation) == ("direct", "17.5", "slack:T1:D1:17.5")
    assert (later.thread, later.conversation) == ("9.1", "slack:T1:D1:9.1")


def test_on_enterprise_grid_the_organisation_is_the_tenant() -> None:
    grid = {"authorizations": [AUTHORIZED | {"enterprise_id": "E1"}]}
    incoming = read_message(event(grid, team="E1"))
    assert incoming is not None
    assert incoming.chat_user.key == "slack#E1#U1"


@pytest.mark.parametrize(
    ("fields", "shared_channel", "from_another_company"),
    [
        ({"user_team": "T2"}, True, True),
        ({"team": "T2"}, True, True),
        ({"user_team": "T1"}, True, False),
        ({"user_team": "T2"}, False, False),  # another workspace of the same organisation
        ({}, True, True),  # whose company can't be told
    ],
)
def test_people_of_another_company_are_strangers(
    fields: dict[str, object], *, shared_channel: bool, from_another_company: bool
) -> None:
    incoming = read_message(event({"is_ext_shared_channel": shared_channel}, **fields))
    assert incoming is not None
    assert incoming.from_another_company is from_another_company


def test_rich_text_is_read_as_a_text_is() -> None:
    def section(*elements: object) -> dict[str, object]:
        return {"type": "rich_text_section", "elements": list(elements)}

    def text(words: str) -> dict[str, object]:
        return {"type": "text", "text": words}

    items = {"type": "rich_text_list", "elements": [section(text("one")), section(text("two"))]}
    link = {"type": "link", "url": "https://x.example/?a=1&b=2", "text": "ours"}
    block = {
        "type": "rich_text",
        "elements": [
            section(
                {"type": "user", "user_id": "UBOT"},
                text(" a < b, "),
                {"type": "user", "user_id": "U2"},
                text(" "),
                {"type": "broadcast", "range": "here"},
                text(" "),
                {"type": "emoji", "name": "wave"},
            ),
            items,
            {"type": "rich_text_quote", "elements": [link]},
        ],
    }
    incoming = read_message(event(text="", blocks=[{"type": "image"}, block, "no block"]))
    assert incoming is not None
    assert incoming.text == (
        "a < b, @U2 @here :wave:\n- one\n- two\nours (https://x.example/?a=1&b=2)"
    )


@pytest.mark.parametrize(
    "blocks", [None, "text", [None], [{"type": "rich_text", "elements": "none"}]]
)
def test_blocks_that_say_nothing_are_no_words(blocks: object) -> None:
    incoming = read_message(event(text="", blocks=blocks))
    assert incoming is not None
    assert incoming.text == ""


@pytest.mark.parametrize(
    ("shared_channel", "audience"),
    [(False, Audience.COLLEAGUES), (True, Audience.OUTSIDERS), (None, Audience.OUTSIDERS)],
)
def test_who_reads_a_channel_along_is_what_slack_says_or_the_wider(
    shared_channel: object, audience: Audience
) -> None:
    mention = event({"is_ext_shared_channel": shared_channel}, type="app_mention")
    incoming = read_message(mention)

    assert incoming is not None
    assert incoming.audience is audience
