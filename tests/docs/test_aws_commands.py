"""Each command of AWS's CLI that operators are told is one that AWS has, with options it takes."""

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from botocore import xform_name
from botocore.session import get_session

from tests.conftest import ROOT
from tests.some import some

DOCS = ROOT / "docs"
PAGES = sorted(
    page
    for page in (DOCS / "operations.md", DOCS / "first-deployment-checks.md", DOCS / "policies.md")
    if page.is_file()
) + sorted((DOCS / "runbooks").glob("*.md"))
OF_THE_CLI = {"region", "output", "query", "profile", "no-cli-pager", "no-paginate", "max-items"}
"""Options that each command has (AWS CLI, global options and pagination)."""
RENAMED = {("ecr", "get-login-password"): "get-authorization-token"}
"""Commands that the CLI makes of another operation (AWS CLI, customizations)."""
FILES = frozenset({"cp", "sync", "ls", "rm"})
"""Of ``aws s3``, which is the CLI's own."""
COMMAND = re.compile(r"(?:^|[`(;&| ])aws ([a-z][\w-]+ [a-z][^`\n|;&#]*)", re.MULTILINE)


def commands(page: Path) -> Iterator[list[str]]:
    """The words of each command of a page, up to a pipe or the end of its line."""
    text = re.sub(r"\\\n\s*|--region \S+ |['\"]", "", page.read_text("utf-8"))
    for found in COMMAND.finditer(text):
        yield found[1].split()


def problems(words: list[str]) -> Iterator[str]:
    """What is wrong with a command."""
    service, operation, *options = words
    if service == "s3" and operation in FILES:
        return
    if operation == "wait":
        waiter, *options = options
        waiters = get_session().get_waiter_model(service).waiter_names
        if waiter not in {xform_name(name, "-") for name in waiters}:
            yield f"{service} wait {waiter}: there is no such waiter"
        return
    model = get_session().get_service_model(service)
    operation = RENAMED.get((service, operation), operation)
    names = {xform_name(name, "-"): name for name in model.operation_names}
    if operation not in names:
        yield f"{service} {operation}: there is no such command"
        return
    shape = model.operation_model(names[operation]).input_shape
    taken = {xform_name(member, "-") for member in (shape.members if shape else {})}
    for option in options:
        name = option.partition("=")[0].removeprefix("--")
        if option.startswith("--") and name.removeprefix("no-") not in taken | OF_THE_CLI:
            yield f"{service} {operation}: doesn't take --{name}"


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.stem)
def test_aws_has_each_command_with_its_options(page: Path) -> None:
    wrong = [problem for words in commands(page) for problem in problems(words)]
    assert wrong == []


def test_there_are_commands_to_look_at() -> None:
    found = [words for page in some(PAGES) for words in commands(page)]
    assert len(found) > 25
    assert list(problems(["dynamodb", "get-item", "--table", "t"]))
    assert list(problems(["dynamodb", "fetch-item"]))
