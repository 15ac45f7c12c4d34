"""Each module by itself, and the whole as far as it can be known without applying it."""

import json
import re
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from tests.some import some
from tests.terraform.account import Account, copy_of_terraform
from tests.terraform.agentcore_cut import cut
from tests.terraform.cli import Terraform, TerraformFailed
from tests.terraform.readme import documented, entries, refreshed

AGENTCORE_NEEDS = (6, 38, 0)
# Mistakes in what the root passes on, and what the module says to them.
PASSED_ON: list[dict[str, tuple[Any, str]]] = [
    {
        "model": ("gpt", "The model is offline or PROVIDER:ID"),
        "model_base_url": ("llm", "This is not an address."),
        "password_policy": ({"minimum_length": 6}, "A password has at least 8 characters"),
        "mfa": ("SOMETIMES", "MFA is OFF, OPTIONAL or ON."),
        "refresh_token_days": (3650, "A link lasts 1 to 365 days."),
        "web_acl_arn": ("my-acl", "This is not the ARN of a regional web ACL."),
        "upload_days": (0, "Files are kept for 1 to 3650 days."),
        "allowed_cidrs": (["203.0.113.7/99"], "Each is an IPv4 range"),
        "trusted_proxies": (6, "There are 0 to 5 proxies."),
        "chat_concurrency": ({"threads": 1}, "Runs are 1 to 1000, turns 1 to 10000"),
        "platforms": (["irc"], "The platforms are slack and teams"),
        "microsoft_cloud": ("dod", "The Microsoft cloud is public or gcc"),
        "cpu": (300, "Fargate knows 256, 512"),
        "capacity": ({"min": 5, "max": 2}, "At least one task, and at most 200."),
        "web_search": ({"provider": "gopher"}, "The provider is agentcore, duckduckgo"),
    },
    {
        "password_policy": (
            {"temporary_password_validity_days": 90},
            "An invitation is good for 1 to 30 days.",
        ),
        "memory": (256, "Fargate takes two to eight MB"),
        "web_search": ({"provider": "searxng"}, "searxng needs its address."),
    },
    {"web_search": ({"provider": "brave"}, "brave and tavily need the SSM parameter")},
]
MODULES = (
    "bots",
    "bucket",
    "encryption",
    "gateway_tools",
    "identity",
    "network",
    "table",
    "web_acl",
)


