"""Making a file of somebody's data keeps nobody else waiting."""

import threading
import zipfile
from collections.abc import AsyncIterator, Iterator
from pathlib import Path
from typing import Any

import pytest

from bots.personal_data.export import Exports
from bots.personal_data.owner import WorkspaceOwner
from identity.executor import Executor
from identity.workspaces.settings import Workspace


class Kept:
    """One file of somebody, and nothing else."""

    @property
    def rows(self) -> "Nothing":
        return Nothing()

    @property
    def files(self) -> "Kept":
        return self

    async def open(self) -> "Kept":
        return self

    async def of(self, _: object) -> AsyncIterator[str]:
        yield "slack/T1/a.png"

    async def read(self, _: str) -> bytes:
        return b"an image"


class Nothing:
    """Tables and an audit log without rows."""

    async def of(self, _: object) -> AsyncIterator[object]:
        for one in list[object]():
            yield one

    async def entries(self) -> AsyncIterator[object]:
        for one in list[object]():
            yield one

    async def write(self, *_: str, **__: str) -> None:
        pass


@pytest.fixture
def call() -> Iterator[Executor]:
    executor = Executor(2)
    yield executor
    executor.close()


async def test_compressing_is_no_work_of_the_event_loop_and_uploads_are_not_compressed(
    call: Executor, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    threads, real = set[int](), zipfile.ZipFile.writestr

    def noted(*given: Any) -> None:
        threads.add(threading.get_ident())
        real(*given)

    monkeypatch.setattr(zipfile.ZipFile, "writestr", noted)
    kept: Any = Kept()
    nothing: Any = Nothing()
    owner = WorkspaceOwner(Workspace("slack", "T1"))
    await Exports(kept, nothing, nothing, nothing, call).write(owner, "me", tmp_path / "data.zip")

    assert threads
    assert threading.get_ident() not in threads
    with zipfile.ZipFile(tmp_path / "data.zip") as archive:
        compressed = {one.filename: one.compress_type for one in archive.infolist()}
        assert archive.read("files/slack/T1/a.png") == b"an image"
    assert compressed == {
        "data.json": zipfile.ZIP_DEFLATED,
        "files/slack/T1/a.png": zipfile.ZIP_STORED,
    }
