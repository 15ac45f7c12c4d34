"""What the security page promises, a test shows: each promise names its tests, and they exist."""

import re
from collections.abc import Iterator

import pytest

from tests.some import some
from tests.test_asvs import ROOT, TEST, functions_of, skipped_whole

PAGE = (ROOT / "docs" / "security.md").read_text("utf-8")
NOTE = re.compile(r"^\[\^([\w-]+)\]: (.+)$", re.MULTILINE)
MARK = re.compile(r"\[\^([\w-]+)\]")
PROMISE = re.compile(r"\b(?:never|before|only)\b", re.IGNORECASE)
SENTENCE = re.compile(r".+?(?:[.;:](?:\[\^[\w-]+\])*(?=\s|$)|$)")
NOTES = dict(NOTE.findall(PAGE))
TEXT = NOTE.sub("", PAGE)


def sentences() -> Iterator[str]:
    """Those of the page; in a table those of each cell."""
    for line in TEXT.splitlines():
        for part in line.split("|") if line.startswith("|") else [line]:
            yield from SENTENCE.findall(part.strip())


PROMISES = [sentence.strip() for sentence in sentences() if PROMISE.search(sentence)]


def test_the_page_promises_something() -> None:
    assert len(PROMISES) >= 30


@pytest.mark.parametrize("promise", PROMISES)
def test_a_promise_names_its_test(promise: str) -> None:
    noted = [NOTES[name] for name in MARK.findall(promise)]

    assert re.search(r"`tests/[\w/]+\.py(?:::test_\w+)?`", " ".join([promise, *noted]))


@pytest.mark.parametrize("name", NOTES)
def test_a_note_is_used_and_its_tests_run(name: str) -> None:
    assert name in MARK.findall(TEXT)
    for file, test in some(TEST.findall(NOTES[name])):
        assert test in functions_of(file), f"{file}::{test}"
        assert not skipped_whole(file)


def test_every_test_that_the_page_names_exists() -> None:
    for file, test in some(re.findall(r"`(tests/[\w/]+\.py)(?:::(test_\w+))?`", PAGE)):
        assert (ROOT / file).is_file(), file
        assert not test or test in functions_of(file), f"{file}::{test}"
