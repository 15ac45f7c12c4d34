"""The tools that exist: a schema in ``schemas/`` and a module of the same name in ``tools/``."""

import functools
import json
import re
from pathlib import Path
from typing import Any, cast

from gateway_tools.errors import UnknownTool

Definition = dict[str, Any]

_FOLDER = Path(__file__).parent
_NAME = re.compile(r"[a-z][a-z0-9_]*")


def targets() -> dict[str, list[str]]:
    """The Gateway's targets and each one's tools, as Terraform reads them too."""
    return cast("dict[str, list[str]]", json.loads((_FOLDER / "targets.json").read_text("utf-8")))


@functools.cache
def definition(name: str) -> Definition:
    """A tool's name, description, input and output schema.

    :raises UnknownTool: when there is no such tool.
    """
    schema = _FOLDER / "schemas" / f"{name}.json"
    if not _NAME.fullmatch(name) or not schema.is_file():
        raise UnknownTool
    return cast("Definition", json.loads(schema.read_text("utf-8")))


def declaration(name: str) -> Definition:
    """What the Gateway target is told of a tool, as Terraform does too: all but what it answers.

    :raises UnknownTool: when there is no such tool.
    """
    return {part: value for part, value in definition(name).items() if part != "outputSchema"}
