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
    r"$\text{<img src=x onerror=alert(1)>} = 1$",
    r"\[\text{</math><script>alert(1)</script>}\]",
    r"$\href{javascript:alert(1)}{x} = 1$",
    "```html\n<script>alert(1)</script>\n```",
    '```"><script>alert(1)</script>\nx\n```',
    "| <script>alert(1)</script> |\n|---|\n| ![x](https://evil.example/a.png) |",
    "- [x] <img src=x onerror=alert(1)>",
]


@pytest.mark.parametrize("text", HOSTILE)
def test_nothing_in_an_answer_acts_on_the_page(text: str) -> None:
    shown = html(text)

    # What stays of the tags is text: each of them begins with an escaped bracket.
    acting = ("<script", "<img", "<iframe", "<style", '<a href="j', "style=")
    assert not any(tag in shown for tag in acting)
    assert 'href="javascript' not in shown
    assert 'href="data' not in shown


def test_an_answers_markdown_becomes_a_page() -> None:
    shown = html("**Active** until *2027*\n\n- one\n\n| a | b |\n|---|---|\n| 1 | 2 |\n")

    assert "<strong>Active</strong>" in shown
    assert "<li>one</li>" in shown
    assert '<td class="figure">1</td>' in shown


def test_links_open_elsewhere_and_tell_nobody_where_from() -> None:
    shown = html("[docs](https://docs.example/a)")

    assert 'target="_blank"' in shown
    assert "noreferrer" in shown


def test_two_short_lines_stay_two_and_what_is_struck_is_struck() -> None:
    assert html("Kind regards\nAlice ~~B.~~") == "<p>Kind regards<br>\nAlice <s>B.</s></p>\n"


def test_a_table_scrolls_in_a_box_that_takes_the_focus_and_keeps_columns_and_figures() -> None:
    shown = html("| name | sum |\n|:--|--:|\n| Globex | 1,234.50 |\n| Initech | none |\n")

    box = '<div class="table" role="region" tabindex="0" aria-label="Table">'
    assert shown.startswith(f"{box}\n<table>")
    assert '<th class="left">name</th>' in shown
    assert '<td class="right figure">1,234.50</td>' in shown
    assert '<td class="right">none</td>' in shown


def test_tasks_have_boxes_that_are_read_aloud() -> None:
    shown = html("- [ ] order\n- [x] pay\n- [z] no box\n")

    assert 'aria-label="not done">☐</span> order' in shown
    assert 'aria-label="done">☑</span> pay' in shown
    assert "<li>[z] no box</li>" in shown


def test_a_bare_address_can_be_followed_and_a_files_name_is_none() -> None:
    shown = html("See https://intra.example/travel?y=2026. Not notes.md, nor `https://x.example`.")

    assert 'href="https://intra.example/travel?y=2026" target="_blank"' in shown
    assert shown.count("<a ") == 1


def test_code_names_its_language_can_be_copied_and_is_coloured_by_classes() -> None:
    shown = html("```python\ndef f(x):\n    return '<b>'\n```")

    assert "<span>python</span>" in shown
    assert '<button type="button" class="copy-code">Copy</button>' in shown
    assert '<span class="k">def</span> <span class="nf">f</span>(x):' in shown
    assert "&lt;b&gt;" in shown
    assert "def f" in html("```brainfuck\ndef f\n```")  # as it is: a language that isn't known


@pytest.mark.parametrize("written", ["$x^2$", r"\(x^2\)", "$$\nx^2\n$$", r"\[x^2\]"])
def test_a_formula_is_drawn(written: str) -> None:
    assert "<msup><mi>x</mi><mn>2</mn></msup>" in html(f"so\n\n{written}\n\nthen")


@pytest.mark.parametrize(
    "written",
    ["from $5 to $10", "US$ 5 or A$ 6", "$5–$10 a day", "it costs $9 and not C$", r"`$x^2$`"],
)
def test_money_is_no_formula(written: str) -> None:
    assert "<math" not in html(written)


@pytest.mark.parametrize(
    "written",
    [
        r"$\newcommand{\a}{b}\a$",
        r"$\left(\sqrt$",
        f"${'x^' * 1000}$",
        r"$\begin{x}$",
    ],
)
def test_what_cannot_be_drawn_is_shown_as_it_is_written(written: str) -> None:
    shown = html(written)

    assert "<math" not in shown
    assert written.strip("$")[:3] in shown
