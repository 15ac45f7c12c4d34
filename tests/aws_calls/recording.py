"""How a process is started so that its calls of AWS are noted."""

import os
from pathlib import Path

AT_START = Path(__file__).with_name("at_start")


def recording(file: Path) -> dict[str, str]:
    """This process's environment, and what makes Python note calls in ``file``."""
    path = os.pathsep.join(filter(None, [str(AT_START), os.environ.get("PYTHONPATH", "")]))
    return {**os.environ, "PYTHONPATH": path, "BIZASSIST_AWS_CALLS": str(file)}
