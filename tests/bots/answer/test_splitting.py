"""A long answer in pieces."""

import pytest

from bots.answer.splitting import clipped, split
from tests.some import some


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
