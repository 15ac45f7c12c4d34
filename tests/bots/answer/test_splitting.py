"""A long answer in pieces."""

import re
from time import process_time

import pytest
from hypothesis import given
from hypothesis import strategies as some_of
from markdown_it import MarkdownIt

from bots.answer.markdown.clipping import clipped, size
from bots.answer.markdown.splitting import split
from tests.bots.answer.composed_answers import ANSWERS, REPEATABLE, WITH_CODE, Composed
from tests.bots.answer.shown_answer import seen_everywhere
from tests.some import some

LIMITS = some_of.integers(min_value=100, max_value=400)


@pytest.mark.parametrize(
    ("text", "pieces"),
    [
        ("", []),
        ("short", ["short"]),
        ("one two three four five", ["one two three four five"]),
        (
            "a sentence of words. " * 3,
            ["a sentence of words. a sentence of words.", "a sentence of words."],
        ),
        (
            "first line.\n\n" + "second part " * 3,
            ["first line.", "second part second part second part"],
        ),
        ("x" * 60, ["x" * 46, "x" * 14]),
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


@pytest.mark.parametrize("grapheme", ["保", "か\u3099", "👨‍👩‍👧", "🇩🇪", "e\u0301\u0323"])
def test_a_piece_is_measured_in_bytes_and_no_grapheme_is_cut(grapheme: str) -> None:
    pieces = split(grapheme * 300, 128)

    assert "".join(pieces) == grapheme * 300
    assert max(len(piece.encode()) for piece in pieces) <= 128
    assert all(piece == grapheme * (len(piece) // len(grapheme)) for piece in some(pieces))


def test_japanese_is_cut_after_a_sentence() -> None:
    pieces = split("保証は有効です。" * 40, 300)

    assert all(piece.endswith("。") for piece in some(pieces))


def test_a_grapheme_without_an_end_is_cut_all_the_same() -> None:
    text = "e" + "\u0301" * 500

    assert "".join(split(text, 128)) == text


@pytest.mark.parametrize(
    ("text", "limit", "kept"),
    [("yes", 3, "yes"), ("yes", 2, "ye"), ("保証", 5, "保"), ("a👨‍👩‍👧", 8, "a"), ("", 1, "")],
)
def test_a_text_is_clipped_to_bytes(text: str, limit: int, kept: str) -> None:
    assert clipped(text, limit) == kept


def test_a_piece_has_a_size() -> None:
    with pytest.raises(ValueError, match="more than"):
        split("text", 10)


def function_of(lines: int) -> str:
    body = "".join(f"    if value == {line}:\n        return {line}\n" for line in range(lines))
    return f"def chosen(value):\n{body}"


@pytest.mark.parametrize(
    ("before", "after", "indent"),
    [("```python", "```", ""), ("~~~python", "~~~", ""), ("- in a list\n\n  ```", "  ```", "  ")],
)
def test_code_keeps_its_indentation_over_a_cut(before: str, after: str, indent: str) -> None:
    code = function_of(120)
    inside = "".join(f"{indent}{line}" for line in code.splitlines(keepends=True))

    pieces = split(f"{before}\n{inside}{after}\n\nThat is all.", 3_000)

    assert len(pieces) > 1
    assert "".join(codes(piece) for piece in pieces) == code
    assert max(map(size, pieces)) <= 3_000


def test_each_part_of_a_table_begins_with_its_header() -> None:
    rows = "".join(f"| {number} | row `{number}` \\| x |\n" for number in range(120))

    pieces = split(f"Here they are:\n\n| a | b |\n| - | -: |\n{rows}", 1_000)

    assert len(pieces) > 1
    assert pieces[0].startswith("Here they are:\n\n| a | b |\n| --- | --: |\n")
    assert all(p.startswith("| a | b |\n| --- | --: |\n") for p in some(pieces[1:]))
    assert [int(n) for n in re.findall(r"row `(\d+)`", "".join(pieces))] == list(range(120))


def test_a_link_is_not_cut() -> None:
    link = "[the terms of the shop](https://shop.example/terms_and_conditions)"

    pieces = split("word " * 57 + link + " word" * 100, 300)

    assert sum(link in piece for piece in pieces) == 1


def test_a_list_keeps_its_numbers_and_emphasis_goes_on() -> None:
    pieces = split("".join(f"{n}. **item {'long ' * 8}**\n" for n in range(1, 40)), 300)

    numbers = [int(n) for n in re.findall(r"^(\d+)\. ", "\n".join(pieces), re.MULTILINE)]
    assert numbers == list(range(1, 40))
    assert all(piece.count("**") % 2 == 0 for piece in some(pieces))

    pieces = split(f"**{'strong words ' * 60}to the end**", 200)
    assert all(p.startswith("**") and p.endswith("**") for p in some(pieces))


def codes(markdown: str) -> str:
    tokens = MarkdownIt().parse(markdown)
    return "".join(token.content for token in tokens if token.type == "fence")


@REPEATABLE
@given(ANSWERS, LIMITS)
def test_every_piece_fits_and_nothing_in_it_acts(answer: Composed, limit: int) -> None:
    pieces = split(f"Words. {answer.text}", limit)

    assert all(0 < size(piece) <= limit for piece in some(pieces))
    assert all(seen.acts == [] for p in some(pieces) for seen in some(seen_everywhere(p).values()))


@REPEATABLE
@given(WITH_CODE, LIMITS)
def test_code_is_whole_over_all_pieces(answer: Composed, limit: int) -> None:
    shown = [
        code for piece in split(answer.text, limit) for code in seen_everywhere(piece)["page"].code
    ]

    assert "".join(shown) == "".join(answer.code)


def test_a_long_row_of_dots_is_cut_as_fast_as_anything_else() -> None:
    began = process_time()
    pieces = split("." * 20_000, 3_900)

    assert "".join(pieces).replace("\\", "") == "." * 20_000
    assert process_time() - began < 2  # from each dot anew it took four seconds
