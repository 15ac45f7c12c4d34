"""Every alarm has a page that says what to do, and no page is about an alarm that isn't."""

import json
import re
from typing import Any

import hcl2
import pytest

from tests.conftest import ROOT
from tests.some import some

RUNBOOKS = ROOT / "docs" / "runbooks"
PAGES = sorted(page.stem for page in RUNBOOKS.glob("*.md") if page.stem != "README")
# What Terraform's names begin with, in a deployment that is called bizassist.
PREFIXES = {
    "${local.service}": "bizassist-chat",
    "${var.deployment.name}": "bizassist",
    "${each.value}": "bizassist-tools-TARGET",
}


def plain(value: Any) -> Any:
    """What hcl2 has read, without the quotes that it keeps."""
    if isinstance(value, dict):
        return {plain(key): plain(one) for key, one in value.items() if key != "__is_block__"}
    if isinstance(value, list):
        return [plain(one) for one in value]
    return value.strip('"') if isinstance(value, str) else value


def alarms() -> dict[str, str]:
    """The alarms of every module: whole names by the names of their pages."""
    found: dict[str, str] = {}
    for file in (ROOT / "terraform").rglob("*.tf"):
        text = file.read_text("utf-8")
        if '"aws_cloudwatch_metric_alarm"' not in text or ".terraform" in file.parts:
            continue
        parsed = plain(hcl2.loads(text))
        keys = [name for one in parsed.get("locals", []) for name in one.get("alarms", [])]
        for resource in parsed["resource"]:
            for alarm in resource.get("aws_cloudwatch_metric_alarm", {}).values():
                prefix, _, last = alarm["alarm_name"].partition("-")
                names = keys if last == "${each.key}" else [last]
                kind = "tool-" if prefix == "${each.value}" else ""
                found |= {f"{kind}{name}": f"{PREFIXES[prefix]}-{name}" for name in names}
    return found


def test_every_alarm_has_its_page_and_every_page_its_alarm() -> None:
    assert len(PAGES) > 10
    assert set(PAGES) == set(alarms())
    index = (RUNBOOKS / "README.md").read_text("utf-8")
    assert sorted(re.findall(r"^\| \[([\w-]+)\]\(\1\.md\) \|", index, re.MULTILINE)) == PAGES


@pytest.mark.parametrize("page", PAGES)
def test_a_page_names_its_alarm_and_says_what_to_do(page: str) -> None:
    text = (RUNBOOKS / f"{page}.md").read_text("utf-8")
    assert f"**Alarm.** `{alarms()[page]}`:" in text
    panels = re.findall(r"dashboard's \*([^*]+)\*", text)
    dashboard = (ROOT / "terraform/modules/bots/dashboard.tf").read_text("utf-8")
    gone = [panel for panel in panels if f'"{panel}" = [' not in dashboard]
    assert gone == []
    for part in ("**What people notice.** ", "**What to do.**\n\n"):
        assert len(text.partition(part)[2]) > 20, part


def test_the_cost_table_counts_every_alarm() -> None:
    targets = json.loads((ROOT / "gateway_tools" / "targets.json").read_text("utf-8"))
    tools = [name for name in alarms() if name.startswith("tool-")]
    count = len(alarms()) - len(tools) + len(tools) * len(targets)
    operations = (ROOT / "docs" / "operations.md").read_text("utf-8")
    assert f"\n| alarms | {count} |" in operations


def test_the_variables_shown_are_terraforms() -> None:
    operations = (ROOT / "docs" / "operations.md").read_text("utf-8")
    section = operations.partition("**Variables**")[2].partition("```hcl\n")[2].partition("```")[0]
    shown = re.findall(r"^\s*(\w+)\s*= ", section, re.MULTILINE)
    known = plain(hcl2.loads((ROOT / "terraform" / "variables.tf").read_text("utf-8")))
    assert len(shown) > 3
    assert set(some(shown)) <= {name for one in known["variable"] for name in one}


def test_the_files_of_terraform_that_are_named_are_there() -> None:
    operations = (ROOT / "docs" / "operations.md").read_text("utf-8")
    named = set(re.findall(r"`(terraform/[\w./-]+)`", operations))
    assert len(named) > 3
    # Those that whoever deploys writes for themselves.
    own = {"terraform/backend.tf", "terraform/.terraform.lock.hcl"}
    assert {path for path in named if not (ROOT / path).exists()} == own
