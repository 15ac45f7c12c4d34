"""What a process logs is one line each, and what must not be there is not."""

import logging
import sys

import pytest

from bizassist.log import OneLine
from tests.leaks import leaks
from tests.some import some

TOKEN = "eyJhbGciOiJSUzI1NiJ9.eyJzdWIiOiJhbGljZSJ9.c2lnbmF0dXJl"


def logged(message: str, *values: object) -> str:
    info = sys.exc_info()
    record = logging.LogRecord(
        "bots.turn.handler", logging.ERROR, __file__, 1, message, values, info if info[0] else None
    )
    return OneLine().format(record)


def test_an_exception_is_its_kind_and_its_place_and_not_its_words() -> None:
    line = ""
    try:
        int("hunter2")
    except ValueError:
        line = logged("a turn failed")
    assert line.endswith("]")
    assert "[ValueError at " in line
    assert "test_log.py:" in line
    assert "hunter2" not in line
    assert "\n" not in line
    assert leaks(line) == []


def test_text_from_outside_begins_no_line_of_its_own() -> None:
    line = logged("refused: %s", "x\n2026-11-24 00:00:00 INFO bizassist all is well\r\x1b")
    assert line.isprintable()


@pytest.mark.parametrize("secret", [TOKEN, f"Bearer {'x' * 20}", "xoxb-0123456789ab"])
def test_a_token_in_a_message_is_left_out(secret: str) -> None:
    line = logged("the header was %s here", secret)
    assert secret not in line
    assert "[token]" in line
    assert leaks(line) == []


@pytest.mark.parametrize(
    "text",
    [
        f"token {TOKEN}",
        "Traceback (most recent call last):",
        "xoxb-0123456789ab",
        "Authorization: Bearer abcdefghijklmnopqrstuvwxyz",
        f"GET /link/{'x' * 43} 200",
        f"GET /undo/{'0' * 64} 200",
        f"/auth/callback?code={'c' * 32}",
        f"Cookie: __Host-bizassist={'s' * 43}",
        "the machine's hush",
    ],
)
def test_the_watch_over_the_logs_sees_what_leaks(text: str) -> None:
    assert len(leaks(f"good\n{text}\ngood", ["hush"])) == 1
    assert "line 2" in leaks(f"good\n{text}\ngood", ["hush"])[0]
    assert not [leak for leak in some(leaks(text, ["hush"])) if text in leak]
