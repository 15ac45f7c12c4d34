"""What exports and erases, put together."""

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Self

from bots.personal_data.erasure import Erasures
from bots.personal_data.erasure_table import ErasureTable
from bots.personal_data.export import Exports
from bots.personal_data.kept_data import Stores
from bots.personal_data.my_data_page import MyDataPages
from bots.personal_data.role import PersonalDataRole
from identity.executor import Executor
from identity.service import Identity
from identity.web.html import Html

if TYPE_CHECKING:
    import boto3
    from mypy_boto3_dynamodb import DynamoDBClient


@dataclass(frozen=True, slots=True)
class PersonalDataSettings:
    """Where people's data lies.

    :param tables: the name of each table, by the name of its parameter.
    """

    role_arn: str
    tables: Mapping[str, str]
    uploads_bucket: str


@dataclass(frozen=True, slots=True)
class PersonalData:
    """Erasures, exports, and the table of who is at it."""

    erasures: Erasures
    exports: Exports
    table: ErasureTable

    @classmethod
    def of(
        cls,
        settings: PersonalDataSettings,
        session: "boto3.Session",
        dynamodb: "DynamoDBClient",
        call: Executor,
        identity: Identity,
    ) -> Self:
        """Everything of this package.

        :param dynamodb: with the rights of the service itself.
        """
        role = PersonalDataRole(settings.role_arn, session, call)
        stores = Stores(role, call, settings.tables, settings.uploads_bucket)
        table = ErasureTable(dynamodb, settings.tables["forgetting_table"], call)
        erasures = Erasures(
            stores=stores,
            table=table,
            audit=identity.audit,
            links=identity.links,
            tokens=identity.tokens,
            sessions=identity.session_list,
            forgetting=identity.forgetting,
            is_enabled=identity.deprovisioning.is_enabled,
        )
        exports = Exports(stores, identity.audit, identity.memories, identity.conversations, call)
        return cls(erasures, exports, table)

    def pages(self, html: Html, identity: Identity) -> MyDataPages:
        """The pages of the signed-in person."""
        return MyDataPages(
            html=html,
            erasures=self.erasures,
            exports=self.exports,
            table=self.table,
            links=identity.links,
            sessions=identity.session_list,
            one_at_a_time=asyncio.Lock(),
        )
