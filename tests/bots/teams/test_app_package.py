"""The app package: a manifest of the newest published schema, whose version rises.

``tests/data/teams_manifest`` is of npm ``@microsoft/app-manifest`` 1.1.2, under its MIT licence.
"""

import io
import json
import zipfile
from argparse import ArgumentParser
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from pathlib import Path
from typing import Any

import fastjsonschema
import pytest

from bizassist.commands import teams as command
from bizassist.errors import CommandError
from bots.teams.app_package import VERSION, app_package
from bots.teams.invokes import ASK_ABOUT
from bots.text_commands.words import WORDS
from tests.some import some

SCHEMA = Path(__file__).parents[2] / "data" / "teams_manifest" / f"v{VERSION}.json"
APP_ID = "00000000-0000-0000-0000-000000000b07"
MADE = datetime(2026, 11, 27, 12, 0, tzinfo=UTC)


def manifest_of(package: bytes) -> dict[str, Any]:
    with zipfile.ZipFile(io.BytesIO(package)) as archive:
        assert set(archive.namelist()) == {"manifest.json", "color.png", "outline.png"}
        return dict(json.loads(archive.read("manifest.json")))


def known_patterns(part: Any) -> Any:
    """The schema without the regular expressions that Python has no words for (``\\p{L}``)."""
    if isinstance(part, list):
        return [known_patterns(one) for one in part]
    if not isinstance(part, dict):
        return part
    return {
        name: known_patterns(value)
        for name, value in part.items()
        if not (name == "pattern" and isinstance(value, str) and "\\p{" in value)
    }


@pytest.fixture(scope="module")
def manifest() -> dict[str, Any]:
    return manifest_of(app_package(APP_ID, "https://bot.example.com", MADE))


def test_the_manifest_fits_microsofts_schema(manifest: dict[str, Any]) -> None:
    check = fastjsonschema.compile(known_patterns(json.loads(SCHEMA.read_text())))
    check(manifest)
    with pytest.raises(fastjsonschema.JsonSchemaValueException):
        check(manifest | {"bots": [{"botId": "x"}]})


def test_it_offers_what_the_product_does(manifest: dict[str, Any]) -> None:
    (bot,) = manifest["bots"]
    assert bot["supportsTargetedMessages"] is True
    assert bot["supportsFiles"] is True
    assert manifest["supportsChannelFeatures"] == "tier1"
    (agent,) = manifest["copilotAgents"]["customEngineAgents"]
    assert agent == {"id": APP_ID, "type": "bot"}
    (action,) = manifest["composeExtensions"][0]["commands"]
    assert (action["id"], action["context"]) == (ASK_ABOUT, ["message"])
    personal, groups = bot["commandLists"]
    words = [one["title"] for one in groups["commands"]]
    assert words == list(WORDS)
    prompts = [one for one in personal["commands"] if one.get("type") == "prompt"]
    assert len(prompts) == 3


def test_a_later_package_has_a_higher_version() -> None:
    moments = [MADE + timedelta(seconds=s) for s in (0, 1, 60, 86_400, 40 * 86_400, 400 * 86_400)]
    versions = [
        tuple(
            map(
                int, manifest_of(app_package(APP_ID, "https://b.example", at))["version"].split(".")
            )
        )
        for at in moments
    ]
    assert all(earlier < later for earlier, later in some(pairwise(versions)))


def test_the_command_writes_it(tmp_path: Path) -> None:
    parser = ArgumentParser()
    command.add_arguments(parser)
    written = tmp_path / "app.zip"
    given = ["package", "--app-id", APP_ID.upper(), "--url", "https://b.example/"]
    assert command.run(parser.parse_args([*given, "--output", str(written)])) == 0
    assert manifest_of(written.read_bytes())["id"] == APP_ID
    for wrong in (["--app-id", "x"], ["--url", "http://b.example"]):
        with pytest.raises(CommandError):
            command.run(parser.parse_args([*given, *wrong]))
