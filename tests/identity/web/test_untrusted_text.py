"""Names from outside on our pages."""

import pytest

from identity.web.untrusted_text import single_line


@pytest.mark.parametrize(
    ("given", "shown"),
    [
        ("Ålice Ünïcode", "Ålice Ünïcode"),
        ("مريم", "مريم"),
        ("👩\u200d💻 Dev", "👩\u200d💻 Dev"),
        ("मैथिली क्\u200dष", "मैथिली क्\u200dष"),
        ("علی\u200cرضا", "علی\u200cرضا"),
        ("❤\ufe0f Team", "❤\ufe0f Team"),
        ("moc.live\u202e@alice", "moc.live⟨U+202E⟩@alice"),
        ("two\nlines\x00and\x1b[31m", "two lines⟨U+0000⟩and⟨U+001B⟩[31m"),
        ("\ufeff\u2060a\u200bb", "⟨U+FEFF⟩⟨U+2060⟩a⟨U+200B⟩b"),
        ("al\u200dice", "al⟨U+200D⟩ice"),
        ("ab\u00adc\u3164 \u2800d", "ab⟨U+00AD⟩c⟨U+3164⟩ ⟨U+2800⟩d"),
        ("a\U000e0061\ue000\U000107ff", "a⟨U+E0061⟩⟨U+E000⟩⟨U+107FF⟩"),
        ("a\u2028b\u00a0\u3000c", "a b c"),
        ("", ""),
    ],
)
def test_a_name_is_made_harmless(given: str, shown: str) -> None:
    assert single_line(given) == shown
