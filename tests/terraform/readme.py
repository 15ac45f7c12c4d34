"""The tables of a module's README, from its variables and outputs, as terraform-docs makes them."""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).parents[2] / "terraform"
OF_THE_ACCOUNT = {"aws_caller_identity", "aws_partition", "aws_region"}
BEGIN, END = "<!-- BEGIN_TF_DOCS -->", "<!-- END_TF_DOCS -->"
BLOCK = re.compile(r'^(variable|output) "(\w+)" \{\n(.*?)^\}', re.MULTILINE | re.DOTALL)
MADE = re.compile(r'^(resource|data) "(\w+)" "(\w+)"', re.MULTILINE)
MODULE = re.compile(r'^module "(\w+)" \{\n\s+source\s+= "(.+)"', re.MULTILINE)
# Up to the next attribute or block of the same depth.
ATTRIBUTE = r"^  {name}\s*= (.*?)(?=^  \w+\s*=|^  \w+ \{{|^$|\Z)"

OBJECT = re.compile(r"^  type = object\(\{\n(.*?)^  \}\)", re.MULTILINE | re.DOTALL)
# With the comment above it.
FIELD = re.compile(r"^(?:    # (.+)\n)?    (\w+)\s*= (.+)$", re.MULTILINE)
OPTIONAL = re.compile(r"optional\((.+?)(?:, (.+))?\)")


@dataclass(frozen=True)
class Field:
    """One attribute of an object; its description is empty where no comment says what it is."""

    name: str
    description: str
    type: str

    def row(self, variable: str) -> str:
        """Its line below its variable's."""
        optional = OPTIONAL.fullmatch(self.type)
        kind = optional[1] if optional else self.type
        has, needed = (f"`{optional[2] or 'null'}`", "no") if optional else ("n/a", "yes")
        return f"| {variable}.{self.name} | {self.description} | `{kind}` | {has} | {needed} |"


@dataclass(frozen=True)
class Entry:
    """A variable or an output, as its block says."""

    name: str
    body: str

    def attribute(self, name: str) -> str | None:
        """The text of an attribute, on one line."""
        found = re.search(ATTRIBUTE.format(name=name), self.body, re.MULTILINE | re.DOTALL)
        if not found:
            return None
        lines = [line.strip().rstrip(",") for line in found[1].strip().splitlines()]
        joined = re.sub(r"\s+", " ", ", ".join(lines))
        return re.sub(r"([{(\[]),", r"\1", joined).replace(", }", " }")

    @property
    def description(self) -> str:
        return (self.attribute("description") or "").strip('"').replace('\\"', '"')

    @property
    def fields(self) -> list[Field]:
        """The attributes of an object that is written on several lines."""
        found = OBJECT.search(self.body)
        return [
            Field(name, says, kind) for says, name, kind in FIELD.findall(found[1] if found else "")
        ]

    def rows(self) -> list[str]:
        """A variable's line; below it those of an object's attributes that say what they are."""
        default = self.attribute("default")
        has, needed = ("n/a", "yes") if default is None else (f"`{default}`", "no")
        described = [field for field in self.fields if field.description]
        kind = "object" if described else self.attribute("type")
        return [
            f"| {self.name} | {self.description} | `{kind}` | {has} | {needed} |",
            *(field.row(self.name) for field in described),
        ]


def entries(folder: Path, kind: str) -> list[Entry]:
    """The blocks of one kind, sorted by name."""
    text = (folder / f"{kind}s.tf").read_text()
    found = [Entry(name, body) for what, name, body in BLOCK.findall(text) if what == kind]
    return sorted(found, key=lambda entry: entry.name)


def tables(folder: Path) -> str:
    """What one module needs, makes, takes and gives."""
    code = "".join(file.read_text() for file in sorted(folder.glob("*.tf")))
    # The account's own data sources say nothing of what a module is for.
    made = sorted(set(MADE.findall(code)), key=lambda one: (one[0] == "data", *one[1:]))
    return "\n".join(
        [
            BEGIN,
            *_table("Requirements", "Name | Version", _requirements(code)),
            *_table("Modules", "Name | Source", sorted(MODULE.findall(code))),
            *_table(
                "Resources",
                "Name | Type",
                [
                    (f"{kind}.{name}", "resource" if what == "resource" else "data source")
                    for what, kind, name in made
                    if kind not in OF_THE_ACCOUNT
                ],
            ),
            "## Inputs",
            "",
            "| Name | Description | Type | Default | Required |",
            "|------|-------------|------|---------|:--------:|",
            *(row for one in entries(folder, "variable") for row in one.rows()),
            "",
            "## Outputs",
            "",
            "| Name | Description |",
            "|------|-------------|",
            *(f"| {one.name} | {one.description} |" for one in entries(folder, "output")),
            END,
        ]
    )


def _requirements(code: str) -> list[tuple[str, str]]:
    terraform = re.search(r'required_version = "(.+)"', code)
    aws = re.search(r'source\s+= "hashicorp/aws"\n\s+version = "(.+)"', code)
    assert terraform, "a module says which Terraform it needs"
    assert aws, "a module says which provider it needs"
    return [("terraform", terraform[1]), ("aws", aws[1])]


def _table(title: str, header: str, rows: Iterable[tuple[str, str]]) -> list[str]:
    """A table of two columns; nothing when it would be empty."""
    lines = [f"| {first} | {second} |" for first, second in rows]
    rule = "|" + "|".join("-" * (len(part) + 2) for part in header.split(" | ")) + "|"
    return [f"## {title}", "", f"| {header} |", rule, *lines, ""] if lines else []


def documented() -> list[Path]:
    """Every folder with variables: the root, the modules, the examples."""
    return sorted(file.parent for file in ROOT.rglob("variables.tf"))


def refreshed(readme: str, folder: Path) -> str:
    """A README with the tables that are due."""
    before, _, rest = readme.partition(BEGIN)
    after = rest.partition(END)[2]
    return before + tables(folder) + (after or "\n")
