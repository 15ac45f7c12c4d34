"""terraform-compliance: the features, cut into scenarios that can be run one by one."""

import asyncio
import json
import re
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Any

FEATURES = Path(__file__).with_name("features")
PROGRAM = Path(sys.executable).with_name("terraform-compliance")
# What it doesn't read; without it each run is shorter.
UNREAD = ("resource_drift", "prior_state", "relevant_attributes", "checks")
_PLACE = re.compile(r"<(\w+)>")


@dataclass(frozen=True)
class Scenario:
    """One scenario; each example of an outline is one of its own.

    :param feature: the feature's first line.
    """

    name: str
    feature: str
    steps: tuple[str, ...]

    def text(self) -> str:
        return "\n".join(["", f"  Scenario: {self.name}", *self.steps, ""])


def scenarios() -> list[Scenario]:
    """Every scenario of every feature."""
    return [one for file in sorted(FEATURES.glob("*.feature")) for one in _read(file)]


def _read(file: Path) -> list[Scenario]:
    head, *blocks = re.split(r"^  Scenario", file.read_text(), flags=re.MULTILINE)
    found = []
    for block in blocks:
        title, *lines = [line for line in block.splitlines() if line.strip()]
        name = title.partition(":")[2].strip()
        steps = [line for line in lines if not line.strip().startswith(("|", "Examples:"))]
        table = [_cells(line) for line in lines if line.strip().startswith("|")]
        for row in [dict(zip(table[0], cells, strict=True)) for cells in table[1:]] or [{}]:
            full = ": ".join([name, *row.values()])
            found.append(Scenario(full, head.strip(), tuple(_filled(steps, row))))
    return found


def _cells(line: str) -> list[str]:
    return [cell.strip() for cell in line.strip().strip("|").split("|")]


def _filled(steps: list[str], row: dict[str, str]) -> list[str]:
    return [_PLACE.sub(lambda place: row[place[1]], step) for step in steps]


async def failed(plan: dict[str, Any], asked: list[Scenario], folder: Path) -> set[str]:
    """The names of those scenarios that the plan fails.

    :param folder: an empty one.
    """
    features = folder / "features"
    features.mkdir(parents=True)
    # In as few files as they were: the plan is read for each.
    for number, feature in enumerate(dict.fromkeys(scenario.feature for scenario in asked)):
        texts = [scenario.text() for scenario in asked if scenario.feature == feature]
        (features / f"{number:02}.feature").write_text("\n".join([feature, *texts]))
    slim = {name: part for name, part in plan.items() if name not in UNREAD}
    (folder / "plan.json").write_text(json.dumps(slim))
    report = folder / "report.json"
    options = ("--features", str(features), "--planfile", str(folder / "plan.json"))
    process = await asyncio.create_subprocess_exec(
        str(PROGRAM),
        *(*options, "--no-ansi", f"--cucumber-json={report}"),
        stdin=asyncio.subprocess.DEVNULL,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.STDOUT,
    )
    try:
        async with asyncio.timeout(60):
            output, _ = await process.communicate()
    finally:
        if process.returncode is None:
            process.kill()
            await process.wait()
    assert report.exists(), output.decode()
    return _not_passed(json.loads(report.read_text()), len(asked), output.decode())


def _not_passed(report: list[dict[str, Any]], expected: int, output: str) -> set[str]:
    ran = [element for feature in report for element in feature["elements"]]
    assert len(ran) == expected, output
    # A step that finds nothing to look at is skipped; a scenario that checks nothing has failed.
    return {
        element["name"]
        for element in ran
        if any(step["result"]["status"] != "passed" for step in element["steps"])
    }
