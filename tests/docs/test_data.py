"""The page about what is kept names every store, and says how long as the code has it."""

import re

import pytest

from bizassist.local.provision.storage import BUCKETS, EXPIRING, FORGOTTEN, TABLES
from bots import conversation_notes
from bots.personal_data.erasure_table import RETENTION
from bots.personal_data.kept_rows import KEYS
from bots.turn import decision_and_stop, ledger
from bots.web import transcripts
from bots.workspace_rules.daily_token_usage import TWO_DAYS
from identity.linking import link_receipt, link_requests
from identity.memory.forgetting_table import KEEP
from identity.sessions import session_store
from tests.conftest import ROOT
from tests.some import some

PAGE = (ROOT / "docs" / "data.md").read_text("utf-8")
ROWS = [
    [cell.strip() for cell in line.strip("|").split("|")]
    for line in PAGE.partition("| Store |")[2].partition("\n\n")[0].splitlines()[2:]
]
DAY, HOUR, MINUTE = 24 * 60 * 60, 60 * 60, 60
COMPANYS = {"warranty", "clients", "policies"}


def test_every_store_is_on_the_page() -> None:
    named = set(re.findall(r"`([a-z_]+)`", " ".join(row[0] for row in some(ROWS))))
    assert named == {*TABLES, *BUCKETS} - COMPANYS
    assert all(f"`{one}`" in PAGE or one in PAGE for one in COMPANYS)


def test_what_expires_says_so_and_what_is_a_persons_is_erased() -> None:
    for store, _, goes, _, erased in some(ROWS):
        name = store.partition("`")[2].partition("`")[0]
        if name in TABLES:
            assert (name in EXPIRING) == goes.startswith("after"), store
            assert (f"{name}_table" in KEYS) == (erased != "**no**"), store


@pytest.mark.parametrize(
    ("store", "said", "seconds"),
    [
        ("`link_requests`", "10 minutes", link_requests.LIFETIME / MINUTE),
        ("`link_requests`", "24 hours", link_receipt.LIFETIME / HOUR),
        ("`sessions`", "1 hour", session_store.INACTIVITY_TIMEOUT / HOUR),
        ("`sessions`", "12 hours", session_store.ABSOLUTE_TIMEOUT / HOUR),
        ("`ledger`", "30 days", ledger.KEPT / DAY),
        ("`ledger`", "after 7", (ledger.WAITS + ledger.LISTED) / DAY),
        ("`ledger`, notes", "365 days", conversation_notes.KEPT / DAY),
        ("`ledger`, notes", "24 hours", conversation_notes.EDITS_KEPT / HOUR),
        ("`ledger`, notes", "4 days", decision_and_stop.STOP_KEPT / DAY),
        ("`ledger`, counts", "2 days", TWO_DAYS / DAY),
        ("`transcripts`", "30 days", transcripts.KEPT / DAY),
        ("`transcripts`", "1 hour", transcripts.LIVE / HOUR),
        ("`forgetting`", "30 days", KEEP.days),
        ("`uploads`", "30 days", FORGOTTEN["Expiration"]["Days"]),
    ],
)
def test_how_long_is_what_the_code_has(store: str, said: str, seconds: float) -> None:
    (goes,) = [row[2] for row in ROWS if row[0] == store]
    assert said in goes
    assert int(re.findall(r"\d+", said)[0]) == seconds
    assert RETENTION.days == 30
    assert "erased 30 days later" in PAGE
