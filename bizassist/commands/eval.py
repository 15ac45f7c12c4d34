"""``bizassist eval``: how well a model answers, for the person who must choose one."""

import asyncio
import logging
import sys
from argparse import ArgumentParser, ArgumentTypeError, Namespace
from pathlib import Path
from typing import TYPE_CHECKING

from bizassist.errors import CommandError, QuestionsError

if TYPE_CHECKING:
    from bizassist.evaluation.cases import Case
    from bizassist.evaluation.scoring import ScoredReply

NAME = "eval"
HELP = "ask a model a set of questions and count what it gets right"
ADDED = Path("evaluation.jsonl")


def add_arguments(parser: ArgumentParser) -> None:
    """Declare which model and questions, and how to report."""
    parser.description = (
        "Asks the agent with the sample data of the local stack: of the one that runs here, or of "
        "one of its own. Keys of providers are read as docs/models.md says."
    )
    parser.add_argument("--model", help="offline, bedrock:ID, anthropic:ID, openai:ID or ollama:ID")
    parser.add_argument("--questions", type=Path, metavar="FILE", help="a JSON object a line")
    parser.add_argument("--limit", type=_number, help="ask so many, spread over the whole set")
    parser.add_argument("--at-once", type=_number, default=2, help="asked at the same time (2)")
    parser.add_argument("--threshold", type=_share, default=0.0, help="exit 1 below, such as 0.95")
    parser.add_argument("--price", type=_price, help="READ,WRITTEN: dollars for a million tokens")
    parser.add_argument("--stack", type=Path, metavar="STACK.JSON", help="a local stack that runs")
    parser.add_argument(
        "--ministack-python", type=Path, default=Path(".venv-ministack/bin/python"),
        help="the interpreter of MiniStack's own environment",
    )  # fmt: skip
    parser.add_argument("--json", action="store_true", help="for programs")
    actions = parser.add_subparsers(metavar="{add,policies}", dest="action")
    adding = actions.add_parser("add", help="make a case of an answer that was turned down")
    adding.add_argument("turn", nargs="?", help="the turn's id, as the admin pages show it")
    adding.add_argument("--all-down", action="store_true", help="of every answer turned down")
    adding.add_argument("--to", type=Path, default=ADDED, metavar="FILE", help=f"({ADDED})")
    adding.add_argument("--stack", type=Path, metavar="STACK.JSON", dest="of", help="its stack")
    searching = actions.add_parser("policies", help="how well the company's policies are found")
    searching.add_argument(
        "--embedder", action="append", metavar="words|local|bedrock:ID", dest="embedders",
        help="may be given several times (words, and local where it is installed)",
    )  # fmt: skip
    searching.add_argument("--json", action="store_true", dest="as_json", help="for programs")


def run(options: Namespace) -> int:
    """Ask and report; exit status 1 below the threshold. Or add cases."""
    if options.action == "add":
        return _add(options)
    if options.action == "policies":
        return _search_policies(options)
    logging.disable()  # what fails is in the report
    from agent.errors import SettingsError  # noqa: PLC0415 - other commands need no agent
    from bizassist.evaluation.model_cost import price_of  # noqa: PLC0415
    from bizassist.evaluation.report import ALL, print_json, print_report  # noqa: PLC0415
    from bizassist.evaluation.scoring import group  # noqa: PLC0415

    try:
        cases = _cases(options)
        model, scored = asyncio.run(_scored(options, cases))
    except SettingsError as error:  # the agent's own
        raise CommandError(str(error)) from None
    price = options.price or price_of(model)
    (print_json if options.json else print_report)(model, scored, price)
    return int(group(ALL, scored).passed < options.threshold)


