"""The turn and what it needs, put together."""

from dataclasses import dataclass
from typing import Self

import httpx

from bots.aws import Clients
from bots.files import Files
from bots.runtime import Runtime
from bots.turn.actions import Acts
from bots.turn.handler import Assistant
from bots.turn.ledger import Ledger
from bots.turn.run import Runs
from bots.turn.workspace_rules import Policy, Quotas
from bots.usage.daily_usage import Spending
from identity.executor import Executor
from identity.service import Identity
from identity.workspaces.settings import Workspaces


@dataclass(frozen=True, slots=True)
class TurnSettings:
    """Where turns are kept and run.

    :param public_url: our own base URL, as browsers know it, without a slash at its end.
    """

    ledger_table: str
    workspaces_table: str
    uploads_bucket: str
    runtime_url: str
    runtime_arn: str
    public_url: str


@dataclass(frozen=True, slots=True)
class TurnService:
    """The assistant that answers turns, and what the platforms' pages do about them."""

    assistant: Assistant
    ledger: Ledger
    actions: Acts
    runs: Runs
    files: Files
    workspaces: Workspaces
    settings: TurnSettings
    clients: Clients
    execute: Executor

    @classmethod
    def of(
        cls,
        settings: TurnSettings,
        clients: Clients,
        execute: Executor,
        *,
        http: httpx.AsyncClient,
        identity: Identity,
    ) -> Self:
        """Everything of this package.

        :param http: calls the runtime; whoever made it closes it.
        """
        dynamodb, table = clients.dynamodb, settings.ledger_table
        ledger, actions = Ledger(dynamodb, execute, table), Acts(dynamodb, execute, table)
        files = Files(clients.s3, execute, settings.uploads_bucket)
        workspaces = Workspaces(dynamodb, settings.workspaces_table, execute)
        quotas, spending = Quotas(dynamodb, execute, table), Spending(dynamodb, execute, table)
        runs = Runs(
            Runtime(http, settings.runtime_url, settings.runtime_arn),
            actions,
            identity.links,
            identity.tokens,
            files,
            f"{settings.public_url}/chat",
        )
        assistant = Assistant(
            ledger=ledger,
            links=identity.links,
            tokens=identity.tokens,
            runs=runs,
            invite=identity.link_url,
            policy=Policy(workspaces, quotas, spending),
        )
        return cls(
            assistant=assistant,
            ledger=ledger,
            actions=actions,
            runs=runs,
            files=files,
            workspaces=workspaces,
            settings=settings,
            clients=clients,
            execute=execute,
        )

    async def check(self) -> None:
        """Return when the ledger answers; raise what it raises when it doesn't."""
        await self.execute(
            self.clients.dynamodb.describe_table, TableName=self.settings.ledger_table
        )
