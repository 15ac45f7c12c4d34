"""What the agent logs is one line, without tokens."""

import pytest

from agent.telemetry.log_redaction import LONGEST, one_line

TOKEN = "eyJhbGciOiJSUzI1NiJ9.eyJzdWIiOiJhbGljZSJ9.c2lnbmF0dXJl"


@pytest.mark.parametrize("said", [TOKEN, f"token={TOKEN};", f"'{TOKEN}'", TOKEN.rpartition(".")[0]])
def test_a_token_is_not_logged(said: str) -> None:
    line = one_line(f"refused:\n{said}")

    assert "eyJ" not in line
    assert line.startswith("refused: ")
    assert "[token]" in line


def test_what_a_header_carries_is_not_logged_whatever_it_looks_like() -> None:
    assert one_line("Authorization: Bearer opaque-and-secret") == "Authorization: Bearer [token]"


def test_a_line_has_an_end() -> None:
    assert len(one_line("x " * LONGEST)) == LONGEST
