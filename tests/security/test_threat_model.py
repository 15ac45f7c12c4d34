"""The threat model is whole, and every test that it names exists and runs."""

import re

import pytest

from tests.some import some
from tests.test_asvs import ROOT, TEST, functions_of, skipped_whole

PAGE = (ROOT / "docs" / "threat-model.md").read_text("utf-8")
ARROWS = re.findall(r"^### ([^\n]+)\n(.*?)(?=^##)", PAGE, re.MULTILINE | re.DOTALL)
ROW = re.compile(
    r"^\| ((?:LLM|ASI)\d\d|\d\.\d(?:\.\d)?|[STRIDE])(?: [^|\n]*)?\|(.+)\|$", re.MULTILINE
)


@pytest.mark.parametrize("arrow", [name for name, _ in ARROWS])
def test_each_arrow_has_all_six(arrow: str) -> None:
    assert [row[0] for row in ROW.findall(dict(ARROWS)[arrow])] == list("STRIDE")


@pytest.mark.parametrize("prefix", ["LLM", "ASI"])
def test_each_list_is_whole(prefix: str) -> None:
    entries = [row[0] for row in ROW.findall(PAGE) if row[0].startswith(prefix)]
    assert entries == [f"{prefix}{number:02}" for number in range(1, 11)]


def test_each_row_names_tests_that_run() -> None:
    for entry, cells in some(ROW.findall(PAGE)):
        for file, test in some(TEST.findall(cells)):
            assert test in functions_of(file), f"{entry}: {file}::{test}"
            assert not skipped_whole(file)
