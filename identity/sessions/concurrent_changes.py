"""What two requests of one browser change at the same time in its session, put together."""

from collections.abc import Mapping
from typing import Any


def merged(
    before: Mapping[str, Any], ours: Mapping[str, Any], theirs: Mapping[str, Any]
) -> dict[str, Any]:
    """``theirs``, with what ``ours`` changed since both were ``before``.

    Mappings are merged key by key, everything else is taken whole.
    """
    result = {key: value for key, value in theirs.items() if key in ours or key not in before}
    for key, value in ours.items():
        if key in before and before[key] == value:
            continue
        there = theirs.get(key)
        if isinstance(value, Mapping) and isinstance(there, Mapping):
            result[key] = merged(before.get(key, {}), value, there)
        else:
            result[key] = value
    return result
