"""Moves the agent's runtime to AgentCore's platform V2, which restores sessions from a snapshot.

``python -m bizassist.deployment.runtime_platform`` does it for the deployment that the environment
leads to. Terraform's provider can't say the version, and keeps whatever a runtime has.
"""

import sys
import time
from collections.abc import Callable
from typing import TYPE_CHECKING, Any, cast

import boto3
from botocore.config import Config

from bizassist.deployment.deployed_parameters import deployment
from bizassist.errors import CommandError

if TYPE_CHECKING:
    from mypy_boto3_bedrock_agentcore_control import BedrockAgentCoreControlClient

PLATFORM_VERSION = "V2"
SECONDS = 900.0
"""An update takes minutes: the agent is started, and its snapshot taken."""
PAUSE = 10.0
BOUNDED = Config(connect_timeout=5, read_timeout=30, retries={"total_max_attempts": 4})


def runtime_id(arn: str) -> str:
    """The id that GetAgentRuntime takes: ``…:runtime/ID``."""
    return arn.rpartition("/")[2]


def move_to_snapshots(
    control: "BedrockAgentCoreControlClient",
    runtime: str,
    pause: Callable[[float], None] = time.sleep,
) -> str:
    """Update a runtime that is on another platform version, and wait until it is ready.

    UpdateAgentRuntime replaces everything, so all that GetAgentRuntime tells is sent back.

    :returns: one sentence on what was done.
    :raises CommandError: when the update fails or doesn't end.
    """
    found = _ready(control, runtime, pause)
    if found.get("platformVersion") == PLATFORM_VERSION:
        return f"The runtime is on platform {PLATFORM_VERSION}."
    takes = control.meta.service_model.operation_model("UpdateAgentRuntime").input_shape
    kept = {name: value for name, value in found.items() if takes and name in takes.members}
    control.update_agent_runtime(
        **cast("Any", kept | {"agentRuntimeId": runtime, "platformVersion": PLATFORM_VERSION})
    )
    found = _ready(control, runtime, pause)
    if found.get("platformVersion") != PLATFORM_VERSION:
        raise CommandError(f"the runtime is not on platform {PLATFORM_VERSION} after its update")
    return f"The runtime was moved to platform {PLATFORM_VERSION}."


def _ready(
    control: "BedrockAgentCoreControlClient", runtime: str, pause: Callable[[float], None]
) -> dict[str, Any]:
    """The runtime once nothing is being done to it."""
    for _ in range(int(SECONDS / PAUSE)):
        found = cast("dict[str, Any]", control.get_agent_runtime(agentRuntimeId=runtime))
        if found["status"] == "READY":
            return found
        if found["status"].endswith("FAILED"):
            reason = found.get("failureReason", "no reason given")
            raise CommandError(f"the runtime's status is {found['status']}: {reason}")
        pause(PAUSE)
    raise CommandError(f"the runtime isn't ready after {SECONDS / 60:.0f} minutes")


def main() -> int:
    """Move the runtime of this deployment."""
    session = boto3.Session()
    control = session.client("bedrock-agentcore-control", config=BOUNDED)
    try:
        sentence = move_to_snapshots(control, runtime_id(deployment(session).runtime_arn))
    except CommandError as error:
        sys.stderr.write(f"{error}\n")
        return 1
    sys.stdout.write(f"{sentence}\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
