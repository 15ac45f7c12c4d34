"""The rooms are few, small, described in a line, and import each other one way."""

from collections import Counter

import pytest

from tests.architecture.rooms import (
    PACKAGES,
    ROOT,
    arrows,
    docstring,
    imports,
    in_order,
    is_package,
    packages,
    rooms,
)

MOST_MODULES = 12


def modules(package: str) -> list[str]:
    return [room for room in rooms(package) if not is_package(room)]


def test_every_file_of_the_packages_is_seen() -> None:
    script = ROOT / "bizassist" / "local" / "ministack"  # of another environment, imported by none
    files = [file for name in PACKAGES for file in (ROOT / name).rglob("*.py")]
    assert len(imports().modules) == len([file for file in files if script not in file.parents])


@pytest.mark.parametrize("package", packages())
def test_a_package_says_in_one_line_what_it_is_for(package: str) -> None:
    said = docstring(package)
    assert len(said.splitlines()) == 1
    assert said.endswith(".")


def test_no_two_packages_say_the_same() -> None:
    (_, most), *_ = Counter(map(docstring, packages())).most_common(1)
    assert most == 1


@pytest.mark.parametrize("package", packages())
def test_a_package_has_few_modules(package: str) -> None:
    assert len(modules(package)) <= MOST_MODULES


@pytest.mark.parametrize("package", packages())
def test_rooms_import_each_other_one_way(package: str) -> None:
    assert sorted(in_order(arrows(package))) == rooms(package)
