"""What a stranger's JSON costs before anything is made of it."""

from time import process_time

import pytest

from bots.edge import json_object
from bots.errors import MalformedRequest


@pytest.mark.parametrize("end", [b"", b"\\", b'"', b"[" * 100])
def test_a_string_without_an_end_is_looked_for_once(end: bytes) -> None:
    began = process_time()
    with pytest.raises(MalformedRequest):
        json_object(b'{"a": "' + b'\\"' * 128_000 + end)

    assert process_time() - began < 2  # from each quote anew it took minutes


def test_brackets_within_strings_are_no_levels() -> None:
    assert json_object(b'{"a": "' + b"[" * 100 + b'\\"[["}') == {"a": "[" * 100 + '"[['}
