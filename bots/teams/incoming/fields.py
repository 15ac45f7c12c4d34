"""Fields of an activity, read with tolerance: what isn't of the expected kind isn't there. Pure."""

from collections.abc import Iterator, Mapping


def word(fields: Mapping[str, object], name: str) -> str:
    """A field's text; empty where there is none."""
    value = fields.get(name)
    return value if isinstance(value, str) else ""


def part(fields: Mapping[str, object], name: str) -> Mapping[str, object]:
    """The object that a field holds; an empty one where there is none."""
    value = fields.get(name)
    return value if isinstance(value, Mapping) else {}


def objects(fields: Mapping[str, object], name: str) -> Iterator[Mapping[str, object]]:
    """The objects of the list that a field holds."""
    value = fields.get(name)
    for one in value if isinstance(value, list) else ():
        if isinstance(one, Mapping):
            yield one
