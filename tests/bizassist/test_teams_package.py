"""``bizassist teams package``: the app package, as a file to upload."""

import json
import zipfile
from pathlib import Path

import pytest

from bizassist.__main__ import main

APP_ID = "00000000-0000-0000-0000-000000000001"
URL = "https://assistant.example.com"


def test_the_package_is_written(tmp_path: Path) -> None:
    output = tmp_path / "app.zip"
    assert (
        main(["teams", "package", "--app-id", APP_ID, "--url", URL, "--output", str(output)]) == 0
    )

    with zipfile.ZipFile(output) as package:
        manifest = json.loads(package.read("manifest.json"))
        assert {"color.png", "outline.png"} <= set(package.namelist())
    assert manifest["bots"][0]["botId"] == APP_ID
    assert "assistant.example.com" in manifest["validDomains"]


@pytest.mark.parametrize(
    ("app_id", "url"), [("no-guid", URL), (APP_ID, "http://assistant.example.com"), ("", "")]
)
def test_what_can_not_be_right_is_one_sentence(
    tmp_path: Path, app_id: str, url: str, capsys: pytest.CaptureFixture[str]
) -> None:
    output = tmp_path / "app.zip"
    given = ["--app-id", app_id, "--url", url, "--output", str(output)]
    assert main(["teams", "package", *given]) == 1

    assert capsys.readouterr().err.count("\n") == 1
    assert not output.exists()
