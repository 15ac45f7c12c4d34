"""What commands list is whole, wherever it goes."""

import pytest

from bizassist.table_output import print_listing


def test_a_listing_for_a_file_breaks_no_value(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("COLUMNS", "40")
    row = {"email": "somebody.with.a.long.name@example.com", "subject": "0" * 36}
    print_listing([row], as_json=False, empty="")

    head, line = capsys.readouterr().out.splitlines()
    assert head.split() == ["email", "subject"]
    assert line.split() == list(row.values())
