"""Compares a module's HCL with what a provider takes, attribute by attribute."""

import json
import re
from collections.abc import Iterator, Mapping
from typing import Any, cast

import hcl2

from tests.terraform.provider_schema import Block, schema_file

META = {"count", "for_each", "provider", "depends_on", "lifecycle"}
# The parser's own notes, and what Terraform itself reads.
NOTES = {"__is_block__", "__comments__", "__inline_comments__"}
# Demanded by the provider's code and documentation, which a schema of blocks can't say.
REQUIRED_BLOCKS = {
    "aws_bedrockagentcore_agent_runtime": {"agent_runtime_artifact", "network_configuration"},
    "aws_bedrockagentcore_gateway": {"authorizer_configuration"},
    "aws_bedrockagentcore_gateway_target": {
        "credential_provider_configuration",
        "target_configuration",
    },
}
_ATTRIBUTE = re.compile(r"(?<!resource\.)(aws_bedrockagentcore_\w+)\.\w+(?:\[[^\]]*\])?\.(\w+)")
_VARIABLE = re.compile(r"\bvar\.(\w+(?:\.\w+)?)")
_FIELD = re.compile(r"(\w+) = ")
_LOCAL = re.compile(r"\blocal\.(\w+)")
_OBJECT = re.compile(r"(?<![\w.\"/-])(data\.)?(aws_\w+)\.(\w+)")

OVERRIDE = "_override.tf"
AGENTCORE = "aws_bedrockagentcore_"

Sources = Mapping[str, str]


def provider_schema(version: str) -> dict[str, Block]:
    """What a provider takes, by resource."""
    return cast("dict[str, Block]", json.loads(schema_file(version).read_text("utf-8")))


def parsed(sources: Sources) -> list[dict[str, Any]]:
    """The files as Terraform reads them: an override's blocks replace those of their name."""
    read = {name: hcl2.loads(text) for name, text in sources.items()}
    files = [file for name, file in read.items() if not name.endswith(OVERRIDE)]
    bodies = {(type_, name): body for type_, name, body in resources(files)}
    overrides = [file for name, file in read.items() if name.endswith(OVERRIDE)]
    for type_, name, body in resources(overrides):
        bodies[type_, name].update(body)
    return files


def faults(sources: Sources, schema: Mapping[str, Block]) -> list[str]:
    """Everything in the files that the provider, or Terraform, would refuse; one line each."""
    return [*misfits(sources, schema), *_dangling(parsed(sources), schema)]


def misfits(sources: Sources, schema: Mapping[str, Block], prefix: str = AGENTCORE) -> list[str]:
    """What the provider would refuse in resources whose type has the prefix."""
    return [
        fault
        for type_, name, body in resources(parsed(sources))
        if type_.startswith(prefix)
        for fault in _misfits(type_, name, body, schema)
    ]


def resources(
    files: list[dict[str, Any]], kind: str = "resource"
) -> Iterator[tuple[str, str, Any]]:
    """Each resource, or data source, as type, name and body."""
    for file in files:
        for entry in file.get(kind, []):
            for type_, named in entry.items():
                for name, body in named.items():
                    yield type_.strip('"'), name.strip('"'), body


def _misfits(
    type_: str, name: str, body: Mapping[str, Any], schema: Mapping[str, Block]
) -> Iterator[str]:
    if type_ not in schema:
        yield f"{type_}: there is no such resource"
        return
    rest = {key: value for key, value in body.items() if key not in META}
    yield from _compare(f"{type_}.{name}", rest, schema[type_])
    for block in REQUIRED_BLOCKS.get(type_, set()) - set(body):
        yield f"{type_}.{name}: {block} is missing"


def _compare(where: str, body: Mapping[str, Any], block: Block) -> Iterator[str]:
    given = {key: value for key, value in body.items() if key not in NOTES and key != "dynamic"}
    nested = [(key, one) for key, value in given.items() if _is_block(value) for one in value]
    for entry in body.get("dynamic", []):
        for label, dynamic in entry.items():
            nested += [(label.strip('"'), content) for content in dynamic["content"]]
    for key, value in given.items():
        if not _is_block(value) and key not in block["attributes"]:
            kind = "is a block" if key in block["blocks"] else "is unknown"
            yield f"{where}.{key}: {kind}"
    for key, content in nested:
        if key in block["blocks"]:
            yield from _compare(f"{where}.{key}", content, block["blocks"][key])
        else:
            kind = "is an attribute" if key in block["attributes"] else "is unknown"
            yield f"{where}.{key}: {kind}"
    required = {key for key, need in block["attributes"].items() if need == "required"}
    yield from (f"{where}.{key}: is missing" for key in sorted(required - set(given)))


def _is_block(value: object) -> bool:
    return isinstance(value, list) and any(
        isinstance(entry, dict) and "__is_block__" in entry for entry in value
    )


def _dangling(files: list[dict[str, Any]], schema: Mapping[str, Block]) -> Iterator[str]:
    """References that lead nowhere; `terraform validate` needs the provider to say so."""
    text = "\n".join(_expressions(files))
    variables = set(_variables(files))
    locals_ = {name for file in files for one in file.get("locals", []) for name in one}
    known = {("", type_, name) for type_, name, _ in resources(files)}
    known |= {("data.", type_, name) for type_, name, _ in resources(files, "data")}
    yield from (f"var.{name}: is not declared" for name in set(_VARIABLE.findall(text)) - variables)
    yield from (f"local.{name}: is not declared" for name in set(_LOCAL.findall(text)) - locals_)
    for kind, type_, name in set(_OBJECT.findall(text)) - known:
        yield f"{kind}{type_}.{name}: is not declared"
    for type_, attribute in set(_ATTRIBUTE.findall(text)):
        if attribute not in schema.get(type_, {"read": []})["read"]:
            yield f"{type_}: has no attribute {attribute}"


def _variables(files: list[dict[str, Any]]) -> Iterator[str]:
    """What may stand after ``var.``: a variable; of an object ``variable.field``."""
    for file in files:
        for entry in file.get("variable", []):
            for quoted, body in entry.items():
                name = quoted.strip('"')
                yield name
                yield from (f"{name}.{field}" for field in _FIELD.findall(body["type"]))


def _expressions(value: Any) -> Iterator[str]:
    if isinstance(value, dict):
        for key, entry in value.items():
            if key not in NOTES:
                yield from _expressions(entry)
    elif isinstance(value, list):
        for entry in value:
            yield from _expressions(entry)
    elif isinstance(value, str) and "${" in value:
        yield value
