"""What an answer is based on, below it, in every chat."""

from typing import Any

import pytest
from ag_ui.core import BaseEvent, CustomEvent, RunStartedEvent, TextMessageContentEvent

from bots.answer.draft import NOTHING, Draft
from bots.answer.markdown.parse_tree import PARSER
from bots.answer.markdown.splitting import split
from bots.answer.sources import LONGEST_PASSAGE, MOST, SOURCE, Source, markdown, source_of
from bots.slack.outgoing.markdown_block import block_markdown
from bots.slack.outgoing.message import PIECE
from bots.slack.outgoing.mrkdwn import slack_mrkdwn
from bots.teams.outgoing.markdown import teams_markdown
from bots.web.outgoing.answer_state import SENTENCE, AnswerState, apply


def event(**value: Any) -> CustomEvent:
    return CustomEvent(name=SOURCE, value={"tool": "t", "section": None, "url": None, **value})


def said(text: str) -> TextMessageContentEvent:
    return TextMessageContentEvent(message_id="m", delta=text)


def final(*events: BaseEvent) -> str:
    draft = Draft()
    for one in events:
        draft.take(one)
    return draft.final()


def test_a_chat_names_them_below_the_answer() -> None:
    page = event(title="Rates", section="a.example", url="https://a.example/r")
    answer = final(event(title="Leave", section="Sick leave"), page, said("Six weeks."))

    assert answer == (
        "Six weeks.\n\n**Sources:** Leave · Sick leave; [Rates](https://a.example/r) · a.example"
    )
    assert "<https://a.example/r|Rates>" in slack_mrkdwn(answer)


def test_without_an_answer_there_are_no_sources() -> None:
    assert final(event(title="Leave")) == NOTHING
    assert final(said("Yes.")) == "Yes."


def test_only_a_few_are_named_and_they_fit_a_message() -> None:
    many = [Source("T" * 500, "S" * 500, f"https://a.example/{'x' * 2_000}")] * 9
    line = markdown(many)

    assert line.endswith(f"; {9 - MOST} more")
    assert len(line) < PIECE
    [piece] = split(f"Yes.\n\n{line}", PIECE)
    assert piece.endswith("more")


HOSTILE = [
    "<!channel> <@U123>",
    "[bank](https://evil.example)",
    "![pixel](https://evil.example/x.png)",
    "x](https://evil.example) [y",
    "`code` **bold**\n\n# Heading\n\n- item",
    "<img src=x onerror=alert(1)>",
    "<at>everyone</at>",
]


@pytest.mark.parametrize("title", HOSTILE)
def test_a_name_formats_links_and_mentions_nothing(title: str) -> None:
    line = markdown([Source(title, title)])
    shown = PARSER.render(line)

    assert "\n" not in line
    assert not any(tag in shown for tag in ("<a", "<img", "<code", "<li", "<h1", "<at"))
    assert shown.count("<strong>") == 1
    for text in (slack_mrkdwn(line), block_markdown(line), teams_markdown(line)):
        assert "<" not in text
        assert "](" not in text


@pytest.mark.parametrize(
    "url",
    [
        "javascript:alert(1)",
        "data:text/html,x",
        "//evil.example",
        "ftp://a.example",
        "https://",
        "https://[bad",
        "https://a.example/" + "x" * 3_000,
        7,
    ],
)
def test_an_address_that_may_not_be_followed_is_left_out(url: object) -> None:
    assert source_of(event(title="T", url=url)) == Source("T")


def test_an_address_cannot_leave_its_link() -> None:
    line = markdown([Source("T", None, "https://a.example/(x)>[y](https://evil.example) z")])

    assert line == (
        "**Sources:** [T](https://a.example/%28x%29%3E%5By%5D%28https://evil.example%29%20z)"
    )


def test_what_names_no_source_is_none() -> None:
    assert source_of(said("x")) is None
    assert source_of(CustomEvent(name="other", value={"title": "T"})) is None
    values: list[Any] = [None, [], {}, {"title": None}, {"title": " "}]
    for value in values:
        assert source_of(CustomEvent(name=SOURCE, value=value)) is None


def test_a_source_has_what_it_says_there_where_that_is_known() -> None:
    assert source_of(event(title="Leave", passage="Six weeks.")) == Source(
        "Leave", passage="Six weeks."
    )
    assert source_of(event(title="Leave", passage=["x"])) == Source("Leave")
    long = source_of(event(title="Leave", passage="x" * 9_000))
    assert long
    assert len(long.passage) == LONGEST_PASSAGE


def test_the_page_lists_them_until_the_answer_starts_over() -> None:
    shown = AnswerState()
    for one in (event(title="Leave"), said("Six weeks.")):
        shown = apply(shown, one)
    sentence = CustomEvent(name=SENTENCE, value="Again.")

    assert shown.sources == (Source("Leave"),)
    assert apply(shown, RunStartedEvent(thread_id="t", run_id="r")).sources == ()
    assert apply(shown, sentence).sources == ()
