"""What AWS provider 6.25 takes for AgentCore, read out of its published Python bindings.

``python -m tests.terraform.agentcore_schema WHEEL`` writes ``tests/data/agentcore_schema.json``
again, from ``pip download --no-deps cdktf-cdktf-provider-aws==21.22.1``.
"""

import ast
import json
import re
import sys
import zipfile
from pathlib import Path
from typing import Any

SCHEMA = Path(__file__).parent.parent / "data" / "agentcore_schema.json"
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
_TYPE = re.compile(r"Bedrockagentcore\w+")

Block = dict[str, Any]


def schema_of(source: str) -> Block:
    """What one resource takes: ``attributes``, ``blocks``, and what can be ``read`` from it."""
    classes = {node.name: node for node in ast.parse(source).body if isinstance(node, ast.ClassDef)}
    (resource,) = (node for node in classes.values() if _is_resource(node))
    taken = _block(classes[f"{resource.name}Config"], classes)
    read = {
        member.name
        for member in resource.body
        if isinstance(member, ast.FunctionDef)
        and any("property" in ast.unparse(decorator) for decorator in member.decorator_list)
        and not member.name.endswith("_input")
    }
    return {**taken, "read": sorted(read)}


def _is_resource(node: ast.ClassDef) -> bool:
    return any(ast.unparse(base).endswith(".TerraformResource") for base in node.bases)


def _block(node: ast.ClassDef, classes: dict[str, ast.ClassDef]) -> Block:
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
        kinds = _TYPE.findall(ast.unparse(argument.annotation)) if argument.annotation else []
        if kinds and f"{name['terraform']} block." in told[argument.arg]:
            blocks[name["terraform"]] = _block(classes[kinds[0]], classes)
        else:
            attributes[name["terraform"]] = "optional" if default else "required"
    return {"attributes": attributes, "blocks": blocks}


def main(wheel: str) -> None:
    """Write the schema of every resource that the module uses."""
    with zipfile.ZipFile(wheel) as archive:
        schemas = {
            f"aws_bedrockagentcore_{name}": schema_of(
                archive.read(
                    f"cdktf_cdktf_provider_aws/bedrockagentcore_{name}/__init__.py"
                ).decode()
            )
            for name in RESOURCES
        }
    SCHEMA.write_text(json.dumps(schemas, indent=1, sort_keys=True) + "\n", "utf-8")


if __name__ == "__main__":
    main(sys.argv[1])
