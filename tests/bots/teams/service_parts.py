"""What the platform needs of the chat service: its own code, over a model of the table."""

from collections.abc import Callable
from dataclasses import dataclass, field
from types import SimpleNamespace
from typing import Any, cast

from bots.conversation_notes import ConversationNotes, ShownMessages
from bots.platform import Turn
from bots.runtime import RunAddress
from bots.teams.service_parts import ServiceParts
from bots.text_commands.execution import TextCommands
from bots.turn.attached_files import AttachedFiles
from bots.turn.decision_and_stop import TurnActions
from bots.turn.explanations.kept_explanations import KeptExplanations
from bots.turn.ledger import Entry, Ledger
from bots.turn.run import Runs
from identity.links import new_link
from identity.people import ChatUser, Names
from tests.bots.receipt import Held
from tests.bots.slack.service_parts import Account, Bucket, Unencrypted
from tests.simulation.aws_models import DynamoDBModel
from tests.simulation.table_model import TableModel

PUBLIC = "https://bizassist.example.com"


async def at_once(call: Callable[..., Any], *given: Any, **named: Any) -> Any:
    """Runs what an SDK would do in a thread."""
    return call(*given, **named)


@dataclass
class Parts:
    """All of it, and what of it a test looks at.

    :ivar cancelled: the runs that the agent was told to end.
    """

    account: Account = field(default_factory=Account)
    cancelled: list[RunAddress] = field(default_factory=list)
    bucket: Bucket = field(default_factory=Bucket)

    def __post_init__(self) -> None:
        model: Any = DynamoDBModel({"ledger": TableModel("turn")})
        call: Any = at_once
        self.model = model
        self.notes = ConversationNotes(model, call, "ledger")
        self.ledger = Ledger(model, call, "ledger")
        self.actions = TurnActions(model, call, "ledger")
        self.messages = ShownMessages(model, call, "ledger")
        self.explanations = KeptExplanations(model, call, "ledger", cast("Any", Unencrypted()))
        account = cast("Any", self.account)
        runtime: Any = SimpleNamespace(cancel=self._cancel)
        files: Any = None
        self.runs = Runs(runtime, self.actions, account, self, files, f"{PUBLIC}/chat")  # type: ignore[arg-type]
        self.words = TextCommands(
            links=account,
            tokens=account,
            audit=account,
            memories=account,
            conversations=account,
            forgetting=account,
            notes=self.notes,
            runs=self.runs,
            link_url=self._link_url,
            public_url=PUBLIC,
        )

    def for_teams(self) -> ServiceParts:
        files = AttachedFiles(cast("Any", self.bucket), self.notes)
        return ServiceParts(
            self.words,
            self.notes,
            self.runs,
            self.ledger,
            self.messages,
            files,
            self.explanations,
        )

    def link(self, chat_user: ChatUser, account: str) -> None:
        self.account.linked[chat_user.key] = new_link(
            chat_user,
            subject=f"subject-of-{account}",
            account=account,
            encrypted_token=b"x",
            names=Names(),
        )

    async def access_token(self, link: object) -> str:
        return "token"

    async def begun(self, turn: Turn) -> Entry:
        """The row of a turn that is being answered."""
        entry = await self.ledger.begin(turn, Held())
        assert entry is not None
        return entry

    async def _cancel(self, address: RunAddress, token: str) -> None:
        self.cancelled.append(address)

    async def _link_url(self, chat_user: ChatUser, _: Names) -> str:
        return f"{PUBLIC}/link/one-time"
