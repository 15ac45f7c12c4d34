"""Whose data it is: a person with all their chat accounts, or a workspace; and what is theirs."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Protocol

from identity.workspaces.settings import Workspace

Row = Mapping[str, Any]
"""A row as DynamoDB writes it: ``{"turn": {"S": "…"}}``."""

SUBJECTS = ("subject", "asker")
"""Attributes that name the person whose a row is, beside its key."""


class Owner(Protocol):
    """Whose data is looked for."""

    @property
    def name(self) -> str:
        """What audit entries and operators know them by."""
        ...

    @property
    def prefixes(self) -> tuple[str, ...]:
        """What the keys of their files begin with."""
        ...

    def owns(self, table: str, row: Row) -> bool:
        """Whether a row of a table is theirs; ``table`` is the name of its parameter."""
        ...


@dataclass(frozen=True, slots=True)
class PersonOwner:
    """A person.

    :param chat_users: the keys of all chat accounts that are or were linked to the subject.
    """

    subject: str
    account: str
    chat_users: frozenset[str]

    @property
    def name(self) -> str:
        """What audit entries and operators know them by."""
        return self.account

    @property
    def prefixes(self) -> tuple[str, ...]:
        """What the keys of their files begin with."""
        return (f"{self.subject}/", *(f"{key.replace('#', '/')}/" for key in self.chat_users))

    def owns(self, table: str, row: Row) -> bool:
        """Whether a row is theirs."""
        match table:
            case "links_table" | "link_requests_table":
                return self._is_named(row)
            case "sessions_table":
                return self._is(row, "subject") or _text(row, "id") == f"count#{self.subject}"
            case "transcripts_table":
                return _text(row, "conversation").split("#")[1:2] == [self.subject]
            case "forgetting_table":
                return _text(row, "subject").partition("/")[0] == self.subject
            case _:
                return table == "ledger_table" and self._owns_turn(row)

    def _is(self, row: Row, name: str) -> bool:
        return _text(row, name) == self.subject

    def _is_named(self, row: Row) -> bool:
        """Whether a row says that it is theirs.

        A chat account may be linked to somebody else by now: a row that names a subject is theirs
        alone.
        """
        subjects = {_text(row, name) for name in SUBJECTS} - {""}
        if subjects:
            return self.subject in subjects
        return _text(row, "chat_user") in self.chat_users

    def _owns_turn(self, row: Row) -> bool:
        if self._is_named(row):
            return True
        key = _text(row, "turn")
        if key.startswith("stop#"):
            return key.removeprefix("stop#") in self.chat_users
        if key.startswith("conversation#"):
            return any(key.endswith(f"#{chat_user}") for chat_user in self.chat_users)
        return key.startswith(("quota#", "usage#", "left#")) and key.endswith(f"#{self.subject}")


@dataclass(frozen=True, slots=True)
class WorkspaceOwner:
    """A workspace of Slack or Teams. Its people are their own: what is remembered of them stays."""

    workspace: Workspace

    @property
    def name(self) -> str:
        """What audit entries and operators know it by."""
        return self.workspace.key

    @property
    def prefixes(self) -> tuple[str, ...]:
        """What the keys of its files begin with."""
        return (f"{self.workspace.platform}/{self.workspace.tenant}/",)

    def owns(self, table: str, row: Row) -> bool:
        """Whether a row is the workspace's."""
        inside = f"{self.workspace.key}#"
        match table:
            case "links_table" | "link_requests_table":
                return _text(row, "chat_user").startswith(inside)
            case "sessions_table":  # a browser in which one of its accounts was linked
                return inside in _text(row, "content")
            case "workspaces_table":
                return _text(row, "workspace") == self.workspace.key
            case "ledger_table":
                key = _text(row, "turn")
                named = key.startswith(("conversation#", "quota#", "usage#", "stop#"))
                return _text(row, "chat_user").startswith(inside) or (named and f"#{inside}" in key)
        return False


def _text(row: Row, name: str) -> str:
    return str(row.get(name, {}).get("S", ""))
