"""An image without an engine: the folder that its stages make, and how it is started."""

import asyncio
import json
import os
import shutil
import subprocess
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

from tests.conftest import ROOT
from tests.images.dockerfile import stages


def uv() -> str:
    """Where uv is: on the path, or where the Makefile puts it."""
    found = shutil.which("uv", path=f"{os.environ['PATH']}:{ROOT / '.uv' / 'bin'}")
    assert found, "uv is needed: `make setup` installs it"
    return found


@dataclass(frozen=True)
class Image:
    """What a target's stages made: an /app of its own."""

    target: str
    app: Path

    @property
    def python(self) -> str:
        return str(self.app / ".venv" / "bin" / "python")

    def environment(self, own: Mapping[str, str]) -> dict[str, str]:
        """What the Dockerfile sets, and what whoever starts it sets; nothing of this machine."""
        lines = [*stages()["base"], *stages()[self.target]]
        told = dict(
            pair.split("=", 1)
            for line in lines
            if line.word == "ENV"
            for pair in line.rest.split()
            if not pair.startswith("PATH=")
        )
        return {"PATH": f"{self.app / '.venv' / 'bin'}:/usr/bin:/bin", **told, **own}

    def entry(self) -> list[str]:
        """What the image starts; its program is one that the image carries itself."""
        (entry,) = (one for one in stages()[self.target] if one.word == "ENTRYPOINT")
        program, *arguments = json.loads(entry.rest)
        return [str(self.app / ".venv" / "bin" / program), *arguments]

    def run(self, *command: str, **own: str) -> "subprocess.CompletedProcess[str]":
        return subprocess.run(
            command,
            cwd=self.app,
            env=self.environment(own),
            capture_output=True,
            text=True,
            timeout=60,
            check=False,
        )


@asynccontextmanager
async def running(image: Image, **own: str) -> AsyncIterator[asyncio.subprocess.Process]:
    process = await asyncio.create_subprocess_exec(
        *image.entry(), cwd=image.app, env=image.environment(own)
    )
    try:
        yield process
    finally:
        if process.returncode is None:
            process.kill()
        await process.wait()
