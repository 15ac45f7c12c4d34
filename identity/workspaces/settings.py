"""Workspaces: what administrators have settled for each of them, kept in DynamoDB."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, cast

from identity.current_row import current_row
from identity.errors import InvalidSettings, SettingsChanged
from identity.executor import Executor
from identity.people import ChatUser, PlatformName
from identity.suspend_aware_clock import monotonic

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient
    from mypy_boto3_dynamodb.type_defs import AttributeValueTypeDef

FRESH = 10.0
"""Seconds that settings are believed: each question needs them, and they change once a month."""

MOST_CHANNELS, LARGEST_QUOTA = 200, 1_000
LARGEST_DAY = {"tool_calls": 100_000, "tokens": 100_000_000, "seconds": 24 * 60 * 60}
"""What a person's answers may use in a day, at the most that can be settled."""
NUMBERS = ("quota", *LARGEST_DAY)

CHANNEL = re.compile(r"[A-Za-z0-9:@._-]{1,200}")
"""Slack's ``C0123456789``, Teams' ``19:…@thread.tacv2``."""


def out_of_bounds(name: str) -> str:
    """What to say of a day's limit that can't be meant."""
    what = name.replace("_", " ")
    return f"The {what} of a day are a number from 1 to {LARGEST_DAY[name]:,}, or left empty."


@dataclass(frozen=True, slots=True)
class Settings:
    """What holds in one workspace; without any, everything is allowed.

    :param channels: where questions are answered; empty means everywhere. Direct messages always
        are.
    :param private: answers in channels are shown to the asker alone.
    :param recall_in_channels: answers that colleagues read along may use what the asker's memory
        holds, and be remembered; never where people of other companies read along.
    :param quota: questions that one person may ask in a day; None means any number.
    :param tool_calls: tool calls that the answers to one person may make in a day.
    :param tokens: tokens that they may read and write.
    :param seconds: the time that they may take.
    :param version: how often this workspace's settings have been saved.
    :raises InvalidSettings: when a part is out of bounds.
    """

    channels: tuple[str, ...] = ()
    private: bool = False
    recall_in_channels: bool = False
    quota: int | None = None
    tool_calls: int | None = None
    tokens: int | None = None
    seconds: int | None = None
    version: int = field(default=0, compare=False)

    @property
    def limits_usage(self) -> bool:
        """Whether a day has a limit of what answers may use."""
        return any(getattr(self, name) is not None for name in LARGEST_DAY)

    def __post_init__(self) -> None:
        if len(self.channels) > MOST_CHANNELS:
            raise InvalidSettings(f"At most {MOST_CHANNELS} channels can be listed.")
        for channel in self.channels:
            if not CHANNEL.fullmatch(channel):
                raise InvalidSettings("One of the channels is not an id: copy it from the channel.")
        if self.quota is not None and not 1 <= self.quota <= LARGEST_QUOTA:
            raise InvalidSettings(
                f"A quota is a number from 1 to {LARGEST_QUOTA:,}, or left empty."
            )
        for name, largest in LARGEST_DAY.items():
            if (most := getattr(self, name)) is not None and not 1 <= most <= largest:
                raise InvalidSettings(out_of_bounds(name))


@dataclass(frozen=True, slots=True)
class Workspace:
    """A Slack workspace, an Entra tenant, or our own web chat.

    :raises ValueError: for a platform that isn't one, or a tenant that can't be one.
    """

    platform: PlatformName
    tenant: str

    def __post_init__(self) -> None:
        ChatUser.from_key(f"{self.platform}#{self.tenant}#-")

    @property
    def key(self) -> str:
        """One string a table can be keyed by."""
        return f"{self.platform}#{self.tenant}"

    @classmethod
    def of(cls, chat_user: ChatUser) -> "Workspace":
        """Where a chat user belongs."""
        return cls(chat_user.platform, chat_user.tenant)

    @classmethod
    def from_key(cls, key: str) -> "Workspace":
        """The workspace that a :attr:`key` stands for.

        :raises ValueError: when the key was not made by :attr:`key`.
        """
        platform, _, tenant = key.partition("#")
        return cls(cast("PlatformName", platform), tenant)


