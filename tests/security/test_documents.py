"""The numbers that the security page gives are those of the code."""

import re
from pathlib import Path

import pytest

from agent.request import attachments as agent_files
from agent.run.limits import GRACE_SECONDS
from agent.settings import Settings
from agent.tools.documents import reader, reading_process
from agent.tools.documents.formats import pdf
from bizassist.local.provision import storage
from bots import files
from bots.runtime import TIMEOUT
from bots.turn.actions import APPROVAL_SECONDS
from bots.web import transcripts
from identity.directory import user_pool
from identity.linking import link_requests, receipts
from identity.oidc import flow_state
from identity.sessions import session_list, session_store, signed_in

PAGE = Path(__file__).parents[2] / "docs" / "security.md"
UNITS = {"seconds": 1, "minutes": 60, "hours": 3_600}


def documented(what: str) -> float:
    row = re.search(rf"^\| {re.escape(what)} \| (\d+) ?(\w*) \|$", PAGE.read_text(), re.MULTILINE)
    assert row, f"the page says nothing about: {what}"
    return float(row[1]) * UNITS.get(row[2], 1)


@pytest.mark.parametrize(
    ("what", "coded"),
    [
        ("without a request", session_store.INACTIVITY_TIMEOUT),
        ("in any case", session_store.ABSOLUTE_TIMEOUT),
        ("sessions of one person at a time", session_list.MAX_SESSIONS),
        ("a sign-in that the user pool remembers is taken", flow_state.LONGEST_AUTHENTICATION_AGE),
        ("a sign-in counts as recent", signed_in.RECENT),
        ("from leaving for the sign-in page to coming back", flow_state.FLOW_LIFETIME),
        ("a link request", link_requests.LIFETIME),
        ("the undo address of a receipt", receipts.LIFETIME),
        ("a disabled or deleted person is believed", user_pool.RECHECK),
        ("while the user pool doesn't answer", user_pool.GRACE),
    ],
)
def test_the_page_gives_the_limits_of_the_code(what: str, coded: float) -> None:
    assert documented(what) == coded


def test_the_page_gives_the_limits_of_one_answer() -> None:
    default = {name: field.default for name, field in Settings.model_fields.items()}
    page = PAGE.read_text()

    assert f"| tool calls | {default['turn_tool_calls']} |" in page
    assert f"| tokens, read and written | {default['turn_tokens']:,} |" in page
    assert f"| time | {default['turn_seconds']} seconds |" in page
    assert f"no decision within {APPROVAL_SECONDS // 60} minutes" in page
    silence = TIMEOUT.read
    assert silence
    assert silence > default["turn_seconds"] + GRACE_SECONDS


@pytest.mark.parametrize(
    ("what", "coded"),
    [
        ("files with one question", files.MOST_FILES),
        ("files with one question", agent_files.MOST_FILES),
        ("all of them together", files.MOST_BYTES),
        ("all of them together", agent_files.MOST_BYTES),
        ("pages of a PDF", pdf.MOST_PAGES),
        ("memory of the process that reads one", reading_process.MEMORY_BYTES),
        ("time for one", reader.SECONDS),
        ("text read of one", reading_process.MOST_CHARACTERS),
    ],
)
def test_the_page_gives_the_limits_of_files(what: str, coded: float) -> None:
    row = re.search(
        rf"^\| {re.escape(what)} \| ([\d,]+) ?(\w*) \|$", PAGE.read_text(), re.MULTILINE
    )
    assert row, f"the page says nothing about: {what}"
    assert int(row[1].replace(",", "")) * (1024 * 1024 if row[2] == "MB" else 1) == coded


def test_files_are_kept_as_long_as_transcripts() -> None:
    kept = re.search(r"random id, for (\d+) days as the transcript", PAGE.read_text())
    assert kept
    assert int(kept[1]) * 24 * 60 * 60 == transcripts.KEPT
    assert storage.FORGOTTEN["Expiration"]["Days"] == int(kept[1])


def test_every_system_with_a_session_is_named() -> None:
    table = PAGE.read_text().partition("## Who keeps sessions")[2].partition("##")[0]
    named = re.findall(r"^\| ([\w' ]+) \|", table, re.MULTILINE)
    assert named == [
        "System",
        "chat service",
        "Cognito user pool",
        "another identity provider behind the pool",
        "a chat user's link",
        "agent",
    ]


def test_every_kind_of_data_has_its_readers_and_writers() -> None:
    """Field-level rules: what stands under a heading of its own, whole rows only."""
    table = PAGE.read_text().partition("### Fields")[2].partition("###")[0]
    rows = re.findall(r"^\| ([^|]+) \| ([^|]+) \| ([^|]+) \|$", table, re.MULTILINE)
    kinds = {row[0] for row in rows[1:]}
    for word in ("refresh token", "memory", "client's account", "warranty", "audit", "groups"):
        assert [kind for kind in kinds if word in kind], word
    assert "agent/authorization/rights.cedar" in table
