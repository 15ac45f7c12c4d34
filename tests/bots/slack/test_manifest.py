"""The manifest asks Slack for what the product uses, and for nothing else."""

import json
import re
from pathlib import Path
from typing import Any

import fastjsonschema
import pytest

from bots.slack.incoming.message_shortcut import CALLBACK
from bots.slack.manifest import EVENTS, SCOPES, manifest
from bots.slack.scopes import BOT_SCOPES
from tests.bots.slack.manifest_schema import MANIFEST
from tests.some import some

URL = "https://assistant.example.com"
ROOT = Path(__file__).parents[3]


def read(*, socket_mode: bool = False) -> dict[str, Any]:
    return dict(json.loads(manifest(URL, socket_mode=socket_mode)))


def test_it_is_an_agent_with_a_home_tab_a_command_and_a_shortcut() -> None:
    features = read()["features"]
    assert features["agent_view"]["agent_description"]
    assert "assistant_view" not in features  # the one excludes the other
    assert features["app_home"] == {
        "home_tab_enabled": True,
        "messages_tab_enabled": True,
        "messages_tab_read_only_enabled": False,
    }
    [shortcut] = features["shortcuts"]
    assert (shortcut["type"], shortcut["callback_id"]) == ("message", CALLBACK)
    assert len(shortcut["name"]) <= 24
    [command] = features["slash_commands"]
    assert (command["command"], command["should_escape"]) == ("/bizassist", True)


def test_each_event_is_listened_to_and_has_its_scope() -> None:
    needed = {
        "app_home_opened": None,
        "app_mention": "app_mentions:read",
        "message.channels": "channels:history",
        "message.groups": "groups:history",
        "message.im": "im:history",
        "message.mpim": "mpim:history",
        "user_change": "users:read",
        "user_guest_status_changed": "users:read",
    }
    listed = set(EVENTS) & set(needed)
    assert listed == set(needed)
    assert {needed[event] for event in listed} - {None} <= set(SCOPES)
    assert read()["settings"]["event_subscriptions"]["bot_events"] == list(EVENTS)


def test_every_address_is_one_that_the_service_has() -> None:
    found = set(re.findall(rf"{URL}(/[a-z_/]+)", manifest(URL).decode()))
    routes = (ROOT / "bots/slack/incoming/endpoint.py").read_text()
    called = {path for path in found if path != "/slack/oauth_redirect"}
    assert called == {path for path in called if f'"{path}"' in routes}
    assert len(called) == 3


def test_in_socket_mode_slack_calls_no_address() -> None:
    app = read(socket_mode=True)
    assert app["settings"]["socket_mode_enabled"]
    assert "request_url" not in json.dumps(app)
    assert "url" not in app["features"]["slash_commands"][0]
    assert not read()["settings"]["socket_mode_enabled"]


@pytest.mark.parametrize("socket_mode", [False, True])
@pytest.mark.parametrize("several", [False, True])
def test_it_keeps_to_slacks_schema(*, socket_mode: bool, several: bool) -> None:
    app = json.loads(manifest(URL, socket_mode=socket_mode, several=several))
    fastjsonschema.compile(MANIFEST)(app)
    settings = app["settings"]
    assert settings["token_rotation_enabled"] == settings["org_deploy_enabled"] == several


@pytest.mark.parametrize(
    ("place", "value"),
    [
        (("display_information", "name"), "x" * 36),
        (("features", "shortcuts"), []),
        (("features", "assistant_view"), {"assistant_description": "The other one"}),
        (("settings", "event_subscriptions", "request_url"), "assistant.example.com"),
        (("settings", "event_subscriptions", "bot_events"), ["app_mention", "app_mention"]),
        (("oauth_config", "scopes", "user"), ["chat:write"]),
    ],
)
def test_the_schema_objects_to_what_slack_would(place: tuple[str, ...], value: object) -> None:
    app = read()
    part = app
    for name in place[:-1]:
        part = part[name]
    part[place[-1]] = value
    with pytest.raises(fastjsonschema.JsonSchemaValueException):
        fastjsonschema.compile(MANIFEST)(app)


def test_each_scope_has_its_purpose() -> None:
    for scope in some(SCOPES):
        assert BOT_SCOPES[scope].endswith(".")
