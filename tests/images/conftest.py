"""Lays the images out as the Dockerfile says."""

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.conftest import ROOT
from tests.images.dockerfile import TARGETS, Line, is_let_in, stages
from tests.images.image import Image, uv


@pytest.fixture(scope="module")
def context(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The files that a build sees, and no others."""
    folder = tmp_path_factory.mktemp("context")
    listed = subprocess.run(
        ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=True,
    ).stdout.split("\0")
    for name in filter(None, listed):
        if is_let_in(Path(name)) and (ROOT / name).is_file():
            (folder / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copyfile(ROOT / name, folder / name)
    return folder


@pytest.fixture(scope="module", params=TARGETS)
def image(
    request: pytest.FixtureRequest, context: Path, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Image]:
    """One target, laid out as its COPY and RUN lines say."""
    target: str = request.param
    build, app = (tmp_path_factory.mktemp(f"{target}-{what}") for what in ("build", "app"))
    _copy(stages()["libraries"], context, build)
    (run,) = (one for one in stages()[f"{target}-libraries"] if one.word == "RUN")
    command = [part.replace("/app/", f"{app}/") for part in json.loads(run.rest)]
    path = f"{Path(uv()).parent}:{Path(sys.executable).resolve().parent}:/usr/bin:/bin"
    clean = {"PATH": path, "HOME": os.environ["HOME"]}
    clean |= {name: os.environ[name] for name in os.environ if name.startswith(("UV_", "PIP_"))}
    subprocess.run(command, cwd=build, env=clean, check=True, timeout=170)
    _copy(stages()[target], context, app)
    yield Image(target, app)
    shutil.rmtree(app)


def _copy(lines: list[Line], source: Path, target: Path) -> None:
    for line in lines:
        if line.word == "COPY" and not line.rest.startswith("--from="):
            *names, into = line.rest.split()
            for name in names:
                if (source / name).is_dir():
                    shutil.copytree(source / name, target / into)
                else:
                    (target / into).parent.mkdir(parents=True, exist_ok=True)
                    shutil.copy(source / name, target / into)
