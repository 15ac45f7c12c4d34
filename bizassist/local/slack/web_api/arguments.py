"""The arguments of one Web API call, however they came: JSON, form or query."""

import json
from collections.abc import Mapping
from typing import Any

from aiohttp import web

from bizassist.local.slack.block_kit.blocks import checked
from bizassist.local.slack.errors import SlackError, missing

# Characters of JSON. That there is a limit is said by the errors of
# https://docs.slack.dev/reference/methods/chat.postMessage; which one, by no page that we know.
MAX_METADATA = 16_000


class Arguments:
    """What a method asks of its caller; each question is answered or refused as Slack does."""

    def __init__(self, values: Mapping[str, Any]) -> None:
        self.values = values

    @classmethod
    async def of(cls, request: web.Request) -> "Arguments":
        """Read a request.

        :raises SlackError: ``invalid_json``, ``json_not_object``.
        """
        query = dict(request.query)  # Slack reads it of a POST too, and its SDK relies on that
        if request.content_type != "application/json":
            form = await request.post()
            return cls(query | {name: str(value) for name, value in form.items()})
        try:
            values = json.loads(await request.read())
        except ValueError:
            raise SlackError("invalid_json") from None
        if not isinstance(values, dict):
            raise SlackError("json_not_object")
        return cls(query | values)

    def required(self, name: str) -> str:
        """A string that must be there.

        :raises SlackError: ``invalid_arguments`` with the field's name.
        """
        value = self.optional(name)
        if not value:
            raise missing(name)
        return value

    def optional(self, name: str) -> str:
        """A string, empty when it is not there.

        :raises SlackError: ``invalid_arguments`` when it is not a string.
        """
        value = self.values.get(name)
        if value is None:
            return ""
        if not isinstance(value, str):
            raise SlackError("invalid_arguments", (f"must be a string [json-pointer:/{name}]",))
        return value

    def objects(self, name: str, error: str) -> list[dict[str, Any]]:
        """A list of objects, empty when it is not there; a form carries it as JSON.

        :raises SlackError: ``error`` when it is something else.
        """
        value = self.json(name, error)
        if value is None:
            return []
        if not isinstance(value, list) or not all(isinstance(one, dict) for one in value):
            raise SlackError(error)
        return value

    def flag(self, name: str) -> bool:
        """A boolean in any of the spellings that Slack takes."""
        return self.values.get(name) in {True, "1", "true", "True"}

    def count(self, name: str, default: int) -> int:
        """A number between 1 and 999.

        :raises SlackError: ``invalid_limit``.
        """
        try:
            value = int(self.values.get(name, default))
        except (TypeError, ValueError):
            raise SlackError("invalid_limit") from None
        if not 1 <= value <= 999:  # noqa: PLR2004
            raise SlackError("invalid_limit")
        return value

    def blocks(self) -> list[dict[str, Any]]:
        """Checked blocks; a form carries them as JSON.

        :raises SlackError: ``invalid_blocks_format``, ``invalid_blocks``.
        """
        value = self.json("blocks", "invalid_blocks_format")
        return [] if value is None else checked(value)

    def metadata(self) -> dict[str, Any] | None:
        """A message's metadata.

        :raises SlackError: ``invalid_metadata_format``, ``metadata_too_large``.
        """
        value = self.json("metadata", "invalid_metadata_format")
        if value is None:
            return None
        if not isinstance(value, dict) or {*value} - {"event_type", "event_payload"}:
            raise SlackError("invalid_metadata_format")
        if not isinstance(value.get("event_payload"), dict) or not value.get("event_type"):
            raise SlackError("invalid_metadata_format")
        if len(json.dumps(value)) > MAX_METADATA:
            raise SlackError("metadata_too_large")
        return value

    def json(self, name: str, error: str) -> object:
        """A value that a form carries as JSON.

        :raises SlackError: ``error``.
        """
        value = self.values.get(name)
        if not isinstance(value, str):
            return value
        try:
            return json.loads(value)
        except ValueError:
            raise SlackError(error) from None
