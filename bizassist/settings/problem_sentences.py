"""Turns what pydantic refuses into sentences for the person who runs the service."""

from collections.abc import Callable, Mapping
from typing import Any

from pydantic import ValidationError
from pydantic.fields import FieldInfo


def problems(
    error: ValidationError, fields: Mapping[str, FieldInfo], named: Callable[[str], str]
) -> list[str]:
    """One sentence a value, by its name; the value stays out, for it may be a secret.

    :param fields: each one's description says what its value must be.
    :param named: how the person knows the setting of this field.
    """
    details = error.errors(include_input=False, include_context=False, include_url=False)
    return [_sentence(detail, fields, named) for detail in details]


def _sentence(detail: Any, fields: Mapping[str, FieldInfo], named: Callable[[str], str]) -> str:
    where = str(detail["loc"][0])
    name = next((name for name, one in fields.items() if one.validation_alias == where), where)
    if detail["type"] == "missing":
        return f"{named(name)} is missing."
    if detail["type"] in {"string_too_short", "too_short"}:
        return f"{named(name)} is empty."
    return f"{named(name)} must be {fields[name].description}."
