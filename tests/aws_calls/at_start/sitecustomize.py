"""Notes each call that a process makes through botocore; Python imports this at its start."""

import json
import os
import sys
from pathlib import Path
from typing import Any

from botocore import handlers

NAMES = (
    *("TableName", "QueueUrl", "Bucket", "KeyId", "Path", "Name", "RoleArn", "UserPoolId"),
    *("FunctionName", "memoryId"),
)
"""The parameters that name what a call is about; the first that is there does."""


def note(params: dict[str, Any], model: Any, **_: object) -> None:
    """Add a line for a call; a process that is killed loses none before it."""
    called = " ".join(sys.argv[:2] if sys.argv[0].endswith(("-m", "__main__.py")) else sys.argv)
    line = {
        "part": called,
        "call": f"{model.service_model.service_name}:{model.name}",
        "on": next((str(params[name]) for name in NAMES if name in params), ""),
        "index": params.get("IndexName", ""),
        "key": params.get("Key", "") if model.name in {"GetObject", "PutObject"} else "",
    }
    with Path(os.environ["BIZASSIST_AWS_CALLS"]).open("a") as calls:
        calls.write(f"{json.dumps(line)}\n")


if "BIZASSIST_AWS_CALLS" in os.environ:
    handlers.BUILTIN_HANDLERS.append(("provide-client-params.*.*", note))
