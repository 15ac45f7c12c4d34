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
from bots import file_bucket as files
from bots.runtime import TIMEOUT
from bots.turn.decision_and_stop import APPROVAL_SECONDS
from bots.web import transcripts
from bots.web.incoming import question_form, uploads_under_way
from identity.directory import enabled_check as user_pool
from identity.linking import link_receipt, link_requests
from identity.oidc import unfinished_sign_ins
from identity.sessions import session_limit, session_store
from identity.sessions import signed_in_person as signed_in

ROOT = Path(__file__).parents[2]
PAGE = ROOT / "docs" / "security.md"
TERRAFORM = ROOT / "terraform"
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
        ("sessions of one person at a time", session_limit.MAX_SESSIONS),
        (
            "a sign-in that the user pool remembers is taken",
            unfinished_sign_ins.LONGEST_AUTHENTICATION_AGE,
        ),
        ("a sign-in counts as recent", signed_in.RECENT),
        ("from leaving for the sign-in page to coming back", unfinished_sign_ins.FLOW_LIFETIME),
        ("a link request", link_requests.LIFETIME),
        ("the undo address of a receipt", link_receipt.LIFETIME),
        ("a disabled or deleted person is believed", user_pool.RECHECK),
        (
            "somebody who was taken out of the administrators' group is believed",
            user_pool.RECHECK,
        ),
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
        (
            "forms with files of one person that are being read at once",
            uploads_under_way.MOST_OF_PERSON,
        ),
        (
            "forms with files that one process is reading at once",
            uploads_under_way.MOST_AT_ONCE,
        ),
        ("the whole form arrives within", uploads_under_way.FORM_SECONDS),
        ("its next piece arrives within", question_form.QUIET_SECONDS),
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


def sessions_kept() -> dict[str, tuple[str, str]]:
    """Each system that keeps sessions: its session, and how it ends."""
    table = PAGE.read_text().partition("## Who keeps sessions")[2].partition("##")[0]
    rows = re.findall(r"^\| ([^|]+) \| ([^|]+) \| ([^|]+) \|$", table, re.MULTILINE)
    return {system: (session, end) for system, session, end in rows[1:]}


def test_every_system_with_a_session_is_named() -> None:
    assert list(sessions_kept()) == [
        "chat service",
        "Cognito user pool",
        "another identity provider behind the pool",
        "a chat user's link",
        "agent",
    ]


@pytest.mark.parametrize(
    ("system", "ends"),
    [
        ("chat service", "sign-out"),
        ("chat service", "the limits above"),
        ("chat service", "`/me`"),
        ("chat service", "an administrator"),
        ("chat service", "when the person is disabled or deleted"),
        ("Cognito user pool", "our sign-out leads through the pool's"),
        ("Cognito user pool", "ours ends within a minute"),
        ("another identity provider behind the pool", "not by us"),
        ("a chat user's link", "unlinking at `/me`"),
        ("a chat user's link", "the receipt's undo"),
        ("a chat user's link", "an administrator"),
        ("a chat user's link", "a new link"),
        ("a chat user's link", "the pool refusing the token"),
        ("agent", "the token's end"),
    ],
)
def test_what_ends_each_session_is_told(system: str, ends: str) -> None:
    assert ends in sessions_kept()[system][1]


def terraforms(file: str, pattern: str) -> str:
    found = re.search(pattern, (TERRAFORM / file).read_text(), re.DOTALL)
    assert found, f"terraform/{file} has no {pattern}"
    return found[1]


def test_the_systems_lifetimes_are_those_of_the_code_and_of_terraform() -> None:
    of_link, _ = sessions_kept()["a chat user's link"]
    pools, _ = sessions_kept()["Cognito user pool"]
    client = r'resource "aws_cognito_user_pool_client" "web".*?access_token_validity\s*= (\d+)\n'
    days = r'variable "refresh_token_days" \{.*?default\s*= (\d+)\n'
    rotation = r'variable "refresh_token_rotation" \{.*?default\s*= (\w+)\n'

    assert terraforms("modules/identity/main.tf", client) == "60"
    assert of_link.startswith("an access token of an hour at most")
    assert f"({terraforms('variables.tf', days)} days unless set otherwise)" in of_link
    assert terraforms("variables.tf", rotation) == "true"
    assert "in AWS good for one renewal each" in of_link
    assert unfinished_sign_ins.LONGEST_AUTHENTICATION_AGE == 60 * 60
    assert pools == "its own cookie, an hour in managed login"
    assert user_pool.RECHECK < 60, "ours ends within a minute"


@pytest.mark.parametrize(
    "rule",
    [
        "Ending other sessions takes a recent sign-in",
        "A request for `/auth/login` that another site has caused is shown a button",
        "One session too many ends the one that was seen longest ago",
        "After changing one of them there, a person signs out every other browser at `/me`",
    ],
)
def test_what_asks_for_another_sign_in_is_told(rule: str) -> None:
    sessions_part = PAGE.read_text().partition("## Sessions")[2].partition("## Who may do what")[0]
    assert rule in sessions_part


def test_every_kind_of_data_has_its_readers_and_writers() -> None:
    """Field-level rules: what stands under a heading of its own, whole rows only."""
    table = PAGE.read_text().partition("### Fields")[2].partition("###")[0]
    rows = re.findall(r"^\| ([^|]+) \| ([^|]+) \| ([^|]+) \|$", table, re.MULTILINE)
    kinds = {row[0] for row in rows[1:]}
    for word in ("refresh token", "memory", "client's account", "warranty", "audit", "groups"):
        assert [kind for kind in kinds if word in kind], word
    assert "agent/authorization/rights.cedar" in table
