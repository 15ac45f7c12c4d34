"""The Dockerfile's habits, by hadolint and by what hadolint has no rule for."""

import json
import re
import subprocess
import sys
from pathlib import Path

import pytest

from tests.conftest import ROOT
from tests.images.dockerfile import DOCKERFILE, TARGETS, stages


def complaints(text: str) -> str:
    """What hadolint says about a Dockerfile."""
    linter = Path(sys.executable).with_name("hadolint")
    said = subprocess.run(
        [linter, "--failure-threshold", "style", "-"],
        input=text,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    return said.stdout + said.stderr


def test_the_linter_has_nothing_to_say() -> None:
    assert complaints(DOCKERFILE) == ""


@pytest.mark.parametrize(
    ("was", "becomes", "rule"),
    [
        ("3.13.9-slim-trixie\n\n", "latest\n\n", "DL3007"),
        ("uv==0.13.9", "uv", "DL3013"),
        ("WORKDIR /app", "WORKDIR app", "DL3000"),
        ("COPY bots bots", "ADD bots bots", "DL3020"),
        ('ENTRYPOINT ["', 'ENTRYPOINT exec "', "DL3025"),
        ("USER 10001:10001\nSTOPSIGNAL", "USER root\nSTOPSIGNAL", "DL3002"),
    ],
)
def test_the_linter_sees_a_slip(was: str, becomes: str, rule: str) -> None:
    assert was in DOCKERFILE
    before, _, after = DOCKERFILE.rpartition(was)
    mutated = f"{before}{becomes}{after}"
    if rule == "DL3007":
        mutated = mutated.replace("FROM ${PYTHON_IMAGE}", "FROM python:latest")
    assert rule in complaints(mutated)


@pytest.mark.parametrize("target", TARGETS)
def test_an_image_runs_as_nobody_and_is_told_to_stop_itself(target: str) -> None:
    words = {line.word: line.rest for line in stages()[target]}
    user, _, group = words["USER"].partition(":")
    assert int(user) > 0
    assert int(group) > 0
    assert words["STOPSIGNAL"] == "SIGTERM"
    program = json.loads(words["ENTRYPOINT"])[0]
    assert program not in {"sh", "bash", "/bin/sh"}, "a shell would keep the signal to itself"
    assert "CMD" in words["HEALTHCHECK"]


def test_the_service_may_write_to_the_volume_that_its_task_mounts_and_nowhere_else() -> None:
    lines = stages()["bots"]
    (volume,) = [json.loads(line.rest) for line in lines if line.word == "VOLUME"]
    written = [line.rest for line in lines if line.word == "RUN"]
    assert written == [json.dumps(["chmod", "1777", *volume])]  # AWS takes the image's mode
    task = (ROOT / "terraform" / "modules" / "bots" / "main.tf").read_text("utf-8")
    assert re.findall(r'sourceVolume = "(\w+)", containerPath = "(\S+)"', task) == [
        ("tmp", *volume)
    ]
    assert re.findall(r'volume \{\s+name = "(\w+)"\s+\}', task) == ["tmp"]
    assert volume == ["/tmp"]  # noqa: S108 - where Python's tempfile writes


def test_base_and_tools_are_of_one_version() -> None:
    base = DOCKERFILE.partition("ARG PYTHON_IMAGE=")[2].splitlines()[0]
    tag = base.partition("@")[0].rpartition(":")[2]
    assert tag.split("-")[0].count(".") == 2, "three numbers, or a digest"
    makefile = (ROOT / "Makefile").read_text("utf-8")
    version = makefile.partition("UV_VERSION := ")[2].splitlines()[0]
    assert f"uv=={version}" in DOCKERFILE
