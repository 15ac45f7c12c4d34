"""Notes each call that a process makes through botocore; Python imports this at its start."""

import json
import os
import sys
import time
from pathlib import Path
from typing import Any

from botocore import handlers

CALLS = "BIZASSIST_AWS_CALLS"
NAMES = (
    *("TableName", "QueueUrl", "Bucket", "KeyId", "Path", "Name", "RoleArn", "UserPoolId"),
    *("FunctionName", "memoryId"),
)
"""The parameters that name what a call is about; the first that is there does."""
NUMBER = "noted_as"
"""In a call's context: the same in the lines of its beginning and of its end."""


def note(params: dict[str, Any], model: Any, context: dict[str, Any], **_: object) -> None:
    """Add a line for a call; a process that is killed loses none before it."""
    called = " ".join(sys.argv[:2] if sys.argv[0].endswith(("-m", "__main__.py")) else sys.argv)
    context[NUMBER] = f"{os.getpid()}-{time.monotonic_ns()}"
    on = next((str(params[name]) for name in NAMES if name in params), "")
    write(
        {
            "part": called,
            "call": f"{model.service_model.service_name}:{model.name}",
            "on": on or "".join(params.get("RequestItems", ())),
            "index": params.get("IndexName", ""),
            "key": params.get("Key", "") if model.name in {"GetObject", "PutObject"} else "",
            "number": context[NUMBER],
            "began": time.time(),
            "trace": trace(),
        }
    )
    time.sleep(latency())


def note_end(context: dict[str, Any], **_: object) -> None:
    """Add when a call ended."""
    write({"ended": context.get(NUMBER, ""), "at": time.time()})


def latency() -> float:
    """How many seconds each call takes beside what the stand-in takes: a file may say that."""
    try:
        return float(Path(f"{os.environ[CALLS]}.latency").read_text())
    except FileNotFoundError:
        return 0.0


def trace() -> str:
    """The trace that the call belongs to, where the process knows of traces."""
    known = sys.modules.get("opentelemetry.trace")
    return f"{known.get_current_span().get_span_context().trace_id:032x}" if known else ""


def write(line: dict[str, Any]) -> None:
    """Add a line to the file; several processes write to it."""
    with Path(os.environ[CALLS]).open("a") as calls:
        calls.write(f"{json.dumps(line)}\n")


if CALLS in os.environ:
    handlers.BUILTIN_HANDLERS += [
        ("provide-client-params.*.*", note),
        ("after-call.*.*", note_end),
        ("after-call-error.*.*", note_end),
    ]
