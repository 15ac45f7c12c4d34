"""Names from outside on our pages."""

import pytest

from identity.web.untrusted_text import single_line


@pytest.mark.parametrize(
    ("given", "shown"),
    [
        ("Ålice Ünïcode", "Ålice Ünïcode"),
        ("مريم", "مريم"),
        ("👩\u200d💻 Dev", "👩\u200d💻 Dev"),
        ("moc.live\u202e@alice", "moc.live@alice"),
        ("two\nlines\x00and\x1b[31m", "two lines and [31m"),
        ("\ufeff\u2060a\u200bb", "a b"),
        ("", ""),
    ],
)
def test_a_name_is_made_harmless(given: str, shown: str) -> None:
    assert single_line(given) == shown
