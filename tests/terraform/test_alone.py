"""Each module by itself, and the whole as far as it can be known without applying it."""

import re
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.some import some
from tests.terraform.account import Account, copy_of_terraform
from tests.terraform.agentcore_cut import cut
from tests.terraform.cli import Terraform
from tests.terraform.readme import documented, entries, refreshed

AGENTCORE_NEEDS = (6, 38, 0)
MODULES = ("bots", "bucket", "encryption", "gateway_tools", "identity", "network", "table")


@pytest.fixture(scope="session")
def copy(beginning: Account, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The sources where things may be installed; the account is being applied by then."""
    return copy_of_terraform(tmp_path_factory.mktemp("sources"))


@pytest.fixture(scope="session")
def whole(copy: Path, terraform: Terraform) -> Path:
    """The root as it is; before an older provider without AgentCore's own resources."""
    if terraform.newest and terraform.newest < AGENTCORE_NEEDS:
        cut(copy / "modules" / "agentcore")
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


@pytest.mark.parametrize("example", ["minimal", "production"])
async def test_an_example_fits_the_root(example: str, whole: Path, terraform: Terraform) -> None:
    folder = whole / "examples" / example
    await terraform.init(folder)
    await terraform(folder, "validate", "-no-color")


def test_modules_take_both_generations_of_the_provider(sources: Path) -> None:
    """A lower bound and no upper one; the sources use nothing that only one of them has."""
    for module in MODULES:
        versions = (sources / "modules" / module / "versions.tf").read_text()
        assert 'version = ">= 5.100"' in versions
        code = "".join(file.read_text() for file in (sources / "modules" / module).glob("*.tf"))
        # 6 calls it `region`, 5 calls it `name`; both call it `id`.
        assert not re.search(r"data\.aws_region\.\w+\.(name|region)\b", code)


def test_nothing_is_installed_into_the_sources(whole: Path, sources: Path) -> None:
    assert not list(sources.rglob(".terraform"))
    assert not list(sources.rglob("*.tfstate"))


def _validated(folder: Path) -> set[str]:
    return {one.name for one in entries(folder, "variable") if "validation {" in one.body}


def _refused(folder: Path) -> set[str]:
    text = (folder / "tests" / "variables.tftest.hcl").read_text()
    lists = re.findall(r"expect_failures = \[(.*?)\]", text, re.DOTALL)
    return set(re.findall(r"var\.(\w+)", "".join(lists)))