def _cases(options: Namespace) -> "list[Case]":
    from bizassist.evaluation.cases import QUESTIONS, read_cases  # noqa: PLC0415

    cases = read_cases(options.questions or QUESTIONS)
    if not cases:
        raise QuestionsError(f"{options.questions} has no question")
    few = min(options.limit or len(cases), len(cases))
    return [cases[place * len(cases) // few] for place in range(few)]


async def _scored(options: Namespace, cases: "list[Case]") -> "tuple[str, list[ScoredReply]]":
    from agent.settings import Settings  # noqa: PLC0415
    from bizassist.evaluation.cases import FILES  # noqa: PLC0415
    from bizassist.evaluation.progress import progress  # noqa: PLC0415
    from bizassist.evaluation.runner import open_runner  # noqa: PLC0415
    from bizassist.evaluation.scoring import ScoredReply  # noqa: PLC0415
    from bizassist.evaluation.target_stack import local_stack  # noqa: PLC0415

    python = options.ministack_python.absolute()
    files = options.questions.parent / "files" if options.questions else FILES
    async with local_stack(options.stack, python):
        settings = await asyncio.to_thread(Settings.load)
        if options.model:
            settings = settings.model_copy(update={"model": options.model})
        async with open_runner(settings, files) as asked:
            with progress(len(cases)) as done:
                replies = await asked.ask_all(cases, options.at_once, done)
    return settings.model, [ScoredReply(*pair) for pair in zip(cases, replies, strict=True)]


def _search_policies(options: Namespace) -> int:
    """Ask the index alone, of the sample policies: no stack and no model that answers."""
    import boto3  # noqa: PLC0415

    from agent.errors import PolicyEmbeddingError  # noqa: PLC0415
    from agent.tools.policies.embedders import choice, local_model  # noqa: PLC0415
    from bizassist.evaluation import policy_search  # noqa: PLC0415
    from bizassist.evaluation.policy_search_report import (  # noqa: PLC0415
        print_searches,
        print_searches_json,
    )
    from bizassist.local.provision import POLICIES  # noqa: PLC0415

    here = [choice.WORDS, *([choice.LOCAL] if local_model.is_installed() else [])]
    questions, passages = policy_search.read_questions(), policy_search.read_passages(POLICIES)
    found = {}
    for name in options.embedders or here:
        try:
            embedder = choice.embedder(name, boto3.Session())
            found[name] = policy_search.search_all(questions, passages, embedder)
        except PolicyEmbeddingError as error:
            raise CommandError(f"{name} can't be asked: {error.detail}") from None
    (print_searches_json if options.as_json else print_searches)(found)
    return 0


def _add(options: Namespace) -> int:
    """Write what was turned down as cases, to be corrected by hand."""
    if bool(options.turn) == options.all_down:
        raise CommandError("say which turn, or --all-down")
    import boto3  # noqa: PLC0415
    from botocore.exceptions import BotoCoreError, ClientError  # noqa: PLC0415

    from bizassist.deployment.deployed_parameters import deployment  # noqa: PLC0415
    from bizassist.evaluation import cases_from_feedback  # noqa: PLC0415
    from bizassist.local.stack_file import read_stack, use_environment  # noqa: PLC0415

    if options.of or options.stack:
        use_environment(read_stack(options.of or options.stack).environment)
    session = boto3.Session()
    table, dynamodb = deployment(session).transcripts_table, session.client("dynamodb")
    try:
        one = (
            None
            if options.all_down
            else cases_from_feedback.turn_row(dynamodb, table, options.turn)
        )
        if not options.all_down and one is None:
            raise CommandError(
                f"no question {options.turn} is kept: only the web chat keeps what was said, "
                "for 30 days"
            )
        rows = [one] if one else cases_from_feedback.rejected_rows(dynamodb, table)
        found = [cases_from_feedback.case_of(dynamodb, table, row) for row in rows]
        new = cases_from_feedback.add(found, options.to)
    except (BotoCoreError, ClientError) as error:
        raise CommandError(f"AWS refused: {error}") from None
    except OSError as error:
        raise CommandError(str(error)) from None
    sys.stdout.write(f"{len(new)} of {len(found)} added to {options.to}.\n")
    if new:
        sys.stdout.write("Correct there by hand which tool, arguments and facts are right.\n")
    return 0


def _number(text: str) -> int:
    if not text.isdecimal() or int(text) < 1:
        raise ArgumentTypeError("must be a number from 1")
    return int(text)


def _share(text: str) -> float:
    try:
        share = float(text)
    except ValueError:
        share = -1
    if not 0 <= share <= 1:
        raise ArgumentTypeError("must be a share from 0 to 1")
    return share


def _price(text: str) -> object:
    from bizassist.evaluation.model_cost import Price  # noqa: PLC0415

    try:
        read, written = (float(part) for part in text.split(","))
    except ValueError:
        raise ArgumentTypeError("must be two numbers, such as 3,15") from None
    return Price(read, written)
