"""What is a Protocol in the packages, which classes look like it, and whether they keep to it."""

import inspect
from collections.abc import Iterator
from functools import cache
from importlib import import_module
from inspect import get_annotations
from types import FunctionType
from typing import Any

from typing_extensions import get_protocol_members, is_protocol

from tests.architecture.rooms import imports

Class = type[Any]


@cache
def classes() -> tuple[Class, ...]:
    """Every class that a module of the packages defines; importing one runs nothing."""
    modules = [name for name in sorted(imports().modules) if not name.endswith("__main__")]
    return tuple(
        found
        for module in map(import_module, modules)
        for found in vars(module).values()
        if inspect.isclass(found) and found.__module__ == module.__name__
    )


def protocols() -> list[Class]:
    """Every Protocol that a module of the packages defines."""
    return [found for found in classes() if is_protocol(found)]


def look_alikes(protocol: Class) -> list[Class]:
    """The classes that have all the names of a protocol."""
    names = get_protocol_members(protocol)
    return [
        found
        for found in classes()
        if not is_protocol(found) and all(_has(found, name) for name in names)
    ]


def differences(protocol: Class, implementation: Class) -> list[str]:
    """Where an implementation doesn't keep to its protocol, a line each."""
    return [
        f"{name}: {problem}"
        for name in sorted(get_protocol_members(protocol))
        for problem in _member(protocol, implementation, name)
    ]


def _has(found: Class, name: str) -> bool:
    return hasattr(found, name) or any(name in get_annotations(one) for one in found.__mro__)


def _member(protocol: Class, implementation: Class, name: str) -> Iterator[str]:
    asked = inspect.getattr_static(protocol, name, None)
    given = inspect.getattr_static(implementation, name, None)
    if not _has(implementation, name):
        yield "is missing"
    elif not isinstance(asked, FunctionType):
        if isinstance(given, FunctionType):
            yield "is a method instead of an attribute"
    elif not isinstance(given, FunctionType):
        yield "is no method"
    else:
        yield from _method(asked, given)


def _method(asked: FunctionType, given: FunctionType) -> Iterator[str]:
    if inspect.iscoroutinefunction(asked) != inspect.iscoroutinefunction(given):
        yield "is async" if inspect.iscoroutinefunction(given) else "is not async"
    wanted = list(inspect.signature(asked).parameters.values())
    taken = list(inspect.signature(given).parameters.values())
    for one, other in zip(wanted, taken, strict=False):
        if (one.name, one.kind) != (other.name, other.kind):
            yield f"takes {other} ({other.kind.description}) for {one} ({one.kind.description})"
        elif one.default is not one.empty and other.default is other.empty:
            yield f"takes no call without {one.name}"
    yield from (f"takes no {one.name}" for one in wanted[len(taken) :])
    yield from (
        f"needs {other.name} besides"
        for other in taken[len(wanted) :]
        if other.default is other.empty
    )
