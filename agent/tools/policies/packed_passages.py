"""Passages that stay compressed until one of them is shown: a company has tens of thousands."""

import json
import zlib
from collections.abc import Iterable, Iterator, Sequence
from typing import overload

from agent.tools.policies.passages import Passage

BLOCK = 16
"""Passages that are compressed together; one is read as quickly as all of them."""


def packed(passages: Iterable[Passage]) -> tuple[bytes, list[int]]:
    """The blocks one after the other, and the size of each in bytes."""
    rows = [[one.title, one.section, one.text] for one in passages]
    blocks = [
        zlib.compress(json.dumps(rows[start : start + BLOCK]).encode(), 1)
        for start in range(0, len(rows), BLOCK)
    ]
    return b"".join(blocks), [len(block) for block in blocks]


class PackedPassages(Sequence[Passage]):
    """What :func:`packed` made of so many passages; safe to use from several threads.

    :raises ValueError: when sizes and content don't belong together.
    """

    def __init__(self, content: bytes, sizes: Sequence[int], count: int) -> None:
        if sum(sizes) != len(content) or len(sizes) != -(-count // BLOCK):
            raise ValueError("passages of another index")
        self._content = memoryview(content)
        self._ends = [0]
        for size in sizes:
            self._ends.append(self._ends[-1] + size)
        self._count = count
        self._last: tuple[int, list[Passage]] = (-1, [])

    def __len__(self) -> int:
        return self._count

    @overload
    def __getitem__(self, place: int) -> Passage: ...

    @overload
    def __getitem__(self, place: slice) -> Sequence[Passage]: ...

    def __getitem__(self, place: int | slice) -> Passage | Sequence[Passage]:
        if isinstance(place, slice):
            return _Part(self, range(self._count)[place])
        number = range(self._count)[place]
        return self._block(number // BLOCK)[number % BLOCK]

    def _block(self, number: int) -> list[Passage]:
        last, passages = self._last
        if last != number:
            block = self._content[self._ends[number] : self._ends[number + 1]]
            passages = [Passage(*row) for row in json.loads(zlib.decompress(block))]
            self._last = (number, passages)
        return passages


class _Part(Sequence[Passage]):
    """Some of them in a row, which are read when they are asked for."""

    def __init__(self, passages: PackedPassages, places: range) -> None:
        self._passages = passages
        self._places = places

    def __len__(self) -> int:
        return len(self._places)

    def __getitem__(self, place: int | slice) -> "Passage | Sequence[Passage]":  # type: ignore[override]
        if isinstance(place, slice):
            return _Part(self._passages, self._places[place])
        return self._passages[self._places[place]]

    def __iter__(self) -> Iterator[Passage]:
        return (self._passages[place] for place in self._places)
