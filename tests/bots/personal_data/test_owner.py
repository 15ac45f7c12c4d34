"""Whose a row is, also where a chat account has been linked to somebody else meanwhile."""

from collections.abc import Iterator
from typing import Any

import pytest
from botocore.exceptions import ClientError

from bots.personal_data.kept_rows import KEYS, KeptRows
from bots.personal_data.owner import PersonOwner, Row, WorkspaceOwner
from identity.executor import Executor
from identity.workspaces.settings import Workspace

CHAT_USER = "slack#T1#U1"
ALICE = PersonOwner("alice", "alice@example.com", frozenset({CHAT_USER}))


def row(**values: str) -> Row:
    return {name: {"S": value} for name, value in values.items()}


@pytest.mark.parametrize("table", ["links_table", "link_requests_table", "ledger_table"])
def test_a_row_that_names_a_person_is_theirs_alone(table: str) -> None:
    assert ALICE.owns(table, row(chat_user=CHAT_USER))
    assert ALICE.owns(table, row(chat_user=CHAT_USER, subject="alice"))
    assert ALICE.owns(table, row(chat_user="slack#T1#U2", subject="alice"))
    assert not ALICE.owns(table, row(chat_user=CHAT_USER, subject="bob"))
    assert not ALICE.owns(table, row(chat_user="slack#T1#U2"))


def test_what_a_turn_asks_is_its_askers_alone() -> None:
    assert ALICE.owns("ledger_table", row(turn="slack:1", asker="alice"))
    assert not ALICE.owns("ledger_table", row(turn="slack:1", asker="bob", chat_user=CHAT_USER))


def test_where_somebody_said_stop_is_theirs_and_their_workspaces() -> None:
    mine, colleagues = row(turn=f"stop#{CHAT_USER}"), row(turn=f"stop#{CHAT_USER}2")
    workspace = WorkspaceOwner(Workspace("slack", "T1"))
    assert ALICE.owns("ledger_table", mine)
    assert not ALICE.owns("ledger_table", colleagues)
    assert workspace.owns("ledger_table", mine)
    assert not workspace.owns("ledger_table", row(turn="stop#slack#T2#U1"))


class Links:
    """The table of links, in which one is Bob's by now."""

    class exceptions:  # noqa: N801 - as the client calls it
        class ConditionalCheckFailedException(ClientError): ...

    def __init__(self) -> None:
        self.rows = {CHAT_USER: "bob", "slack#T1#U2": "alice"}

    def delete_item(self, **given: Any) -> None:
        name = given["Key"]["chat_user"]["S"]
        assert given["ConditionExpression"] == "subject = :subject"
        if self.rows[name] != given["ExpressionAttributeValues"][":subject"]["S"]:
            raise self.exceptions.ConditionalCheckFailedException({}, "DeleteItem")
        del self.rows[name]


@pytest.fixture
def call() -> Iterator[Executor]:
    executor = Executor(1)
    yield executor
    executor.close()


async def test_a_link_that_is_anothers_since_it_was_read_stays(call: Executor) -> None:
    links: Any = Links()
    rows = KeptRows(links, call, {name: name for name in KEYS})
    for chat_user in (CHAT_USER, "slack#T1#U2"):
        await rows.delete("links_table", row(chat_user=chat_user, subject="alice"))
    assert links.rows == {CHAT_USER: "bob"}
