"""What the platform needs of the chat service, in memory."""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from types import SimpleNamespace
from typing import Any, cast

from botocore.exceptions import EndpointConnectionError

from bots.conversation_notes import ConversationNotes
from bots.errors import StopFailed
from bots.file_bucket import StoredFile
from bots.slack.app_home.own_memory import OwnMemory
from bots.slack.platform import ServiceParts
from bots.slack.shareable_answers import ShareableAnswers
from bots.text_commands.execution import TextCommands
from bots.turn.attached_files import AttachedFiles
from bots.turn.explanations.kept_explanations import KeptExplanations
from identity.errors import LinkInUse, MemoryUnavailable
from identity.links import Link, new_link
from identity.memory.forgetting_table import ForgettingJob, State
from identity.memory.records import MemoryRecord, RecordsOfKind
from identity.people import ChatUser, Names
from tests.simulation.aws_models import DynamoDBModel
from tests.simulation.table_model import TableModel

PUBLIC = "https://bizassist.example.com"


async def at_once(call: Callable[..., Any], *given: Any, **named: Any) -> Any:
    """Runs what an SDK would do in a thread."""
    return call(*given, **named)


@dataclass
class Account:
    """Links, tokens, audit log and memory of the people of a test."""

    linked: dict[str, Link] = field(default_factory=dict)
    remembered: dict[str, list[str]] = field(default_factory=dict)
    said: set[str] = field(default_factory=set)
    forgets_slowly: bool = False
    audited: list[dict[str, str]] = field(default_factory=list)
    groups: tuple[str, ...] = ("bizassist-users",)
    paused: set[str] = field(default_factory=set)
    memory_is_down: bool = False

    def link(self, user: str, account: str, tenant: str = "T0NORTHWND") -> None:
        chat_user = ChatUser("slack", tenant, user)
        self.linked[chat_user.key] = new_link(
            chat_user,
            subject=f"subject-of-{account}",
            account=account,
            encrypted_token=b"x",
            names=Names(),
        )

    async def active(self, chat_user: ChatUser) -> Link | None:
        return self.linked.get(chat_user.key)

    async def revoke(self, link: Link) -> bool:
        return self.linked.pop(link.chat_user.key, None) is not None

    async def close(self, chat_user: ChatUser) -> bool:
        if self.memory_is_down:
            raise LinkInUse("its token was refreshed each time")
        return self.linked.pop(chat_user.key, None) is not None

    async def write(self, action: str, **entry: str) -> None:
        self.audited.append({"action": action, **entry})

    async def access_token(self, _: Link) -> str:
        return "token"

    async def verify_access_token(self, _: str) -> SimpleNamespace:
        return SimpleNamespace(groups=self.groups)

    async def forget_record(self, subject: str, record: str, _: str) -> None:
        del self.remembered[subject][int(record.removeprefix("mem-"))]

    async def add(self, subject: str, record: str) -> None:
        self.audited.append({"action": "forgot", "about": subject, "detail": record})

    async def is_paused(self, subject: str) -> bool:
        return subject in self.paused

    async def set_paused(self, subject: str, *, paused: bool) -> None:
        (self.paused.add if paused else self.paused.discard)(subject)

    async def of(self, subject: str) -> list[RecordsOfKind]:
        if self.memory_is_down:
            raise MemoryUnavailable("down")
        now = datetime.now(UTC)
        records = [
            MemoryRecord(f"mem-{number:040d}", f"/people/{subject}/facts/", text, now)
            for number, text in enumerate(self.remembered.get(subject, []))
        ]
        return [RecordsOfKind("facts", records)]

    async def ask(self, subject: str, account: str) -> ForgettingJob:
        self.remembered.pop(subject, None)
        self.said.discard(subject)
        state: State = "deleting" if self.forgets_slowly else "checking"
        return ForgettingJob(subject, account, datetime.now(UTC), state)

    async def exist(self, subject: str) -> bool:
        return subject in self.said


