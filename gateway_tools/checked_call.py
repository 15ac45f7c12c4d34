"""A call of a tool by its name: its arguments are checked by its schema, then its module runs."""

import functools
import importlib
from collections.abc import Callable, Iterable, Mapping
from typing import Any, cast

import fastjsonschema

from gateway_tools.catalog import Definition, definition
from gateway_tools.errors import InvalidArguments

Arguments = Mapping[str, Any]
Answer = dict[str, Any]


def call(name: str, arguments: object) -> Answer:
    """Check the arguments against the tool's schema, then run it.

    :raises ToolError: when the tool is unknown, an argument is wrong, or the tool refuses.
    """
    checked = _checked(definition(name), arguments)
    run: Callable[[Arguments], Answer] = importlib.import_module(f"gateway_tools.tools.{name}").run
    return run(checked)


def _checked(tool: Definition, arguments: object) -> Arguments:
    known = tool["inputSchema"]["properties"]
    if not isinstance(arguments, dict):
        raise _invalid("The arguments must be an object.", known)
    given = {name: value for name, value in arguments.items() if not _is_blank(value)}
    # An unknown argument is refused: a misspelt e-mail would otherwise skip its check.
    unknown = sorted(str(name) for name in given if name not in known)
    if unknown:
        raise _invalid(f"There is no argument {unknown[0][:40]!r}.", known)
    missing = [name for name in tool["inputSchema"].get("required", []) if name not in given]
    if missing:
        raise _invalid(f"The argument {missing[0]} is missing.", known)
    try:
        _validator(tool["name"])(given)
    except fastjsonschema.JsonSchemaValueException as error:
        raise _invalid(f"{error.message.removeprefix('data.')}.", known) from error
    return given


def _is_blank(value: object) -> bool:
    """Whether nothing was given: models say null, or an empty text, where they know nothing."""
    return value is None or (isinstance(value, str) and not value.strip())


@functools.cache
def _validator(name: str) -> Callable[[object], object]:
    return cast(
        "Callable[[object], object]", fastjsonschema.compile(definition(name)["inputSchema"])
    )


def _invalid(message: str, known: Iterable[str]) -> InvalidArguments:
    return InvalidArguments(message, f"Call again with these arguments: {', '.join(known)}.")