@pytest.fixture(scope="session")
def copy(beginning: Account, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The sources where things may be installed; the account is being applied by then."""
    return copy_of_terraform(tmp_path_factory.mktemp("sources"))


@pytest.fixture(scope="session")
def whole(copy: Path, terraform: Terraform) -> Path:
    """The root as it is; before an older provider without AgentCore's own resources."""
    if terraform.newest and terraform.newest < AGENTCORE_NEEDS:
        cut(copy / "modules" / "agentcore")
        cut(copy)
        for versions in copy.rglob("versions.tf"):
            versions.write_text(versions.read_text().replace(">= 6.25", ">= 5.100"))
    lambdas = copy.parent / "build" / "lambda"
    lambdas.mkdir(parents=True)
    for archive in ("function.zip", "layer.zip"):
        (lambdas / archive).touch()
    return copy


async def test_the_code_is_formatted(beginning: Account, sources: Path) -> None:
    await beginning.terraform(sources, "fmt", "-check", "-recursive", "-diff")
    await beginning.terraform(Path(__file__).parent, "fmt", "-check", "-recursive", "-diff")


@pytest.mark.parametrize("folder", documented(), ids=lambda folder: folder.name)
def test_a_readme_lists_every_input_and_output(
    folder: Path, golden: Callable[[Path, str], None]
) -> None:
    readme = folder / "README.md"
    golden(readme, refreshed(readme.read_text(), folder))


@pytest.mark.parametrize("folder", documented(), ids=lambda folder: folder.name)
def test_every_input_and_output_says_what_it_is(folder: Path) -> None:
    for variable in some(entries(folder, "variable")):
        assert variable.description, variable.name
        assert variable.attribute("type"), variable.name
        said = {bool(field.description) for field in variable.fields}
        assert len(said) <= 1, f"{variable.name}: each attribute, or none"
    assert all(output.description for output in some(entries(folder, "output")))


@pytest.mark.parametrize("module", MODULES)
async def test_a_module_stands_by_itself_and_refuses_what_is_wrong(
    module: str, copy: Path, terraform: Terraform
) -> None:
    folder = copy / "modules" / module
    assert _validated(folder) <= _refused(folder)
    await terraform.init(folder)
    assert "Success!" in await terraform(folder, "test", "-no-color")


@pytest.mark.parametrize("folder", [".", "modules/agentcore"], ids=["root", "agentcore"])
async def test_the_whole_fits_together_and_refuses_what_is_wrong(
    folder: str, whole: Path, terraform: Terraform
) -> None:
    place = whole / folder
    assert _validated(place) <= _refused(place)
    await terraform.init(place)
    assert "Success!" in await terraform(place, "test", "-no-color")


@pytest.mark.parametrize("mistakes", PASSED_ON, ids=["one each", "another", "and another"])
async def test_the_root_refuses_what_its_modules_refuse(
    mistakes: dict[str, tuple[Any, str]], whole: Path, terraform: Terraform, tmp_path: Path
) -> None:
    """A run can only expect failures of the root's own variables, so this one fails aloud."""
    given = "".join(f"    {name} = {json.dumps(bad)}\n" for name, (bad, _) in mistakes.items())
    usual = (whole / "tests" / "variables.tftest.hcl").read_text().partition("run ")[0]
    run = f'run "refused" {{\n  command = plan\n\n  variables {{\n{given}  }}\n}}\n'
    (whole / tmp_path.name).mkdir()
    (whole / tmp_path.name / "passed_on.tftest.hcl").write_text(usual + run)
    await terraform.init(whole)

    with pytest.raises(TerraformFailed) as failed:
        await terraform(whole, "test", "-no-color", f"-test-directory={tmp_path.name}")

    said = " ".join(str(failed.value).split())
    assert [why for _, why in some(mistakes.values()) if why not in said] == []
    assert said.count("Error: ") == len(mistakes)


@pytest.mark.parametrize("module", ["agentcore", *MODULES])
def test_the_root_passes_on_what_a_module_would_have(module: str, sources: Path) -> None:
    """One type and one default, though both say them: Terraform inherits neither."""
    root = {one.name: one for one in entries(sources, "variable")}
    for variable in some(entries(sources / "modules" / module, "variable")):
        passed = re.search(
            rf'^module "{module}" {{$.*?^  {variable.name} += var\.(\w+)$.*?^}}',
            (sources / "main.tf").read_text(),
            re.MULTILINE | re.DOTALL,
        )
        if passed:
            assert root[passed[1]].attribute("type") == variable.attribute("type")
            if default := variable.attribute("default"):
                assert root[passed[1]].attribute("default") == default


@pytest.mark.parametrize("example", ["minimal", "production"])
async def test_an_example_fits_the_root(example: str, whole: Path, terraform: Terraform) -> None:
    folder = whole / "examples" / example
    await terraform.init(folder)
    await terraform(folder, "validate", "-no-color")


def test_modules_take_both_generations_of_the_provider(sources: Path) -> None:
    """From the one that is applied here to the one whose schema is read; no further generation."""
    for module in MODULES:
        versions = (sources / "modules" / module / "versions.tf").read_text()
        assert 'version = ">= 5.100, < 7.0"' in versions
        code = "".join(file.read_text() for file in (sources / "modules" / module).glob("*.tf"))
        # 6 calls it `region`, 5 calls it `name`; both call it `id`.
        assert not re.search(r"data\.aws_region\.\w+\.(name|region)\b", code)


def test_nothing_is_installed_into_the_sources(whole: Path, sources: Path) -> None:
    assert not list(sources.rglob(".terraform"))
    assert not list(sources.rglob("*.tfstate"))


def _validated(folder: Path) -> Counter[str]:
    """How many validations each variable has."""
    return Counter(
        {one.name: one.body.count("validation {") for one in entries(folder, "variable")}
    )


def _refused(folder: Path) -> Counter[str]:
    """In how many runs each variable is refused."""
    text = (folder / "tests" / "variables.tftest.hcl").read_text()
    lists = re.findall(r"expect_failures = \[(.*?)\]", text, re.DOTALL)
    return Counter(re.findall(r"var\.(\w+)", "".join(lists)))
