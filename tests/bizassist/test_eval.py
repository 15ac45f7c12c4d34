"""``bizassist eval``: asks the agent itself, judges, reports; turns a thumbs-down into a case."""

import asyncio
import json
import os
import stat
import sys
from collections.abc import AsyncIterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import boto3
import pytest

from bizassist.__main__ import main
from bizassist.evaluation.cases import Case, read_cases
from bizassist.evaluation.model_cost import price_of
from bizassist.evaluation.runner import Reply
from bizassist.evaluation.scoring import ScoredReply, group, percentile
from bots.answer.explanation.run_explanation import Explanation
from bots.web.transcripts import Transcripts
from identity.executor import Executor
from tests.conftest import ROOT, Stack

PYTHON = ROOT / ".venv-ministack" / "bin" / "python"


@dataclass(frozen=True)
class Ended:
    status: int | None
    out: str
    error: str


async def evaluate(*options: str, cwd: Path = ROOT, **environment: str) -> Ended:
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "bizassist", "eval", "--ministack-python", str(PYTHON), *options),
        cwd=cwd,
        env={**os.environ, "COLUMNS": "80", "PYTHONPATH": str(ROOT), **environment},
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
    )
    out, error = await process.communicate()
    return Ended(process.returncode, out.decode(), error.decode())


def of(stack: Stack) -> tuple[str, str]:
    return "--stack", str(stack.state / "stack.json")


async def test_a_spread_of_the_shipped_questions_is_asked_and_judged(stack: Stack) -> None:
    ended = await evaluate(*of(stack), "--limit", "16", "--json", "--threshold", "0.8")

    assert ended.status == 0, ended
    report = json.loads(ended.out)
    assert report["model"] == "offline"
    assert report["all"]["questions"] == 16
    assert report["all"]["tool"] >= 0.9
    assert len(report["tools"]) >= 8
    assert report["input_tokens"] > 0
    assert report["cost_usd"] == 0
    assert 0 < report["all"]["p50"] <= report["all"]["p95"]
    failed = round(16 * (1 - report["all"]["passed"]))
    assert len(report["failures"]) == failed


SERIAL, TOOL = "LAPTOP-2024-001", "warranty___check_warranty_status"
RIGHT = {"id": "right", "question": f"Is {SERIAL} under warranty?", "tool": TOOL}
WRONG: list[dict[str, Any]] = [
    {**RIGHT, "id": "arguments", "arguments": {"serial_number": "PHONE-2021-007"}},
    {**RIGHT, "id": "facts", "facts": ["it is green"]},
    {**RIGHT, "id": "tool", "tool": None},
]


def questions(folder: Path, *cases: dict[str, Any]) -> tuple[str, str]:
    path = folder / "mine.jsonl"
    path.write_text("\n".join(json.dumps(case) for case in cases))
    return "--questions", str(path)


async def test_the_table_says_what_went_wrong_and_the_status_that_it_was_too_much(
    stack: Stack, tmp_path: Path
) -> None:
    asked = questions(tmp_path, RIGHT, *WRONG)
    ended = await evaluate(*of(stack), *asked, "--threshold", "0.5", "--price", "3,15")

    assert ended.status == 1, ended
    assert max(map(len, ended.out.splitlines())) <= 80
    assert "check warranty status" in ended.out
    assert "instead of no tool" in " ".join(ended.out.split())
    assert "the answer doesn't tell it is green" in ended.out
    assert "PHONE-2021-007" in ended.out
    assert "for 1,000 questions" in ended.out


async def test_what_needs_approval_gets_it_and_files_are_attached(
    stack: Stack, tmp_path: Path
) -> None:
    (tmp_path / "files").mkdir()
    (tmp_path / "files" / "note.txt").write_text("The launch is on 5 May 2027 in Graz.")
    serials = {
        "id": "serials",
        "question": "Find the serial numbers of all devices of alice@example.com",
        "tool": "warranty___find_serial_numbers",
        "facts": [SERIAL],
        "groups": ["bizassist-users", "bizassist-admins"],
    }
    file = {
        "id": "file",
        "question": "when is the launch?",
        "before": ["Summarise this document"],
        "tool": "analyze_document",
        "arguments": {"document": "note.txt"},
        "facts": ["5 May 2027"],
        "files": ["note.txt"],
    }
    asked = questions(tmp_path, serials, file)
    ended = await evaluate(*of(stack), *asked, "--threshold", "1")

    assert ended.status == 0, ended


