"""A long answer costs as much as it is long, however often it is shown on the way."""

import re

import pytest

from bots.web.outgoing import growing_html
from bots.web.outgoing.answer_html import html_of_piece
from bots.web.outgoing.growing_html import GrowingHtml
from bots.web.outgoing.markdown_pieces import LARGEST_PIECE, pieces
from tests.bots.web.whole_html import html
from tests.some import some

PROSE = "A **paragraph** with [a link](https://example.com/a) and `code`.\n\n- one\n- two\n\n"
TEXTS = {
    "prose": PROSE,
    "one paragraph": "word ",
    "one word": "x",
    "one list": "- item\n",
    "brackets": "[ ",
}
STEP = 300


def of_size(kind: str, size: int) -> str:
    return (TEXTS[kind] * (size // len(TEXTS[kind]) + 1))[:size]


class Page:
    """What a browser makes of the changes."""

    def __init__(self) -> None:
        self.pieces: list[str] = []

    def change(self, growing: GrowingHtml, text: str, *, last: bool = False) -> None:
        while True:
            if changed := growing.update(text, last=last):
                start, made = changed["from"], changed["pieces"]
                assert isinstance(start, int)
                assert isinstance(made, list)
                assert start <= len(self.pieces)
                self.pieces[start:] = made
            if not growing.behind:
                return


@pytest.fixture
def rendered(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """The lengths of what is rendered, each time it is."""
    lengths = list[int]()

    def noted(markdown: str) -> str:
        lengths.append(len(markdown))
        return html_of_piece(markdown)

    monkeypatch.setattr(growing_html, "html_of_piece", noted)
    return lengths


def written(text: str) -> tuple[Page, GrowingHtml]:
    page, growing = Page(), GrowingHtml()
    for end in range(STEP, len(text), STEP):
        page.change(growing, text[:end])
    page.change(growing, text, last=True)
    return page, growing


@pytest.mark.parametrize("kind", TEXTS)
@pytest.mark.parametrize("size", [100, 2 * LARGEST_PIECE + 7])
def test_what_grew_is_what_is_shown_at_once(kind: str, size: int) -> None:
    text = of_size(kind, size)
    page, _ = written(text)
    assert "\n".join(page.pieces) == html(text)
    at_once = Page()
    at_once.change(GrowingHtml(), text, last=True)
    assert at_once.pieces == page.pieces


@pytest.mark.parametrize("size", [4_000, 40_000])
def test_twice_the_answer_is_twice_the_work(size: int, rendered: list[int]) -> None:
    written("x " * (size // 2))
    once = sum(rendered)
    rendered.clear()
    written("x " * size)
    assert sum(rendered) <= 2.5 * once
    assert once <= 16 * size


def test_an_answer_of_any_length_is_rendered_once_where_it_is_there(rendered: list[int]) -> None:
    for size in (4_000, 40_000, 200_000, 400_000):
        rendered.clear()
        Page().change(GrowingHtml(), "x " * (size // 2), last=True)
        assert sum(rendered) == size


def test_an_answer_that_begins_anew_replaces_what_was_there() -> None:
    page, growing = written(of_size("prose", 3 * LARGEST_PIECE))
    page.change(growing, "Anew.", last=True)
    assert page.pieces == ["<p>Anew.</p>\n"]


def test_short_text_is_one_piece_and_long_text_loses_nothing() -> None:
    assert list(pieces("")) == []
    assert list(pieces("a\n\nb")) == ["a\n\nb"]
    for kind in some(TEXTS):
        text = of_size(kind, 50_000)
        assert "".join(pieces(text)) == text
        assert max(map(len, pieces(text))) <= LARGEST_PIECE


def test_a_piece_ends_before_a_block_where_it_can() -> None:
    text = PROSE * 200
    for piece in some(pieces(text)):
        assert piece.startswith("A **paragraph**")


def test_long_code_stays_code_in_each_piece() -> None:
    code = "```python\n" + "x = [1]\n\n" * 2_000 + "```\n\nAfter *it*.\n"
    made = list(pieces(code))
    assert len(made) > 3
    for piece in some(made[:-1]):
        assert piece.startswith("```python\n")
        assert piece.endswith("\n```")
    shown = re.sub("<[^>]+>", "", html(code))
    assert shown.count("x = [1]") == 2_000
    assert shown.endswith("After it.\n")


def test_an_answer_that_begins_anew_takes_its_old_half_away() -> None:
    growing = GrowingHtml()
    assert growing.update("An old half.", last=True)

    assert growing.update("") == {"from": 0, "pieces": []}
