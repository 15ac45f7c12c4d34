"""The chat service, which notes the long steps of its event loop: ``python FILE NOTES``."""

import json
import sys
from dataclasses import asdict
from pathlib import Path

from bizassist.__main__ import main

sys.path.insert(0, str(Path(__file__).parents[2]))

from tests.loop_steps import Step, noted_steps


def serve(notes: Path) -> int:
    """Serve until somebody ends it; each long step becomes a line of ``notes``."""
    with notes.open("a") as file:

        def note(step: Step) -> None:
            file.write(json.dumps(asdict(step)) + "\n")
            file.flush()

        with noted_steps(note):
            return main(["serve"])


if __name__ == "__main__":
    sys.exit(serve(Path(sys.argv[1])))