@pytest.mark.parametrize(
    ("options", "said"),
    [
        (("--questions", "nowhere.jsonl"), "nowhere.jsonl can't be read"),
        (("--model", "gpt"), "BIZASSIST_MODEL is 'gpt'"),
        (("--stack", "nowhere.json"), "does not describe a stack"),
    ],
)
async def test_what_can_not_be_done_is_one_sentence(
    options: tuple[str, str], said: str, stack: Stack
) -> None:
    ended = await evaluate(*of(stack), *options)

    assert ended.status == 1
    assert said in ended.error
    assert ended.error.count("\n") == 1


def scored(seconds: float = 1, **reply: Any) -> ScoredReply:
    return ScoredReply(Case(id="a", question="b", tool=None), Reply(seconds=seconds, **reply))


def test_a_failed_run_never_passes() -> None:
    failed = scored(error="The AI model failed.")

    assert not failed.passed
    assert failed.why == "failed: The AI model failed."


def test_times_are_percentiles() -> None:
    many = group("all", [scored(float(second)) for second in range(1, 102)])

    assert (many.p50, many.p95) == (51, 96)
    assert percentile([2.0], 95) == 2


@pytest.mark.parametrize(
    ("setting", "cost"),
    [
        ("offline", 0),
        ("ollama:llama3.2", 0),
        ("bedrock:global.anthropic.claude-sonnet-4-6", 18),
        ("openai:gpt-4o-mini", 0.75),
        ("openai:something-else", None),
    ],
)
def test_the_price_is_that_of_the_model_or_not_known(setting: str, cost: float | None) -> None:
    price = price_of(setting)
    million = [scored(input_tokens=1_000_000, output_tokens=1_000_000)]

    assert (price is None) == (cost is None)
    assert price is None or price.of(million) == pytest.approx(cost)


@pytest.fixture
async def transcripts(aws: boto3.Session, stack: Stack) -> AsyncIterator[None]:
    """A conversation of three questions, of which the last two were turned down."""
    call = Executor(2)
    kept = Transcripts(aws.client("dynamodb"), call, stack.parameters["transcripts_table"])
    used = {"name": TOOL, "arguments": json.dumps({"serial_number": SERIAL})}
    told = [
        ("0001", f"Is {SERIAL} under warranty?", "up", [used]),
        ("0002", "and is it blue?", "down", [used]),
        ("0003", "tell me a joke", "down", []),
    ]
    for turn, question, feedback, tools in told:
        await kept.ask("someone", "eval", turn, question)
        explanation = Explanation.model_validate({"tools": tools})
        await kept.answered("someone", "eval", turn, "No.", explanation=explanation)
        assert await kept.judge("someone", "eval", turn, feedback, "")
    yield
    for turn, *_ in told:
        aws.client("dynamodb").delete_item(
            TableName=stack.parameters["transcripts_table"],
            Key={"conversation": {"S": "turns#someone#eval"}, "position": {"S": turn}},
        )
    call.close()


def test_a_thumbs_down_becomes_a_case(
    transcripts: None, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "cases.jsonl"

    assert main(["eval", "add", "web:0002", "--to", str(path)]) == 0
    assert "1 of 1 added" in capsys.readouterr().out
    (case,) = read_cases(path)
    assert case.question == "and is it blue?"
    assert (case.tool, case.arguments) == (TOOL, {"serial_number": SERIAL})
    assert case.before == [f"Is {SERIAL} under warranty?"]
    assert stat.S_IMODE(path.stat().st_mode) == 0o600


def test_all_that_were_turned_down_are_added_once(
    transcripts: None, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "cases.jsonl"
    add = ["eval", "add", "--all-down", "--to", str(path)]

    assert main(add) == 0
    assert main(add) == 0
    said = capsys.readouterr().out
    cases = read_cases(path)  # others' answers may have been turned down on this stack too
    assert f"{len(cases)} of {len(cases)} added" in said
    assert f"0 of {len(cases)} added" in said
    ours = [case.tool for case in cases if case.question in {"and is it blue?", "tell me a joke"}]
    assert ours == [TOOL, None]


@pytest.mark.usefixtures("transcripts")
@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["nowhere"], "only the web chat keeps what was said"),
        ([], "say which turn, or --all-down"),
        (["0002", "--all-down"], "say which turn, or --all-down"),
    ],
)
def test_a_turn_that_is_not_there_is_said_so(
    arguments: list[str], said: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["eval", "add", *arguments]) == 1
    assert said in capsys.readouterr().err
