"""What a role may do, judged offline by IAM's rules and AWS's own data on every action."""

import asyncio
import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from tests.clients.node import HERE, NODE, node_file
from tests.terraform.account import REGION

ACCOUNT = "000000000000"
MEMORY = f"arn:aws:bedrock-agentcore:{REGION}:{ACCOUNT}:memory/bizassist-0123456789"
ROLES = {
    "chat": "bizassist-chat-task",
    "starter": "bizassist-chat-execution",
    "agent": "bizassist-runtime",
    "memory": "bizassist-memory",
    "personal data": "bizassist-personal-data",
    "gateway": "bizassist-gateway",
    "warranty": "bizassist-tools-warranty",
    "search": "bizassist-tools-search",
}
SECONDS = 120


@dataclass(frozen=True)
class Call:
    """A call of AWS.

    :param role: a key of :data:`ROLES`.
    :param action: as in IAM, such as ``dynamodb:PutItem``.
    :param on: its resource, as :meth:`Rights.arn` reads it.
    :param context: condition keys, such as ``kms:ViaService``.
    """

    role: str
    action: str
    on: str
    context: Mapping[str, str] = field(default_factory=dict)

    def __str__(self) -> str:
        given = " ".join(f"{key}={value}" for key, value in self.context.items())
        return f"{self.role}: {self.action} {self.on} {given}".strip()


class Rights:
    """The policies of a plan."""

    def __init__(self, plan: dict[str, Any]) -> None:
        self._resources = list(_resources(plan["planned_values"]["root_module"]))

    async def judged(self, calls: Sequence[Call]) -> dict[str, str]:
        """IAM's word for each call: ``Allowed``, ``ImplicitlyDenied`` or ``ExplicitlyDenied``."""
        told = await judged_by_iam([self._simulation(call) for call in calls])
        return dict(zip(map(str, calls), told, strict=True))

    def arn(self, action: str, on: str) -> str:
        """The resource of a call; ``on`` is a part of its ARN, or a word for what has an id."""
        if on.startswith("arn:"):
            return on
        if on in {"pool", "memory"}:
            return MEMORY if on == "memory" else str(self._one("aws_cognito_user_pool")["arn"])
        if on.startswith("key/"):
            return str(self._key(on.removeprefix("key/"))["arn"])
        service = action.partition(":")[0]
        bucket, _, key = on.partition("/")
        return {
            "s3": f"arn:aws:s3:::bizassist-{bucket}-{ACCOUNT}-{REGION}{key and f'/{key}'}",
            "sts": f"arn:aws:iam::{ACCOUNT}:{on}",
            "iam": f"arn:aws:iam::{ACCOUNT}:{on}",
        }.get(service, f"arn:aws:{service}:{REGION}:{ACCOUNT}:{on}")

    def granted(self, role: str) -> Iterator[tuple[str, str]]:
        """Each action with each resource that the role's policies allow it on."""
        for policy in self._policies(role):
            for statement in _listed(json.loads(policy)["Statement"]):
                for action in _listed(statement["Action"]):
                    for resource in _listed(statement["Resource"]):
                        yield action, resource

    def _simulation(self, call: Call) -> dict[str, Any]:
        arn = self.arn(call.action, call.on)
        return {
            "request": {
                "principal": f"arn:aws:iam::{ACCOUNT}:role/{ROLES[call.role]}",
                "action": call.action,
                "resource": {"resource": arn, "accountId": ACCOUNT},
                "contextVariables": dict(call.context),
            },
            "identityPolicies": [
                {"name": str(number), "policy": json.loads(policy)}
                for number, policy in enumerate(self._policies(call.role))
            ],
            **self._of_the_resource(call, arn),
        }

    def _of_the_resource(self, call: Call, arn: str) -> dict[str, Any]:
        """A key's policy or a role's trust, without which IAM allows nothing there."""
        if call.action.startswith("kms:"):
            return {"resourcePolicy": json.loads(self._key(call.on.removeprefix("key/"))["policy"])}
        if call.action.startswith("sts:"):
            trusts = {r["arn"]: r["assume_role_policy"] for r in self._all("aws_iam_role")}
            return {"resourcePolicy": json.loads(trusts[arn])} if arn in trusts else {}
        return {}

    def _policies(self, role: str) -> list[str]:
        found = [
            one["policy"] for one in self._all("aws_iam_role_policy") if one["role"] == ROLES[role]
        ]
        assert found, f"{role} has no policy"
        return found

    def _key(self, name: str) -> dict[str, Any]:
        keys = {
            "data": "module.encryption.aws_kms_key.data",
            "tokens": "module.bots.aws_kms_key.tokens",
        }
        (key,) = [r["values"] for r in self._resources if r["address"] == keys[name]]
        return dict(key)

    def _one(self, kind: str) -> dict[str, Any]:
        (found,) = self._all(kind)
        return found

    def _all(self, kind: str) -> list[dict[str, Any]]:
        return [r["values"] for r in self._resources if r["type"] == kind]


async def judged_by_iam(simulations: Sequence[Mapping[str, Any]]) -> list[str]:
    """IAM's word for each simulation, as ``@cloud-copilot/iam-simulate`` takes them."""
    node_file("@cloud-copilot/iam-simulate/package.json")  # installs what is locked
    process = await asyncio.create_subprocess_exec(
        str(NODE),
        str(HERE / "judge_rights.mjs"),
        stdin=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.PIPE,
        cwd=HERE,
    )
    async with asyncio.timeout(SECONDS):
        told, _ = await process.communicate(json.dumps(simulations).encode())
    return [str(word) for word in json.loads(told)]


def _listed(value: Any) -> list[Any]:
    """IAM writes a list of one without its brackets."""
    return value if isinstance(value, list) else [value]


def _resources(module: dict[str, Any]) -> Iterator[dict[str, Any]]:
    yield from module.get("resources", [])
    for child in module.get("child_modules", []):
        yield from _resources(child)
