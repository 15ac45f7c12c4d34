"""The turn and what it needs, put together."""

from dataclasses import dataclass
from typing import Self

from bots.aws import Clients
from bots.conversation_notes import ConversationNotes, ShownMessages
from bots.file_bucket import Files
from bots.limits.fair_slots import FairSlots
from bots.runtime import Runtime
from bots.turn.attached_files import AttachedFiles
from bots.turn.decision_and_stop import TurnActions
from bots.turn.handler import TurnHandler
from bots.turn.ledger import Ledger
from bots.turn.result_encryption import ResultEncryption
from bots.turn.run import Runs
from bots.workspace_rules.daily_question_count import Quotas
from bots.workspace_rules.daily_token_usage import DailyUsage
from bots.workspace_rules.refusals import WorkspaceRules
from identity.executor import Executor
from identity.service import Identity
from identity.workspaces.settings import Workspaces


@dataclass(frozen=True, slots=True)
class TurnSettings:
    """Where turns are kept and run.

    :param results_key_id: the KMS key that what a run said is encrypted with.
    :param public_url: our own base URL, as browsers know it, without a slash at its end.
    :param runs_at_once: how many runs of the agent a process waits for at the same time.
    """

    ledger_table: str
    workspaces_table: str
    uploads_bucket: str
    results_key_id: str
    public_url: str
    runs_at_once: int


@dataclass(frozen=True, slots=True)
class TurnService:
    """The handler that answers turns, and what the platforms' pages do about them."""

    handler: TurnHandler
    ledger: Ledger
    actions: TurnActions
    runs: Runs
    notes: ConversationNotes
    messages: ShownMessages
    files: Files
    attached: AttachedFiles
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
        execute_files: Executor,
        *,
        runtime: Runtime,
        identity: Identity,
    ) -> Self:
        """Everything of this package."""
        dynamodb, table = clients.dynamodb, settings.ledger_table
        ledger, actions = Ledger(dynamodb, execute, table), TurnActions(dynamodb, execute, table)
        files = Files(clients.s3, execute_files, settings.uploads_bucket)
        workspaces = Workspaces(dynamodb, settings.workspaces_table, execute)
        quotas, usage = Quotas(dynamodb, execute, table), DailyUsage(dynamodb, execute, table)
        runs = Runs(
            runtime,
            actions,
            identity.links,
            identity.tokens,
            files,
            f"{settings.public_url}/chat",
        )
        handler = TurnHandler(
            ledger=ledger,
            links=identity.links,
            tokens=identity.tokens,
            runs=runs,
            link_url=identity.link_url,
            rules=WorkspaceRules(workspaces, quotas, usage),
            results=ResultEncryption(clients.kms, settings.results_key_id, execute),
            slots=FairSlots(settings.runs_at_once),
        )
        notes = ConversationNotes(dynamodb, execute, table)
        return cls(
            handler=handler,
            ledger=ledger,
            actions=actions,
            runs=runs,
            notes=notes,
            messages=ShownMessages(dynamodb, execute, table),
            files=files,
            attached=AttachedFiles(files, notes),
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
