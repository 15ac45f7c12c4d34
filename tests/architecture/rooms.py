"""The rooms of the house: what stands in each package, and who imports whom there."""

import ast
from functools import cache
from graphlib import TopologicalSorter
from pathlib import Path

from grimp import ImportGraph, build_graph

ROOT = Path(__file__).parents[2]
PACKAGES = ("bizassist", "bots", "identity", "agent", "gateway_tools")

Arrows = dict[str, set[str]]


@cache
def imports() -> ImportGraph:
    """Every import of the packages, those inside functions and those for types included."""
    return build_graph(*PACKAGES, cache_dir=None)


def file_of(module: str) -> Path:
    """Where a module or a package is written."""
    path = ROOT.joinpath(*module.split("."))
    return path / "__init__.py" if path.is_dir() else path.with_suffix(".py")


def is_package(module: str) -> bool:
    return file_of(module).name == "__init__.py"


def docstring(module: str) -> str:
    return ast.get_docstring(ast.parse(file_of(module).read_text())) or ""


def packages() -> list[str]:
    """Every package at every depth."""
    return sorted(module for module in imports().modules if is_package(module))


def rooms(package: str) -> list[str]:
    """What stands directly in a package: sub-packages and modules."""
    return sorted(imports().find_children(package))


def arrows(package: str) -> Arrows:
    """For each room of a package the rooms beside it that it imports, or something in it does."""
    graph, inside = imports(), rooms(package)
    return {
        importer: {
            imported
            for imported in inside
            if imported != importer
            and graph.direct_import_exists(importer=importer, imported=imported, as_packages=True)
        }
        for importer in inside
    }


def in_order(found: Arrows) -> list[str]:
    """The rooms, each after those that it imports.

    :raises graphlib.CycleError: naming the rooms that import each other.
    """
    return list(TopologicalSorter(found).static_order())


def reduced(found: Arrows) -> Arrows:
    """The arrows without those that a longer way says as well (the transitive reduction).

    :raises graphlib.CycleError: where there is a cycle, and so no such thing.
    """
    reached: Arrows = {}
    left: Arrows = {}
    for room in in_order(found):
        behind = set().union(*(reached[other] for other in found[room]))
        reached[room] = behind | found[room]
        left[room] = found[room] - behind
    return left
