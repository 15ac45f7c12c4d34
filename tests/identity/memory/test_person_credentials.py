"""The memory role: assumed for one person at a time, with rights that end at their namespaces."""

import json
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from identity.memory import person_credentials as memory_role
from identity.memory.person_credentials import MemoryRole
from tests.identity.application import Deployment
from tests.some import some


@pytest.fixture
def assumed() -> list[dict[str, Any]]:
    return []


@pytest.fixture
def role(deployment: Deployment, assumed: list[dict[str, Any]]) -> MemoryRole:
    sts = deployment.aws.client("sts")
    sts.meta.events.register(
        "before-parameter-build.sts.AssumeRole", lambda params, **_: assumed.append(dict(params))
    )
    return MemoryRole(deployment.parameters["memory_role_arn"], deployment.aws, sts)


def test_the_role_is_assumed_with_the_subject_as_its_tag(
    deployment: Deployment, role: MemoryRole, assumed: list[dict[str, Any]]
) -> None:
    signed: list[str] = []
    client = role.client("subject-1")
    client.meta.events.register(
        "before-send.bedrock-agentcore",
        lambda request, **_: signed.append(str(request.headers["Authorization"])),
    )
    client.list_memory_records(
        memoryId=deployment.parameters["memory_id"], namespacePath="/people/subject-1/facts/"
    )
    (call,) = assumed
    assert call["RoleArn"] == deployment.parameters["memory_role_arn"]
    assert call["Tags"] == [{"Key": "sub", "Value": "subject-1"}]
    own = deployment.aws.get_credentials()
    assert own
    assert "Credential=" in signed[0]
    assert f"Credential={own.access_key}/" not in signed[0]


def test_each_person_has_credentials_of_their_own_for_a_while(
    role: MemoryRole, assumed: list[dict[str, Any]], monkeypatch: pytest.MonkeyPatch
) -> None:
    first = role.client("subject-1")
    assert role.client("subject-1") is first
    assert role.client("subject-2") is not first
    assert len(assumed) == 2
    monkeypatch.setattr(memory_role, "RENEW_BEFORE", timedelta(hours=2))
    assert role.client("subject-1") is not first
    assert len(assumed) == 3


def test_credentials_are_renewed_before_they_end(role: MemoryRole) -> None:
    role.client("subject-1")
    known = role._clients["subject-1"]
    assert known.expires > datetime.now(UTC) + memory_role.RENEW_BEFORE
    assert "client" not in repr(known)


def test_only_so_many_people_are_kept(role: MemoryRole, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(memory_role, "MAX_CLIENTS", 2)
    for subject in ("subject-1", "subject-2", "subject-1", "subject-3"):
        role.client(subject)
    assert list(role._clients) == ["subject-1", "subject-3"]


def test_the_roles_policy_compares_every_call_with_the_tag(deployment: Deployment) -> None:
    """The local cloud enforces no policy, so what it was given is read instead."""
    policy = deployment.aws.client("iam").get_role_policy(
        RoleName="bizassist-memory", PolicyName="own-memory"
    )["PolicyDocument"]
    document = json.loads(policy) if isinstance(policy, str) else policy
    by_action: dict[str, list[str]] = {}
    for statement in some(document["Statement"]):
        assert statement["Effect"] == "Allow"
        ((_, compared),) = statement["Condition"].items()
        ((key, values),) = compared.items()
        told = [values] if isinstance(values, str) else values
        assert all("${aws:PrincipalTag/sub}" in value for value in some(told))
        for action in statement["Action"]:
            by_action.setdefault(action.removeprefix("bedrock-agentcore:"), []).append(key)
    namespace = "bedrock-agentcore:namespace"
    assert by_action["ListMemoryRecords"] == [namespace, f"{namespace}Path"]
    assert by_action["GetMemoryRecord"] == by_action["DeleteMemoryRecord"] == [namespace]
    assert not [action for action in some(by_action) if action.startswith("Batch") or "*" in action]
