"""What Slack takes in a manifest of ours, by the schema that it publishes.

https://github.com/slackapi/manifest-schema, schemas/manifest.schema.1.0.0.json, as far as the
manifest goes; ``agent_view`` is younger than the schema
(https://docs.slack.dev/reference/app-manifest).
"""

from typing import Any

Schema = dict[str, Any]


def text(longest: int, *, shortest: int = 1, pattern: str = "") -> Schema:
    schema: Schema = {"type": "string", "minLength": shortest, "maxLength": longest}
    return {**schema, "pattern": pattern} if pattern else schema


def these(*required: str, **properties: Schema) -> Schema:
    return {
        "type": "object",
        "required": list(required),
        "properties": properties,
        "additionalProperties": False,
    }


def several(items: Schema, most: int, *, least: int = 0, unique: bool = False) -> Schema:
    return {
        "type": "array",
        "items": items,
        "minItems": least,
        "maxItems": most,
        "uniqueItems": unique,
    }


FLAG: Schema = {"type": "boolean"}
HTTP = r"^https?:\/\/"
SHORTCUT = these(
    *("name", "type", "callback_id", "description"),
    name=text(24),
    type={"enum": ["message", "global"]},
    callback_id=text(255),
    description=text(150),
)
COMMAND = these(
    *("command", "description"),
    command=text(32, shortest=2, pattern=r"^\/"),
    url=text(3_000, pattern=HTTP),
    description=text(2_000),
    usage_hint=text(1_000),
    should_escape=FLAG,
)
FEATURES = these(
    app_home=these(
        home_tab_enabled=FLAG,
        messages_tab_enabled=FLAG,
        messages_tab_read_only_enabled=FLAG,
    ),
    agent_view=these("agent_description", agent_description=text(300)),
    bot_user=these("display_name", display_name=text(80), always_online=FLAG),
    shortcuts=several(SHORTCUT, 10, least=1),
    slash_commands=several(COMMAND, 50, least=1),
)
SETTINGS = these(
    event_subscriptions=these(
        request_url=text(3_500, pattern=HTTP),
        bot_events=several(text(50), 100, unique=True),
    ),
    interactivity=these("is_enabled", is_enabled=FLAG, request_url=text(3_500, pattern=HTTP)),
    org_deploy_enabled=FLAG,
    socket_mode_enabled=FLAG,
    token_rotation_enabled=FLAG,
)
MANIFEST = these(
    "display_information",
    display_information=these("name", name=text(35), description=text(140)),
    features=FEATURES,
    oauth_config=these(
        redirect_urls=several(text(2_500), 1_000, unique=True),
        scopes=these(bot=several(text(50), 255)),
    ),
    settings=SETTINGS,
)
