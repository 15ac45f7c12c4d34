"""What an answer looks like where it is shown, and what it must not do there."""

import pytest

from bots.answer.markdown import html, slack_mrkdwn, split, teams_markdown
from tests.some import some

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


@pytest.mark.parametrize(
    "text",
    ["<!channel>", "<!here|here>", "<@U012AB3CD>", "<#C123>", "`<!channel>`", "<!subteam^S1>"],
)
def test_nobody_is_called_in_slack(text: str) -> None:
    shown = slack_mrkdwn(f"Hello {text} there")

    assert "<" not in shown


def test_slack_shows_its_own_markup() -> None:
    shown = slack_mrkdwn("# Result\n\n**Active** ([terms](https://x.example/a))\n\n- one")

    assert shown == "*Result*\n\n*Active* (<https://x.example/a|terms>)\n\n•   one"


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("<at>Everyone</at> 1 < 2", "&lt;at>Everyone&lt;/at> 1 < 2"),
        ("![pixel](https://evil.example/a.png)", "[pixel](https://evil.example/a.png)"),
        ("[click](javascript:alert(1))", "[click] (javascript:alert(1))"),
        ("[click]( data:text/html,x)", "[click] ( data:text/html,x)"),
        ("[one]: javascript:alert(1)", "\\[one]: javascript:alert(1)"),
        ("**Active** ([terms](https://x.example/a))", "**Active** ([terms](https://x.example/a))"),
    ],
)
def test_nothing_in_an_answer_acts_in_teams(text: str, shown: str) -> None:
    assert teams_markdown(text) == shown


@pytest.mark.parametrize(
    ("text", "pieces"),
    [
        ("", []),
        ("short", ["short"]),
        ("one two three four five", ["one two three four five"]),
        ("a sentence of words. " * 3, ["a sentence of words.", "a sentence of words. " * 2]),
        (
            "first line.\n\n" + "second part " * 3,
            ["first line.", "second part second part second part "],
        ),
        ("x" * 60, ["x" * 21, "x" * 39]),
    ],
)
def test_long_text_is_cut_where_a_reader_pauses(text: str, pieces: list[str]) -> None:
    assert split(text, 46) == pieces


def test_a_code_block_that_is_cut_stays_one_in_each_piece() -> None:
    text = "```python\n" + "print(1)\n" * 40 + "```\n\nThat is all."

    pieces = split(text, 120)

    assert len(pieces) > 3
    assert max(map(len, pieces)) <= 120
    assert all(piece.count("```") == 2 for piece in some(pieces))
    assert all(piece.startswith("```python\n") for piece in some(pieces))
    assert sum(piece.count("print(1)") for piece in pieces) == 40


def test_nothing_is_lost_by_cutting() -> None:
    words = " ".join(str(number) for number in range(2_000))

    pieces = split(words, 300)

    assert " ".join(pieces) == words
    assert max(map(len, pieces)) <= 300


def test_a_piece_has_a_size() -> None:
    with pytest.raises(ValueError, match="more than"):
        split("text", 10)
