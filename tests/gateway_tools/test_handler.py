"""What the Gateway gets from the one handler, whatever it sends."""

import json
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import botocore.session
import pytest
from botocore.validate import ParamValidator

import gateway_tools
from gateway_tools import catalog
from gateway_tools.handler import handler
from tests.gateway_tools.tool_calls import lambda_context, refused
from tests.some import some

TOOLS = [name for names in catalog.targets().values() for name in names]


@pytest.mark.parametrize(
    "context",
    [
        None,
        SimpleNamespace(),
        SimpleNamespace(client_context=None),
        SimpleNamespace(client_context=SimpleNamespace(custom=None)),
        SimpleNamespace(client_context=SimpleNamespace(custom={})),
        lambda_context(""),
        lambda_context("target___"),
        lambda_context("target___no_such_tool"),
        lambda_context("target___../tools/web_search"),
        lambda_context("target___handler"),
        lambda_context("target_____init__"),
    ],
)
def test_an_unknown_tool_is_an_error_to_act_on(context: Any) -> None:
    assert handler({}, context)["error"]["code"] == "unknown_tool"


def test_a_name_without_its_target_is_known_too() -> None:
    assert handler({}, lambda_context("web_search"))["error"]["code"] == "invalid_arguments"


@pytest.mark.parametrize("tool", TOOLS)
@pytest.mark.parametrize("event", [None, [], "text", 3, {"sql": "drop"}, {1: 2}])
def test_what_is_no_argument_is_refused_by_every_tool(tool: str, event: object) -> None:
    answer = handler(event, lambda_context(f"target___{tool}"))
    assert answer["error"]["code"] == "invalid_arguments"
    first, *_ = catalog.definition(tool)["inputSchema"]["properties"]
    assert first in answer["error"]["next_step"]


@pytest.mark.parametrize(
    ("tool", "argument"),
    [
        (tool, argument)
        for tool in TOOLS
        for argument in catalog.definition(tool)["inputSchema"]["properties"]
    ],
)
@pytest.mark.parametrize("value", [{"a": 1}, ["a"], True, 1.5])
def test_an_argument_of_the_wrong_type_is_named(tool: str, argument: str, value: object) -> None:
    given = {"serial_number": "LAPTOP-1", "query": "a question"}
    known = catalog.definition(tool)["inputSchema"]["properties"]
    arguments = {name: text for name, text in given.items() if name in known}
    error = refused(tool, **{**arguments, argument: value})
    assert error["code"] == "invalid_arguments"
    assert argument in error["message"]


def test_a_missing_argument_is_named() -> None:
    error = refused("check_warranty_status", customer_email="alice@example.com")
    assert error["message"] == "The argument serial_number is missing."


def test_a_tool_that_breaks_answers_all_the_same(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.delenv("WARRANTY_TABLE", raising=False)
    monkeypatch.setattr("gateway_tools.warranty_table.warranty_table", _broken)
    monkeypatch.setattr("gateway_tools.tools.check_warranty_status.warranty_table", _broken)
    error = refused("check_warranty_status", serial_number="LAPTOP-1")
    assert error["code"] == "internal_error"
    printed = capsys.readouterr()
    assert "secret" not in printed.out + printed.err + json.dumps(error)
    assert json.loads(printed.out)["reason"] == "RuntimeError"


def _broken() -> None:
    raise RuntimeError("a secret")


def test_each_call_is_one_metric_that_names_no_customer(
    capsys: pytest.CaptureFixture[str],
) -> None:
    refused("check_warranty_status", serial_number="/", customer_email="alice@example.com")
    refused("made_up_name")
    first, second = map(json.loads, capsys.readouterr().out.splitlines())
    assert (first["tool"], first["outcome"]) == ("check_warranty_status", "invalid_arguments")
    assert (second["tool"], second["outcome"]) == ("?", "unknown_tool")
    assert isinstance(first["duration"], float)
    metric = first["_aws"]["CloudWatchMetrics"][0]
    assert metric["Metrics"][0]["Name"] in first
    assert set(some(metric["Dimensions"][0])) <= set(first)
    assert "alice" not in json.dumps(first)


def test_agentcore_takes_every_schema_as_it_is() -> None:
    """CreateGatewayTarget's own model of a schema, as botocore has it, allows few keywords."""
    service = botocore.session.get_session().get_service_model("bedrock-agentcore-control")
    payload = [catalog.definition(tool) for tool in TOOLS]
    report = ParamValidator().validate({"inlinePayload": payload}, service.shape_for("ToolSchema"))
    assert not report.has_errors(), report.generate_report()
    for tool in TOOLS:
        _assert_every_part_has_a_type(catalog.definition(tool)["inputSchema"])
        _assert_every_part_has_a_type(catalog.definition(tool)["outputSchema"])


def _assert_every_part_has_a_type(schema: dict[str, Any]) -> None:
    assert set(some(schema)) <= {"type", "properties", "required", "items", "description"}
    assert "type" in schema
    for part in [*schema.get("properties", {}).values(), *filter(None, [schema.get("items")])]:
        _assert_every_part_has_a_type(part)


def test_the_list_of_targets_and_the_files_agree() -> None:
    folder = Path(gateway_tools.__file__).parent
    assert sorted(TOOLS) == sorted(file.stem for file in (folder / "schemas").glob("*.json"))
    modules = {file.stem for file in (folder / "tools").glob("*.py")} - {"__init__"}
    assert set(TOOLS) == modules
    for tool in some(TOOLS):
        assert catalog.definition(tool)["name"] == tool


def test_full_names_fit_what_models_take() -> None:
    names = [f"{target}___{tool}" for target, tools in catalog.targets().items() for tool in tools]
    assert all(len(name) <= 64 for name in some(names))
