"""What an answer looks like on the page, and what it must not do there."""

import pytest

from tests.bots.web.whole_html import html

HOSTILE = [
    "<script>alert(1)</script>",
    "<img src=x onerror=alert(1)>",
    "[click](javascript:alert(1))",
    "[click](data:text/html,<script>alert(1)</script>)",
    "![pixel](https://evil.example/track.png)",
    '<a href="https://x.example" onclick="alert(1)">x</a>',
    "<iframe src=https://evil.example></iframe>",
    "<style>*{display:none}</style>",
]


@pytest.mark.parametrize("text", HOSTILE)
def test_nothing_in_an_answer_acts_on_the_page(text: str) -> None:
    shown = html(text)

    # What stays of the tags is text: each of them begins with an escaped bracket.
    assert not any(tag in shown for tag in ("<script", "<img", "<iframe", "<style", '<a href="j'))
    assert 'href="javascript' not in shown
    assert 'href="data' not in shown


def test_an_answers_markdown_becomes_a_page() -> None:
    shown = html("**Active** until *2027*\n\n- one\n\n| a | b |\n|---|---|\n| 1 | 2 |\n")

    assert "<strong>Active</strong>" in shown
    assert "<li>one</li>" in shown
    assert "<td>1</td>" in shown


def test_links_open_elsewhere_and_tell_nobody_where_from() -> None:
    shown = html("[docs](https://docs.example/a)")

    assert 'target="_blank"' in shown
    assert "noreferrer" in shown
