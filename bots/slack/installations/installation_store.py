"""Installations in the table of workspaces, each with its tokens encrypted by KMS for it alone."""

import json
import logging
import time
from dataclasses import dataclass, field
from logging import Logger
from typing import TYPE_CHECKING, Any

from slack_sdk.oauth.installation_store import Bot, Installation
from slack_sdk.oauth.installation_store.async_installation_store import AsyncInstallationStore

from bots.conditional_write import conditional_write
from identity.current_row import current_row
from identity.executor import Executor
from identity.workspaces.settings import Workspace

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient
    from mypy_boto3_kms import KMSClient

KEPT = (
    *("app_id", "enterprise_id", "enterprise_name", "team_id", "team_name", "bot_token", "bot_id"),
    *("bot_user_id", "bot_scopes", "bot_refresh_token", "bot_token_expires_at", "user_id"),
    *("is_enterprise_install", "token_type", "installed_at"),
)
"""What is kept of an installation; the app asks for no token of a person's."""

_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class KeptInstallation:
    """An installation as its row has it.

    :param sealed: the row's ciphertext, which is another one after each write.
    """

    key: str
    installation: Installation = field(repr=False)
    sealed: bytes = field(repr=False)


class InstallationStore(AsyncInstallationStore):
    """slack_sdk's interface over DynamoDB: one row for an organisation or a workspace.

    Every call may raise ``botocore.exceptions.ClientError`` and ``BotoCoreError``.
    """

    def __init__(
        self, dynamodb: "DynamoDBClient", kms: "KMSClient", call: Executor, *, table: str, key: str
    ) -> None:
        self._dynamodb = dynamodb
        self._kms = kms
        self._call = call
        self._table = table
        self._kms_key = key

    @property
    def logger(self) -> Logger:
        """As slack_sdk's interface wants it."""
        return _log

    async def async_save(self, installation: Installation) -> None:
        """Keep an installation; it takes the place of any earlier one."""
        key = _key(
            installation.enterprise_id, installation.team_id, org=installation.is_enterprise_install
        )
        await self._write(
            key,
            "SET installation = :sealed, installed_at = :at, enterprise = :organisation "
            "REMOVE installation_ended, rotating_until",
            "attribute_not_exists(installed_at) OR installed_at <= :at",
            {
                ":sealed": {"B": await self._sealed(key, installation)},
                ":at": {"N": str(installation.installed_at)},
                ":organisation": {"S": installation.enterprise_id or "-"},
            },
        )

    async def async_find_installation(
        self,
        *,
        enterprise_id: str | None,
        team_id: str | None,
        user_id: str | None = None,  # noqa: ARG002 - the app has no tokens of people
        is_enterprise_install: bool | None = False,
    ) -> Installation | None:
        """The installation of an organisation or a workspace."""
        found = await self.find(_key(enterprise_id, team_id, org=bool(is_enterprise_install)))
        return found.installation if found else None

    async def async_find_bot(
        self,
        *,
        enterprise_id: str | None,
        team_id: str | None,
        is_enterprise_install: bool | None = False,
    ) -> Bot | None:
        """Its bot."""
        found = await self.async_find_installation(
            enterprise_id=enterprise_id,
            team_id=team_id,
            is_enterprise_install=is_enterprise_install,
        )
        return found.to_bot() if found else None

    async def async_delete_installation(
        self, *, enterprise_id: str | None, team_id: str | None, user_id: str | None = None
    ) -> None:
        """End it; there are no installations of single people."""
        if user_id is None:
            await self.async_delete_bot(enterprise_id=enterprise_id, team_id=team_id)

    async def async_delete_bot(self, *, enterprise_id: str | None, team_id: str | None) -> None:
        """End the installation of a workspace, or of an organisation where none is named."""
        await self.end(team_id or enterprise_id or "", before=time.time())

    async def find(self, key: str) -> KeptInstallation | None:
        """The installation of an organisation or a workspace, by its id."""
        row = await current_row(self._call, self._dynamodb, self._table, _row(key))
        if "installation" not in row:
            return None
        sealed = row["installation"]["B"]
        opened = await self._call(
            self._kms.decrypt,
            KeyId=self._kms_key,
            CiphertextBlob=sealed,
            EncryptionContext=_context(key),
        )
        return KeptInstallation(key, Installation(**json.loads(opened["Plaintext"])), sealed)

    async def within(self, enterprise: str) -> list[str]:
        """The workspaces of an organisation that have installations of their own (Scan)."""
        found: list[str] = []
        asked: dict[str, Any] = {
            "TableName": self._table,
            "FilterExpression": "enterprise = :organisation AND attribute_exists(installation)",
            "ExpressionAttributeValues": {":organisation": {"S": enterprise}},
        }
        while True:
            page = await self._call(self._dynamodb.scan, **asked)
            found += [Workspace.from_key(one["workspace"]["S"]).tenant for one in page["Items"]]
            if "LastEvaluatedKey" not in page:
                return found
            asked["ExclusiveStartKey"] = page["LastEvaluatedKey"]

    async def lease(self, kept: KeptInstallation, seconds: int) -> bool:
        """Be the one process that rotates its token, for so long; False when another is."""
        now = int(time.time())
        return await self._write(
            kept.key,
            "SET rotating_until = :until",
            "installation = :old AND (attribute_not_exists(rotating_until) OR "
            "rotating_until < :now)",
            {
                ":until": {"N": str(now + seconds)},
                ":now": {"N": str(now)},
                ":old": {"B": kept.sealed},
            },
        )

    async def release(self, kept: KeptInstallation) -> None:
        """Let another process rotate its token."""
        await self._write(
            kept.key,
            "REMOVE rotating_until",
            "installation = :old",
            {":old": {"B": kept.sealed}},
        )

    async def replace(self, kept: KeptInstallation, installation: Installation) -> bool:
        """Keep rotated tokens; False when the installation was changed meanwhile."""
        return await self._write(
            kept.key,
            "SET installation = :new REMOVE rotating_until",
            "installation = :old",
            {
                ":new": {"B": await self._sealed(kept.key, installation)},
                ":old": {"B": kept.sealed},
            },
        )

    async def end(self, key: str, *, before: float) -> bool:
        """Forget its tokens, unless it was made after ``before`` (Unix time).

        Ended again it is dated anew: it may have been back meanwhile by a token that isn't kept
        here, and whoever ends it may have died before the rest was done.
        """
        return await self._write(
            key,
            "SET installation_ended = :now REMOVE installation, rotating_until",
            "attribute_not_exists(installed_at) OR installed_at <= :before",
            {":now": {"N": str(int(time.time()))}, ":before": {"N": str(before)}},
        )

    async def _sealed(self, key: str, installation: Installation) -> bytes:
        fields = {name: getattr(installation, name) for name in KEPT}
        answer = await self._call(
            self._kms.encrypt,
            KeyId=self._kms_key,
            Plaintext=json.dumps(fields).encode(),
            EncryptionContext=_context(key),
        )
        return answer["CiphertextBlob"]

    async def _write(self, key: str, update: str, condition: str, values: dict[str, Any]) -> bool:
        row = await conditional_write(
            self._dynamodb,
            self._call,
            self._table,
            _row(key),
            update=update,
            condition=condition,
            values=values,
        )
        return row is not None


def _key(enterprise: str | None, team: str | None, *, org: bool | None) -> str:
    return (enterprise if org else team) or enterprise or ""


def _row(key: str) -> dict[str, Any]:
    return {"workspace": {"S": Workspace("slack", key).key}}


def _context(key: str) -> dict[str, str]:
    return {"slack_installation": key}
