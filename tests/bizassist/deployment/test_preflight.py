"""What is looked at between a plan and its apply: the model, and a runtime that failed."""

import io
import json
from datetime import UTC, datetime, timedelta
from typing import Any, cast

import pytest
from botocore.exceptions import ClientError

from bizassist.deployment.preflight import __main__ as preflight
from bizassist.deployment.preflight.failed_runtime import remove_failed_runtime
from bizassist.deployment.preflight.model_access import model_obstacles
from bizassist.errors import CommandError

PROFILE = "bedrock:eu.anthropic.claude-sonnet-4-6"
MODEL = "anthropic.claude-sonnet-4-6"
OPEN = {
    "agreementAvailability": {"status": "AVAILABLE"},
    "authorizationStatus": "AUTHORIZED",
    "entitlementAvailability": "AVAILABLE",
    "regionAvailability": "AVAILABLE",
}


def refusal(code: str) -> ClientError:
    return ClientError({"Error": {"Code": code, "Message": "hunter2"}}, "Call")


class Bedrock:
    """Bedrock's control plane with one inference profile over one model."""

    def __init__(
        self, refuses: str = "", life: dict[str, Any] | None = None, **availability: Any
    ) -> None:
        self._refuses = refuses
        self._life = life or {"status": "ACTIVE"}
        self._availability = OPEN | availability

    def get_inference_profile(self, *, inferenceProfileIdentifier: str) -> Any:  # noqa: N803
        if self._refuses:
            raise refusal(self._refuses)
        model = inferenceProfileIdentifier.partition(".")[2]
        regions = ("eu-central-1", "eu-west-1")
        arns = [f"arn:aws:bedrock:{region}::foundation-model/{model}" for region in regions]
        return {"models": [{"modelArn": arn} for arn in arns]}

    def get_foundation_model_availability(self, *, modelId: str) -> Any:  # noqa: N803
        return {"modelId": modelId, **self._availability}

    def get_foundation_model(self, *, modelIdentifier: str) -> Any:  # noqa: N803
        return {"modelDetails": {"modelId": modelIdentifier, "modelLifecycle": self._life}}


def test_a_model_that_is_open_and_lasts_is_said_to_be_there() -> None:
    said = f"{MODEL} is there for this account."
    assert list(model_obstacles(Bedrock(), PROFILE)) == [said]
    assert list(model_obstacles(Bedrock(), f"bedrock:{MODEL}")) == [said]


@pytest.mark.parametrize("model", ["offline", "anthropic:claude-sonnet-4-6", "openai:gpt-5"])
def test_other_providers_models_are_not_asked_of_bedrock(model: str) -> None:
    assert list(model_obstacles(Bedrock("AccessDeniedException"), model)) == []


@pytest.mark.parametrize(
    ("bedrock", "said"),
    [
        (Bedrock("ResourceNotFoundException"), "no inference profile eu.anthropic"),
        (Bedrock("ValidationException"), "no inference profile eu.anthropic"),
        (Bedrock(authorizationStatus="NOT_AUTHORIZED"), r"\(authorization\)"),
        (Bedrock(agreementAvailability={"status": "PENDING"}), r"\(agreement\)"),
        (Bedrock(regionAvailability="NOT_AVAILABLE"), r"\(region\)"),
        (
            Bedrock(life={"status": "LEGACY", "endOfLifeTime": datetime(2026, 10, 14, tzinfo=UTC)}),
            "has ended: choose another model",
        ),
    ],
)
def test_a_model_that_could_not_be_called_ends_it(bedrock: Bedrock, said: str) -> None:
    with pytest.raises(CommandError, match=said):
        list(model_obstacles(bedrock, PROFILE))


def test_a_model_that_is_ending_is_named_with_its_day() -> None:
    end = datetime.now(UTC) + timedelta(days=30)
    ending = Bedrock(life={"status": "LEGACY", "endOfLifeTime": end})
    (said,) = model_obstacles(ending, PROFILE)
    assert said == f"NOT FOR LONG: {MODEL} ends on {end:%Y-%m-%d}; choose its successor."


def test_what_may_not_be_asked_is_said_and_passed_over() -> None:
    (said,) = model_obstacles(Bedrock("AccessDeniedException"), PROFILE)
    assert said.startswith("NOT ASKED whether eu.anthropic")
    assert "hunter2" not in said


class Control:
    """AgentCore's control plane with one runtime, or none."""

    def __init__(self, status: str | None, *, stays: int = 0, name: str = "my_bot") -> None:
        self.status, self._stays, self._name = status, stays, name
        self.deleted: list[str] = []

    def get_paginator(self, _: str) -> "Control":
        return self

    def paginate(self) -> Any:
        if self.deleted:
            self._stays -= 1
        there = self.status and not (self.deleted and self._stays < 0)
        yield {"agentRuntimes": []}
        runtime = {"agentRuntimeId": "r-1", "agentRuntimeName": self._name, "status": self.status}
        yield {"agentRuntimes": [runtime] if there else []}

    def delete_agent_runtime(self, *, agentRuntimeId: str) -> None:  # noqa: N803
        self.deleted.append(agentRuntimeId)


def removed(control: Control) -> str:
    return remove_failed_runtime(cast("Any", control), "my-bot", lambda _: None)


def test_a_runtime_whose_creation_failed_is_taken_away_and_waited_for() -> None:
    control = Control("CREATE_FAILED", stays=3)
    assert removed(control).endswith("was taken away.")
    assert control.deleted == ["r-1"]


def test_one_that_works_is_never_touched() -> None:
    control = Control("READY")
    with pytest.raises(CommandError, match=r"terraform import .* r-1"):
        removed(control)
    assert control.deleted == []


def test_another_deployments_is_never_touched() -> None:
    control = Control("CREATE_FAILED", name="other")
    assert removed(control) == "No runtime is called my_bot."
    assert control.deleted == []


def test_one_that_will_not_go_ends_it() -> None:
    with pytest.raises(CommandError, match="can't be taken away"):
        removed(Control("CREATE_FAILED", stays=1000))


@pytest.mark.parametrize(
    ("actions", "asked"), [(["create"], True), (["delete", "create"], False), (["update"], False)]
)
def test_a_plan_says_what_is_looked_at(
    actions: list[str],
    asked: bool,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    control = Control("CREATE_FAILED")
    clients = {"bedrock": Bedrock(), "bedrock-agentcore-control": control}
    places: list[str] = []

    class Session:
        def __init__(self, *, region_name: str) -> None:
            places.append(region_name)

        def client(self, service: str, **_: Any) -> Any:
            return clients[service]

    monkeypatch.setattr("boto3.Session", Session)
    plan = {
        "variables": {
            "name": {"value": "my-bot"},
            "region": {"value": "eu-central-1"},
            "model": {"value": PROFILE},
        },
        "resource_changes": [{"type": preflight.RUNTIME, "change": {"actions": actions}}],
    }
    monkeypatch.setattr("sys.stdin", io.StringIO(json.dumps(plan)))

    assert preflight.main() == 0
    assert places == ["eu-central-1"]
    assert bool(control.deleted) is asked
    assert f"{MODEL} is there" in capsys.readouterr().out
