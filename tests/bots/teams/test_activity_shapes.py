"""The activities that Teams sends are read, and those of our own tests have their shape."""

import json
from pathlib import Path
from typing import Any

import pytest

from bots.teams.incoming.activity import question_text, read_activity
from tests.bots.teams.teams_client import activity

RECORDED = Path(__file__).parents[2] / "data" / "teams"
NAMES = sorted(path.stem for path in RECORDED.glob("*.json"))


def recorded(name: str) -> dict[str, Any]:
    return dict(json.loads((RECORDED / f"{name}.json").read_text()))


def fits(ours: object, theirs: object) -> bool:
    """Every field of ours is one of theirs, of the same kind."""
    if isinstance(ours, dict) and isinstance(theirs, dict):
        return all(name in theirs and fits(value, theirs[name]) for name, value in ours.items())
    return type(ours) is type(theirs)


def test_our_own_question_has_the_shape_of_a_recorded_one() -> None:
    ours = activity("https://smba.trafficmanager.net/amer/")
    assert fits(ours, recorded("message_personal"))


@pytest.mark.parametrize("name", NAMES)
def test_each_has_what_every_activity_has(name: str) -> None:
    known = recorded(name)
    for field in ("type", "id", "channelId", "serviceUrl", "from", "recipient", "conversation"):
        assert known[field]
    assert known["conversation"]["tenantId"] == known["channelData"]["tenant"]["id"]


@pytest.mark.parametrize("name", NAMES)
def test_each_is_read(name: str) -> None:
    known = recorded(name)
    asked = read_activity(known)
    assert asked.chat_user.tenant == known["channelData"]["tenant"]["id"]
    assert asked.chat_user.user == known["from"]["aadObjectId"]
    assert asked.personal is (known["conversation"]["conversationType"] == "personal")


@pytest.mark.parametrize("name", ["message_channel_mention", "message_group_mention"])
def test_a_mention_of_the_bot_is_no_part_of_the_question(name: str) -> None:
    assert question_text(read_activity(recorded(name))) == "test"