class Workspaces:
    """The table of settings."""

    def __init__(self, dynamodb: "DynamoDBClient", table: str, execute: Executor) -> None:
        self._dynamodb = dynamodb
        self._table = table
        self._execute = execute
        self._cache: dict[Workspace, tuple[float, Settings]] = {}

    async def settings(self, workspace: Workspace) -> Settings:
        """What holds in ``workspace``, as of some seconds ago."""
        read, settings = self._cache.get(workspace, (float("-inf"), Settings()))
        return settings if monotonic() - read < FRESH else await self.current(workspace)

    async def current(self, workspace: Workspace) -> Settings:
        """What holds in ``workspace`` now."""
        row = await current_row(
            self._execute, self._dynamodb, self._table, {"workspace": {"S": workspace.key}}
        )
        settings = _settings(row)
        self._cache[workspace] = (monotonic(), settings)
        return settings

    async def put(
        self, workspace: Workspace, settings: Settings, *, over: int | None = None
    ) -> None:
        """Settle what holds from now on; other processes hear of it within :data:`FRESH`.

        What else the row says, such as whether the workspace is paused, stays.

        :param over: the version that these settings take the place of; None for any.
        :raises SettingsChanged: when another one holds by now, unless it is the same.
        """
        item: dict[str, AttributeValueTypeDef] = {
            "private": {"BOOL": settings.private},
            "recall_in_channels": {"BOOL": settings.recall_in_channels},
        }
        if settings.channels:
            item["channels"] = {"SS": list(settings.channels)}
        for name in NUMBERS:
            if (most := getattr(settings, name)) is not None:
                item[name] = {"N": str(most)}
        try:
            await self._execute(
                self._dynamodb.update_item,
                TableName=self._table,
                Key={"workspace": {"S": workspace.key}},
                **_update(item, over),
            )
        except self._dynamodb.exceptions.ConditionalCheckFailedException:
            if await self.current(workspace) != settings:  # or the same form was sent twice
                raise SettingsChanged from None
        self._cache.pop(workspace, None)

    async def all_settings(self) -> dict[Workspace, Settings]:
        """Every workspace that somebody has settled something for (Scan)."""
        pages = self._dynamodb.get_paginator("scan").paginate(
            TableName=self._table, ConsistentRead=True
        )
        return await self._execute(
            lambda: {
                Workspace.from_key(item["workspace"]["S"]): _settings(item)
                for page in pages
                for item in page["Items"]
            }
        )


def _update(item: "Mapping[str, AttributeValueTypeDef]", over: int | None) -> dict[str, Any]:
    kept = ", ".join(f"#{name} = :{name}" for name in item)
    removed = [name for name in ("channels", *NUMBERS) if name not in item]
    taken_away = f" REMOVE {', '.join(f'#{name}' for name in removed)}" if removed else ""
    values = {f":{name}": value for name, value in item.items()}
    condition = {}
    if over is not None:
        first = " OR attribute_not_exists(version)" if over == 0 else ""
        condition = {"ConditionExpression": f"version = :over{first}"}
        values[":over"] = {"N": str(over)}
    return {
        "UpdateExpression": f"SET {kept}{taken_away} ADD version :one",
        "ExpressionAttributeNames": {f"#{name}": name for name in (*item, *removed)},
        "ExpressionAttributeValues": {**values, ":one": {"N": "1"}},
        **condition,
    }


def _settings(item: "Mapping[str, AttributeValueTypeDef]") -> Settings:
    return Settings(
        channels=tuple(sorted(item["channels"]["SS"])) if "channels" in item else (),
        private=_flag(item, "private"),
        recall_in_channels=_flag(item, "recall_in_channels"),
        quota=_number(item, "quota"),
        **{name: _number(item, name) for name in LARGEST_DAY},
        version=_number(item, "version") or 0,
    )


def _flag(item: "Mapping[str, AttributeValueTypeDef]", name: str) -> bool:
    return item[name]["BOOL"] if name in item else False


def _number(item: "Mapping[str, AttributeValueTypeDef]", name: str) -> int | None:
    return int(item[name]["N"]) if name in item else None