@dataclass
class Runs:
    """What was stopped, and how much there was to stop."""

    under_way: int = 0
    stopped: list[tuple[str, str]] = field(default_factory=list)
    failing: bool = False
    asker: str = "U0ALICE0000"

    async def stop_all(self, chat_user: ChatUser, place: str, before: float) -> int:
        assert before
        if self.failing:
            raise StopFailed("the runtime is away")
        self.stopped.append((chat_user.user, place))
        return self.under_way

    async def stop_own(self, turn: str, chat_user: ChatUser) -> bool:
        if chat_user.user != self.asker:
            return False
        if self.failing:
            raise StopFailed("the runtime is away")
        self.stopped.append((chat_user.user, turn))
        return True


class Unencrypted:
    """Encryption that costs nothing."""

    async def encrypt(self, plaintext: bytes, _: str) -> bytes:
        return plaintext

    async def decrypt(self, encrypted: bytes, _: str) -> bytes:
        return encrypted


def shareable_in_memory() -> ShareableAnswers:
    model = cast("Any", DynamoDBModel({"ledger": TableModel("turn")}))
    return ShareableAnswers(model, cast("Any", at_once), "ledger", cast("Any", Unencrypted()))


def explanations_in_memory() -> KeptExplanations:
    model = cast("Any", DynamoDBModel({"ledger": TableModel("turn")}))
    return KeptExplanations(model, cast("Any", at_once), "ledger", cast("Any", Unencrypted()))


def in_memory() -> ConversationNotes:
    model = DynamoDBModel({"ledger": TableModel("turn")})
    return ConversationNotes(cast("Any", model), cast("Any", at_once), "ledger")


@dataclass
class Bucket:
    """Files by their keys."""

    kept: dict[str, bytes] = field(default_factory=dict)
    is_down: bool = False

    async def put(self, file: StoredFile, content: bytes) -> None:
        if self.is_down:
            raise EndpointConnectionError(endpoint_url="https://s3.example")
        self.kept[file.key] = content


@dataclass
class Parts:
    """All of it, and what of it a test looks at."""

    account: Account = field(default_factory=Account)
    runs: Runs = field(default_factory=Runs)
    notes: ConversationNotes = field(default_factory=in_memory)
    bucket: Bucket = field(default_factory=Bucket)
    answered: bool = True
    shareable: ShareableAnswers = field(default_factory=shareable_in_memory)
    explanations: KeptExplanations = field(default_factory=explanations_in_memory)
    asked: tuple[str, ...] = ("U0ALICE0000",)
    judged: list[tuple[str, str, str]] = field(default_factory=list)

    async def judge(self, turn: str, chat_user: ChatUser, feedback: str, comment: str = "") -> bool:
        if chat_user.user not in self.asked:
            return False
        self.judged.append((turn, feedback, comment))
        return True

    async def is_answered(self, _: str) -> bool:
        return self.answered

    async def link_url(self, chat_user: ChatUser, _: Names) -> str:
        return f"{PUBLIC}/link/{chat_user.user}"

    def words(self) -> TextCommands:
        account = cast("Any", self.account)
        return TextCommands(
            links=account,
            tokens=account,
            audit=account,
            memories=account,
            conversations=account,
            forgetting=account,
            notes=self.notes,
            runs=cast("Any", self.runs),
            link_url=self.link_url,
            public_url=PUBLIC,
        )

    def memory(self) -> OwnMemory:
        own = cast("Any", self.account)
        records = cast("Any", SimpleNamespace(forget=self.account.forget_record))
        pause = cast(
            "Any",
            SimpleNamespace(is_paused=self.account.is_paused, write=self.account.set_paused),
        )
        return OwnMemory(own, records, own, pause, own, own)

    def for_slack(self) -> ServiceParts:
        return ServiceParts(
            self.words(),
            self.notes,
            self.is_answered,
            AttachedFiles(cast("Any", self.bucket), self.notes),
            self.memory(),
            stop_all=self.runs.stop_all,
            stop_own=self.runs.stop_own,
            judge=self.judge,
            shareable=self.shareable,
            explanations=self.explanations,
            close_account=self.account.close,
        )
