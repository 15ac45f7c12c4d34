"""``python -m bizassist.deployment.preflight`` reads a plan as JSON (``terraform show -json``).

It ends with 1 where the apply would fail; what it can't find out it says and passes over.
"""

import json
import sys
from typing import Any

import boto3
from botocore.config import Config

from bizassist.deployment.preflight.failed_runtime import remove_failed_runtime
from bizassist.deployment.preflight.model_access import model_obstacles
from bizassist.errors import CommandError

BOUNDED = Config(connect_timeout=5, read_timeout=30, retries={"total_max_attempts": 4})
RUNTIME = "aws_bedrockagentcore_agent_runtime"


def main() -> int:
    """Look at what the plan on standard input needs."""
    plan: dict[str, Any] = json.load(sys.stdin)
    given = {name: one["value"] for name, one in plan["variables"].items()}
    session = boto3.Session(region_name=given["region"])
    try:
        if _makes_runtime(plan):
            control = session.client("bedrock-agentcore-control", config=BOUNDED)
            sys.stdout.write(f"{remove_failed_runtime(control, given['name'])}\n")
        bedrock = session.client("bedrock", config=BOUNDED)
        for line in model_obstacles(bedrock, given["model"]):
            sys.stdout.write(f"{line}\n")
    except CommandError as error:
        sys.stderr.write(f"{error}\n")
        return 1
    return 0


def _makes_runtime(plan: dict[str, Any]) -> bool:
    """Whether it makes one that the state doesn't know; one that it replaces it deletes itself."""
    return any(
        change["type"] == RUNTIME and change["change"]["actions"] == ["create"]
        for change in plan.get("resource_changes", [])
    )


if __name__ == "__main__":
    sys.exit(main())
