"""The table of controls is true: what it takes out is there, and so are the tests that notice."""

import ast

import pytest

from tests.conftest import ROOT
from tests.mutations.controls import CONTROLS, Control


def name(control: Control) -> str:
    return control.name


def test_there_are_many_and_each_has_a_name() -> None:
    assert len({control.name for control in CONTROLS}) == len(CONTROLS) >= 40


@pytest.mark.parametrize("control", CONTROLS, ids=name)
def test_a_control_can_be_taken_out(control: Control) -> None:
    assert (ROOT / control.file).read_text("utf-8").count(control.old) == 1
    assert control.old != control.new
    file, _, test = control.test.partition("::")
    tree = ast.parse((ROOT / file).read_text("utf-8"))
    functions = (ast.FunctionDef, ast.AsyncFunctionDef)
    tests = {node.name for node in tree.body if isinstance(node, functions)}
    assert test in tests or not test
